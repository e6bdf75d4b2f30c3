"""PostgresHints: hints go in and come out over NOTIFY, apart from every transaction with data.

Telling needs no connection of its own and works through a transaction pooler. Hearing needs one
that is held, so it is optional: without it, or while it is lost, processes find work by looking.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import orjson

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.dialling import Chance, evenly
from tieline.adapters.postgres.url import StoreUrl
from tieline.adapters.sql.committer import Database
from tieline.adapters.sql.statement import Steps, ask
from tieline.model.base.errors import StoreError
from tieline.model.base.ids import RunId
from tieline.model.fleet.hint import EVERYTHING, NOTHING, Hint
from tieline.ports.hints import Hear
from tieline.rules.fleet.hinting import merged

CHANNEL = "tieline"
GATHERED_S = 0.05
"""Between two hints of a process, and between two that it hears."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
PULSE_S = 20.0
"""How often the line is tried, since one that the network has lost says nothing."""
LAST_WORD_S = 1.0
"""How long a process that ends waits for its last hint."""
NAME = ("application_name", "tieline hints")


class PacedHints:
    """Hints come in at any rate; one goes out at once, then at most one every *pause_s*."""

    def __init__(self, emit: Callable[[Hint], None], pause_s: float = GATHERED_S) -> None:
        self._emit = emit
        self._pause_s = pause_s
        self._waiting = NOTHING
        self._timer: asyncio.TimerHandle | None = None

    def add(self, hint: Hint) -> None:
        """Pass it on, now or with others."""
        self._waiting = merged(self._waiting, hint)
        if self._timer is None:
            self._next()

    def flush(self) -> None:
        """Pass on what waits, and wait no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._next()

    def _next(self) -> None:
        self._timer = None
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(self._pause_s, self._next)
            hint, self._waiting = self._waiting, NOTHING
            self._emit(hint)


class PostgresHints:
    """Hints among the processes of one database."""

    def __init__(
        self, url: StoreUrl, database: Database, *, sender: str, chance: Chance = evenly
    ) -> None:
        place = replace(url, settings=(*url.settings, NAME))
        if url.hints_dsn is not None:
            place = replace(place, dsn=url.hints_dsn, others=(), is_pooled=False)
        self._url = place
        self._database = database
        self._sender = sender
        self._chance = chance
        self._told = PacedHints(self._send)
        self._sending: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None
        self._is_closed = False
        self.is_heard = asyncio.Event()
        """Whether the line stands on which hints come in."""

    def tell(self, hint: Hint) -> None:
        if hint and not self._is_closed:
            self._told.add(hint)

    def listen(self, hear: Hear) -> None:
        if self._url.hears and self._listening is None:
            self._listening = asyncio.create_task(self._listen(hear), name="hints")

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        self._told.flush()
        self._is_closed = True
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=LAST_WORD_S)
            for task in late:
                task.cancel()

    # --- telling ----------------------------------------------------------------------------------

    def _send(self, hint: Hint) -> None:
        if len(self._sending) > 1:
            return  # the server does not keep up; hints would only make it worse
        task = asyncio.create_task(self._sent(written(hint, self._sender)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _sent(self, payload: str) -> None:
        with suppress(StoreError):
            await self._database.transact(_notify(payload))

    # --- hearing ----------------------------------------------------------------------------------

    async def _listen(self, hear: Hear) -> None:
        heard = PacedHints(hear)
        pause = FIRST_PAUSE_S
        while True:
            with suppress(StoreError):
                link = await PostgresConnection.dial(self._url)
                try:
                    await self._hear(link, heard)
                    pause = FIRST_PAUSE_S
                finally:
                    self.is_heard.clear()
                    link.drop()
            await asyncio.sleep(pause * (0.5 + self._chance()))
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _hear(self, link: PostgresConnection, heard: PacedHints) -> None:
        """Until the line is lost."""

        def take(payload: str) -> None:
            hint = read(payload, but=self._sender)
            if hint:
                heard.add(hint)

        lost = await link.listen(CHANNEL, take)
        self.is_heard.set()
        heard.add(EVERYTHING)
        while not lost.is_set():
            try:
                await asyncio.wait_for(lost.wait(), PULSE_S)
            except TimeoutError:
                await link.execute("SELECT 1")


def _notify(payload: str) -> Steps[None]:
    yield from ask("upkeep/hint_tell", payload=payload)


def written(hint: Hint, sender: str) -> str:
    """A hint as it is sent: at most some kilobytes, where PostgreSQL takes eight."""
    said = {"from": sender, "look": hint.look, "due_us": hint.due_us, "lost": hint.lost}
    said |= {"pauses": hint.pauses, "replays": hint.replays, "standings": hint.standings}
    return orjson.dumps({name: value for name, value in said.items() if value}).decode()


def read(payload: str, *, but: str) -> Hint:
    """What somebody sent; nothing where it is our own, or no hint of a release like this one."""
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return NOTHING
    if not isinstance(said, dict) or said.get("from") == but:
        return NOTHING
    due_us, lost = said.get("due_us"), said.get("lost")
    return Hint(
        look=bool(said.get("look")),
        due_us=due_us if isinstance(due_us, int) else None,
        pauses=bool(said.get("pauses")),
        replays=bool(said.get("replays")),
        standings=bool(said.get("standings")),
        lost=tuple(RunId(str(id_)) for id_ in lost) if isinstance(lost, list) else (),
    )
