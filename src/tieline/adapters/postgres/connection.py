"""Connection: statements go in over one connection to PostgreSQL, and replies come out."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from tieline.adapters.postgres.errors import translated, translated_dial
from tieline.adapters.postgres.statements import Query, arguments, queries
from tieline.adapters.postgres.url import StoreUrl, where_of
from tieline.adapters.sql.statement import Statement, StatementReply, Steps
from tieline.model.base.errors import StoreError, StoreLost

T = TypeVar("T")

DIAL_S = 5.0
DIAL_ONE_OF_S = 2.0
"""A machine that is gone without a word must not hold up the way to the one that took over."""
HANGS_S = 75.0
"""An answer that takes longer than any statement may means that the network has lost it."""

SETTINGS = {
    "application_name": "tieline",
    # A process that hangs holds up the lanes that it has locked, and vacuum, for so long.
    "idle_in_transaction_session_timeout": "10s",
    # A cancelled wait for a standby would look like a commit: only waits for locks are limited.
    "statement_timeout": "0",
    "lock_timeout": "20s",
    "jit": "off",
    # Every statement looks rows up by an index, one after the other, and must go on doing so when
    # statistics say that a queue is empty which has 100,000 rows a second later. For the same
    # reason statements say ``LATERAL (… OFFSET 0)``: the planner cannot turn that round.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "enable_memoize": "off",
}


class PostgresConnection:
    """A held connection. Every method raises StoreLost once it is gone."""

    def __init__(self, connection: Any, url: StoreUrl) -> None:
        self._connection = connection
        self._url = url
        self._prepared: dict[str, Any] = {}
        # Behind a transaction pooler a setting must not outlive its transaction.
        self._set_for_one = _set_local(url) if url.is_pooled else ""

    @classmethod
    async def dial(cls, url: StoreUrl) -> "PostgresConnection":
        """Connect to the server, or to that of several which writes.

        Raises StoreLost, or another StoreError where trying again is no use.
        """
        lost: StoreLost | None = None
        for dsn in url.dsns:
            try:
                return await cls._dial(dsn, url)
            except StoreLost as error:
                lost = error
        raise lost or StoreLost(f"{url.shown} names no server")

    @classmethod
    async def _dial(cls, dsn: str, url: StoreUrl) -> "PostgresConnection":
        settings = {} if url.is_pooled else SETTINGS | dict(url.settings)
        with translated_dial(url.shown, where_of(dsn)):
            connection = await asyncpg.connect(
                dsn,
                timeout=DIAL_ONE_OF_S if url.others else DIAL_S,
                command_timeout=HANGS_S,
                statement_cache_size=0,
                server_settings=settings,
            )
        return cls(connection, url)

    @property
    def is_open(self) -> bool:
        """Whether it is not known to be gone."""
        return not self._connection.is_closed()

    async def begin(self, mode: str = "", *, also: str = "") -> None:
        """Open a transaction; *also* are statements behind it in the same message."""
        await self.execute(f"BEGIN {mode}{self._set_for_one}{also}")

    async def execute(self, text: str) -> str:
        """Run statements without parameters in one message; the last one's status."""
        with translated(self._url.shown):
            return str(await self._connection.execute(text))

    async def run(self, statement: Statement) -> StatementReply:
        """Run a named query."""
        reply = StatementReply([], 0)
        with translated(self._url.shown):
            for query in queries(statement.name):
                reply = await self._ask(query, arguments(query, statement))
        return reply

    async def ask(self, text: str, *given: object) -> list[tuple[Any, ...]]:
        """Run one statement that was made here, and not by a file; its rows."""
        with translated(self._url.shown):
            prepared = await self._prepare(text)
            return [tuple(row) for row in await prepared.fetch(*given)]

    async def alone(self, statement: Statement) -> StatementReply:
        """Run a named query as a transaction of its own, which a pooler does not tear apart."""
        await self.begin()
        reply = await self.run(statement)
        await self.execute("COMMIT")
        return reply

    async def drive(self, steps: Steps[T]) -> tuple[T, bool]:
        """Run storage logic to its end: its result, and whether it wrote anything."""
        wrote = False
        try:
            statement = next(steps)
            while True:
                reply = await self.run(statement)
                wrote = wrote or reply.changes > 0
                statement = steps.send(reply)
        except StopIteration as stop:
            return stop.value, wrote

    async def _ask(self, query: Query, given: Any) -> StatementReply:
        prepared = await self._prepare(query.text)
        rows = [tuple(row) for row in await prepared.fetch(*given)]
        return StatementReply(rows, changes(prepared.get_statusmsg()))

    async def _prepare(self, text: str) -> Any:
        if self._url.is_pooled:
            return await self._connection.prepare(text, name="")
        prepared = self._prepared.get(text)
        if prepared is None:
            name = f"tieline_{len(self._prepared)}"
            prepared = self._prepared[text] = await self._connection.prepare(text, name=name)
        return prepared

    async def listen(self, channel: str, take: Callable[[str], None]) -> asyncio.Event:
        """Hand every payload of *channel* to *take*; the event says that the link is gone."""
        lost = asyncio.Event()

        def heard(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
            take(payload)

        with translated(self._url.shown):
            await self._connection.add_listener(channel, heard)
        self._connection.add_termination_listener(lambda _connection: lost.set())
        return lost

    def drop(self) -> None:
        """Let go at once, whatever the server is doing."""
        self._connection.terminate()

    async def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        with suppress(StoreError), translated(self._url.shown):
            await asyncio.wait_for(self._connection.close(), DIAL_S)
        self._connection.terminate()


def _set_local(url: StoreUrl) -> str:
    settings = SETTINGS | dict(url.settings)
    return "".join(f"; SET LOCAL {name} = '{value}'" for name, value in settings.items())


def changes(status: str) -> int:
    """How many rows were written, by a status such as ``INSERT 0 3``; reading writes none."""
    verb, _, rest = status.partition(" ")
    if verb in {"INSERT", "UPDATE", "DELETE", "MERGE"}:
        return int(rest.rpartition(" ")[2])
    return 0
