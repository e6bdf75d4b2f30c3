"""Tail: the store's news come in once for all who watch; each watcher gets what it asked for.

One poller a process, and only while somebody watches. A watcher that reads too slowly loses the
oldest of what waits for it and is told how much.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tieline.model.base.errors import Overloaded, StoreError
from tieline.model.base.ids import Micros
from tieline.model.runs.facts import PassFailed
from tieline.model.views.rows import ReceiptRow, RunRow
from tieline.model.views.work_lists import AttemptRow, Tail, TailPage
from tieline.ports.observer import Observer
from tieline.ports.views import Views
from tieline.rules.formats.labels import label, spoken
from tieline.rules.formats.plain_time import span

LOOK_S = 1.0
AFTER_ERROR_S = 5.0
WATCHERS = 50
WAITING = 200
"""Of one watcher; more push out the oldest."""
ENDED_WELL = frozenset({"done", "confirmed", "skipped"})


@dataclass(frozen=True, slots=True)
class TailItem:
    """One thing that happened."""

    kind: str
    """delivery, try or run."""
    id: str
    at_us: Micros
    word: str
    """Its verdict, outcome or state."""
    name: str
    """The source, connection or flow."""
    flow: str
    words: str
    path: str
    is_trouble: bool


@dataclass(frozen=True, slots=True)
class TailFilter:
    """What a watcher wants to see."""

    kind: str = ""
    name: str = ""
    """A source, connection or flow."""
    trouble: bool = False
    text: str = ""

    def takes(self, item: TailItem) -> bool:
        """Whether *item* is wanted."""
        if self.kind and item.kind != self.kind:
            return False
        if self.name and self.name not in {item.name, item.flow}:
            return False
        if self.trouble and not item.is_trouble:
            return False
        return not self.text or self.text.lower() in self._said(item)

    @staticmethod
    def _said(item: TailItem) -> str:
        """All that its line says, and the stored word; what is dead failed for good."""
        words = f"{item.words} {item.word} {spoken(label(item.word))} {item.id}".lower()
        return f"{words} failed" if item.word == "dead" else words


@dataclass(slots=True)
class Watcher:
    """Somebody who watches."""

    wanted: TailFilter
    waiting: deque[TailItem] = field(default_factory=deque)
    lost: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, item: TailItem) -> None:
        """Put *item* at the end of what waits."""
        if not self.wanted.takes(item):
            return
        if len(self.waiting) >= WAITING:
            self.waiting.popleft()
            self.lost += 1
        self.waiting.append(item)
        self.ready.set()

    async def next(self, patience_s: float) -> tuple[list[TailItem], int]:
        """What waits, and how much was lost before it; nothing when nothing comes in time."""
        try:
            async with asyncio.timeout(patience_s):
                await self.ready.wait()
        except TimeoutError:
            return [], 0
        self.ready.clear()
        items, lost = list(self.waiting), self.lost
        self.waiting.clear()
        self.lost = 0
        return items, lost


class TailHub:
    """All watchers of a process, and the one poller that feeds them."""

    def __init__(self, views: Views, observer: Observer) -> None:
        self._views = views
        self._observer = observer
        self._watchers: list[Watcher] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def watchers(self) -> int:
        """How many watch."""
        return len(self._watchers)

    @asynccontextmanager
    async def watching(self, wanted: TailFilter) -> AsyncIterator[Watcher]:
        """Feed a watcher while the block lasts. Raises Overloaded when too many watch already."""
        if len(self._watchers) >= WATCHERS:
            raise Overloaded(len(self._watchers), WATCHERS)
        watcher = Watcher(wanted)
        self._watchers.append(watcher)
        if self._task is None:
            self._task = asyncio.create_task(self._poll(), name="live tail")
        try:
            yield watcher
        finally:
            self._watchers.remove(watcher)
            if not self._watchers and self._task is not None:
                task, self._task = self._task, None
                task.cancel()

    async def _poll(self) -> None:
        cursor: str | None = None
        while True:
            try:
                news = await self._views.read(Tail(cursor))
            except StoreError as error:
                self._observer.saw(PassFailed("live tail", str(error)))
                await asyncio.sleep(AFTER_ERROR_S)
                continue
            # The first look only says from where on things are new.
            if cursor is not None:
                self._give(items(news))
            cursor = news.cursor
            await asyncio.sleep(LOOK_S)

    def _give(self, fresh: list[TailItem]) -> None:
        for watcher in self._watchers:
            for item in fresh:
                watcher.give(item)


def items(news: TailPage) -> list[TailItem]:
    """What happened, oldest first."""
    flows: dict[str, str] = {run.id: run.flow for run in news.runs}
    found = [
        *map(_receipt, news.receipts),
        *(_attempt(row, flows) for row in news.attempts),
        *_runs(news.runs),
    ]
    return sorted(found, key=lambda item: item.at_us)


def _receipt(row: ReceiptRow) -> TailItem:
    said = f": {row.reason}" if row.reason else ""
    return TailItem(
        "delivery",
        row.id,
        row.received_us,
        row.verdict,
        row.source,
        "",
        f"{row.body_bytes} bytes, answered {row.status}{said}",
        f"/receipts/{row.id}",
        row.verdict in {"refused", "quarantined"},
    )


def _attempt(row: AttemptRow, flows: dict[str, str]) -> TailItem:
    flow = row.flow or flows.get(row.run_id, "")
    status = f" {row.status}" if row.status is not None else ""
    number = f", attempt {row.number}" if row.number > 1 else ""
    detail = f": {row.detail}" if row.detail else ""
    step = row.step.removeprefix(f"{row.connection} ")
    return TailItem(
        "try",
        row.run_id,
        row.at_us,
        row.outcome,
        row.connection or flow,
        flow,
        f"{step}{status} in {span(row.took_us)}{number}{detail}",
        f"/runs/{row.run_id}",
        row.outcome not in ENDED_WELL,
    )


def _runs(rows: tuple[RunRow, ...]) -> Iterator[TailItem]:
    for row in rows:
        yield TailItem(
            "run",
            row.id,
            row.moved_us,
            row.state,
            row.flow,
            row.flow,
            row.reason or f"{row.id[:3]}…{row.id[-6:]}",
            f"/runs/{row.id}",
            row.state in {"dead", "held", "retrying"},
        )
