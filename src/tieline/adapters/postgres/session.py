"""Session: one connection that commits; storage logic comes in, and is stored once or not at all.

A connection may be lost while COMMIT is on its way, and then nobody knows whether it arrived. So
every transaction leaves a mark, and after a loss a new connection puts a mark of its own in the
same place: either the place is free, and now the old transaction can never commit, even if the
server still has it; or it is taken, and the old transaction is stored.
"""

import asyncio
from typing import TypeVar

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.dialling import Chance, dial, evenly
from tieline.adapters.postgres.locks import with_holders
from tieline.adapters.postgres.url import Setting, StoreUrl
from tieline.adapters.sql.statement import Statement, Steps, Value
from tieline.model.base.errors import StoreBlocked, StoreError, StoreInterrupted, StoreLost
from tieline.ports.crash_points import Reach, go_on

T = TypeVar("T")

PATIENCE_S = 5.0
"""How long a transaction that has not begun waits for a server that is away."""
DOUBT_PAUSE_S = 0.5
LOCK_WAIT: Setting = ("lock_timeout", "3s")
"""Hubs hold locks for milliseconds: whoever holds one for longer is a person, or hangs."""
AT_ONCE = "; SET LOCAL lock_timeout = '200ms'"
"""Once something had to wait in vain, for what comes behind it."""
MARKS_KEPT = 256
MARK = "INSERT INTO commit_mark (writer, number) VALUES ('{writer}', {number})"
FORGET = "DELETE FROM commit_mark WHERE writer = '{writer}' AND number BETWEEN {since} AND {until}"


class PostgresSession:
    """A connection that is made again whenever it is lost."""

    def __init__(
        self,
        url: StoreUrl,
        *,
        chance: Chance = evenly,
        reach: Reach = go_on,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._url = url
        self._chance = chance
        self._reach = reach
        self._patience_s = patience_s
        self._link: PostgresConnection | None = None
        self._writer = ""
        self._number = 0

    async def transact(self, steps: Steps[T], *, is_hasty: bool = False) -> T:
        """Run *steps* as one transaction; returns once it is on stable storage.

        Raises StoreInterrupted when nothing of it is stored and it may be run again; StoreBlocked,
        with who it may be, when somebody holds a lock for longer than it waits: a moment, if it
        *is_hasty*.
        """
        link = await self._ready()
        try:
            await link.begin(also=AT_ONCE if is_hasty else "")
            result, wrote = await link.drive(steps)
            self._reach("commit.before")
        except BaseException as error:
            await self._undo(link, error)
            if isinstance(error, StoreBlocked) and self._link is not None:
                raise await with_holders(link, error) from error
            raise
        await self._commit(link, wrote=wrote)
        self._reach("commit.after")
        return result

    async def close(self) -> None:
        """Let go of the connection."""
        if self._link is not None:
            await self._link.close()
            self._link = None

    async def _ready(self) -> PostgresConnection:
        if self._link is None or not self._link.is_open:
            self._drop()
            self._link = await dial(self._url, patience_s=self._patience_s, chance=self._chance)
        if not self._writer:
            named = await self._link.alone(Statement("upkeep/writer_name"))
            self._writer = named.rows[0][0]
        return self._link

    def _drop(self) -> None:
        if self._link is not None:
            self._link.drop()
            self._link = None

    async def _undo(self, link: PostgresConnection, error: BaseException) -> None:
        """COMMIT was not sent: whatever happened, nothing is stored."""
        if isinstance(error, StoreLost):
            self._drop()
            raise StoreInterrupted(str(error)) from error
        if isinstance(error, asyncio.CancelledError):
            self._drop()
            return
        try:
            await link.execute("ROLLBACK")
        except StoreError:
            self._drop()

    async def _commit(self, link: PostgresConnection, *, wrote: bool) -> None:
        try:
            if not wrote:
                await link.execute("COMMIT")
                return
            self._number += 1
            await link.execute(self._mark_and_commit())
        except StoreLost as lost:
            self._drop()
            if not wrote or not await self._has_arrived(self._number):
                raise StoreInterrupted(str(lost)) from lost
        except BaseException as error:
            await self._undo(link, error)
            raise

    def _mark_and_commit(self) -> str:
        """One message, so that the mark costs no round trip of its own."""
        writer, number = self._writer, self._number
        text = f"{MARK.format(writer=writer, number=number)}; COMMIT"
        if number % MARKS_KEPT:
            return text
        since = number - 2 * MARKS_KEPT
        return f"{FORGET.format(writer=writer, since=since, until=number - 1)}; {text}"

    async def _has_arrived(self, number: int) -> bool:
        """Ask until there is an answer: telling a caller the wrong thing would lose or double."""
        place: dict[str, Value] = {"writer": self._writer, "number": number}
        while True:
            try:
                link = await self._ready()
                reply = await link.alone(Statement("upkeep/commit_fence", one=place))
            except StoreError:
                self._drop()
                await asyncio.sleep(DOUBT_PAUSE_S * (0.5 + self._chance()))
            else:
                return not reply.rows[0][0]
