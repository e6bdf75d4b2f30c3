"""Committer: commands from many callers go in; one transaction at a time, all of them answered.

Natural batching: while one transaction is on its way to the disk, commands pile up, and the next
transaction takes them all. A lone command waits for nobody.
"""

import asyncio
from collections import deque
from typing import Any, Protocol, TypeVar

from tieline.adapters.sql.apply import apply
from tieline.adapters.sql.claiming import TurnMemory
from tieline.adapters.sql.statement import Steps
from tieline.model.commands import Command, Ingest
from tieline.model.errors import Overloaded, StoreError

T = TypeVar("T")


class Database(Protocol):
    """What a dialect's driver must do: run storage logic as one durable transaction.

    Promises: when ``transact`` returns, its writes are on stable storage; when it raises, none
    of them is. Raises StoreFull, StoreCorrupt or another StoreError for the store's own trouble.
    """

    async def transact(self, steps: Steps[T]) -> T: ...

    async def close(self) -> None: ...


_Waiting = tuple[Command, "asyncio.Future[Any]"]


class Committer:
    """The journal over SQL: group commit in front of a dialect's driver."""

    def __init__(
        self, database: Database, *, max_waiting: int = 20_000, max_batch: int = 256
    ) -> None:
        self._database = database
        self._max_waiting = max_waiting
        self._max_batch = max_batch
        self._waiting: deque[_Waiting] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns = TurnMemory()
        self._closed = False
        self.batches = 0
        self.commands = 0

    async def commit(self, command: Command) -> Any:
        """Store *command* durably and return its answer."""
        if self._closed:
            raise StoreError(f"the store is closed; {type(command).__name__} came too late")
        if len(self._waiting) >= self._max_waiting and isinstance(command, Ingest):
            raise Overloaded(len(self._waiting), self._max_waiting)
        # The loop is kept: asking for it is a system call on Python 3.11.
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((command, future))
        if self._draining is None:
            self._draining = loop.create_task(self._drain())
        return await future

    async def close(self) -> None:
        """Commit what waits, then close the store."""
        self._closed = True
        while self._draining is not None:
            await self._draining
        await self._database.close()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch = self._take()
                await self._commit_together(batch)
        finally:
            self._draining = None

    def _take(self) -> list[_Waiting]:
        count = min(len(self._waiting), self._max_batch)
        return [self._waiting.popleft() for _ in range(count)]

    async def _commit_together(self, batch: list[_Waiting]) -> None:
        self.batches += 1
        self.commands += len(batch)
        try:
            answers = await self._database.transact(
                apply([command for command, _ in batch], self._turns)
            )
        except StoreError as error:
            _fail(batch, error)
        except Exception as error:  # noqa: BLE001 - whatever one command raised, the others must not suffer
            if len(batch) == 1:
                _fail(batch, error)
            else:
                await self._commit_apart(batch)
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                _answer(future, answer)

    async def _commit_apart(self, batch: list[_Waiting]) -> None:
        """A batch with a bad command in it: each in its own transaction."""
        for item in batch:
            await self._commit_together([item])


def _answer(future: "asyncio.Future[Any]", answer: object) -> None:
    if future.done():
        return  # the caller was cancelled; the command is stored all the same
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
