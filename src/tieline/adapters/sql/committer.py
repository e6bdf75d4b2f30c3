"""Committer: commands from many callers go in; one transaction at a time, all of them answered.

Natural batching: while one transaction is on its way to the disk, commands pile up, and the next
transaction takes them all. A lone command waits for nobody. A store that can do transactions side
by side is given another when a crowd is waiting, or the last is slow: few large ones cost less.

Between transactions that are side by side, commands of one run stay in order: none is taken while
another of the same run is on its way, or waits for that. The rest has no order, and needs none: the
store makes a second delivery wait for the first, and decides every other conflict by a row.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from tieline.adapters.sql.apply import Answer, apply
from tieline.adapters.sql.catalogue import Catalogue
from tieline.adapters.sql.repeated import RepeatedCommands, Waiting, runs_of
from tieline.adapters.sql.runs.claiming import TurnMemory
from tieline.adapters.sql.statement import Steps
from tieline.adapters.sql.store.sealing import opened, sealed
from tieline.model.base.errors import (
    Overloaded,
    StoreBlocked,
    StoreClosed,
    StoreError,
    StoreInterrupted,
)
from tieline.model.command import Command, OperatorCommand
from tieline.model.commands import Ingest
from tieline.model.runs.facts import Committed, StoreTrouble
from tieline.ports.observer import NOBODY, Observer
from tieline.ports.sealer import Sealer
from tieline.rules.privacy.redact_command import cleaned

A = TypeVar("A")
T = TypeVar("T")

MOST_TRIES = 10
"""Of a transaction that the store interrupts: a deadlock, a lost connection."""
SLOW_S = 0.1
"""A transaction that takes longer may be waiting for something: others must not wait for it."""
BLOCKED_S = 5.0
"""So long after something waited for a lock in vain, nothing waits for longer than a moment."""
MOST_HELD_UP = 3
"""Commands of a batch that are tried in vain one by one, before the rest is put off untried."""


class Database(Protocol):
    """What a dialect's driver must do: run storage logic as one durable transaction.

    Promises: when ``transact`` returns, its writes are on stable storage; when it raises, none
    of them is. Raises StoreFull, StoreCorrupt or another StoreError for the store's own trouble;
    StoreInterrupted when running it again at once is likely to help; StoreBlocked when somebody
    keeps it waiting for a lock, for longer than a moment if it ``is_hasty``.
    """

    async def transact(self, steps: Steps[T], *, is_hasty: bool = False) -> T: ...

    async def close(self) -> None: ...


Told = Callable[[Command[Any], Answer], None]
"""Is called with every command that is on disk, and its answer; must not raise."""


@dataclass(frozen=True, slots=True)
class Batching:
    """How commands are put together into transactions."""

    most: int = 256
    """Commands in one transaction."""
    side_by_side: int = 1
    """Transactions at the same time."""
    crowd: int = 64
    """How many must wait before another transaction is begun beside a slow one."""


ONE_BY_ONE = Batching()


class Committer:
    """The journal over SQL: group commit in front of a dialect's driver."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        *,
        max_waiting: int = 20_000,
        batching: Batching = ONE_BY_ONE,
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._max_waiting = max_waiting
        self._max_batch = batching.most
        self._side_by_side = batching.side_by_side
        self._crowd = batching.crowd
        self.told: Told | None = None
        self._waiting: deque[Waiting] = deque()
        self._drains: set[asyncio.Task[None]] = set()
        self._runs_away: set[str] = set()
        """Runs of which a command is in a transaction, where there may be several."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = 0.0
        self._turns = TurnMemory()
        self._blocked: tuple[str, float] | None = None
        """Why something was kept waiting for a lock, and when last."""
        self._repeated = RepeatedCommands(
            lambda item: self._commit_together([item]), self._go_on_with
        )
        self._closed = False
        self.batches = 0
        self.commands = 0
        self._sealer: Sealer | None = None
        self.clean: Callable[[str], str] | None = None
        """Takes the hub's own secrets out of what people order: reasons, names, payloads."""
        self.trouble: str | None = None
        """Why the last transaction could not be stored; None: it was."""
        self.observer: Observer = NOBODY
        """Who is told of every transaction."""

    @property
    def waiting(self) -> int:
        """Commands that no transaction has taken yet."""
        return len(self._waiting)

    async def commit(self, command: Command[A]) -> A:
        """Store *command* durably and return its answer."""
        if self._closed:
            raise StoreClosed(f"the store is closed; {type(command).__name__} came too late")
        if len(self._waiting) >= self._max_waiting and isinstance(command, Ingest):
            raise Overloaded(len(self._waiting), self._max_waiting)
        # The loop is kept: asking for it is a system call on Python 3.11.
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        if self.clean is not None and isinstance(command, OperatorCommand):
            command = cleaned(command, self.clean)
        sealer = self._sealer
        if sealer is not None:
            command = sealed(command, sealer)
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((command, future))
        if not self._drains or self._is_crowded():
            self._drains.add(loop.create_task(self._drain()))
        answer: A = await future
        return answer if sealer is None else opened(answer, sealer)

    def seal_with(self, sealer: Sealer) -> None:
        """From now on payloads are sealed before they are stored."""
        self._sealer = sealer

    async def close(self) -> None:
        """Commit what waits, then close the store."""
        self._closed = True
        while busy := {*self._drains, *filter(None, [self._repeated.task])}:
            await asyncio.wait(busy)
        await self._database.close()

    def _is_crowded(self) -> bool:
        if self._loop is None or len(self._drains) >= self._side_by_side:
            return False
        return len(self._waiting) >= self._crowd or self._loop.time() - self._began > SLOW_S

    async def _drain(self) -> None:
        own = asyncio.current_task()  # asked now: one that is thrown away has no loop any more
        try:
            while batch := self._take():
                runs = self._send_away(batch)
                await self._commit_together(batch)
                self._runs_away -= runs - self._repeated.runs
        finally:
            # Not by a callback: a command that comes before that would wait for nobody.
            self._drains.discard(own)

    def _take(self) -> list[Waiting]:
        """The next batch: all that waits, but for runs of which something is on its way."""
        count = min(len(self._waiting), self._max_batch)
        if not self._runs_away:
            return [self._waiting.popleft() for _ in range(count)]
        batch: list[Waiting] = []
        passed: list[Waiting] = []
        busy = set(self._runs_away)
        while self._waiting and len(batch) < self._max_batch:
            item = self._waiting.popleft()
            runs = runs_of(item[0])
            if busy.isdisjoint(runs):
                batch.append(item)
            else:
                passed.append(item)
                busy.update(runs)
        self._waiting.extendleft(reversed(passed))
        return batch

    def _send_away(self, batch: list[Waiting]) -> set[str]:
        if self._side_by_side == 1:
            return set()
        runs = {run for command, _ in batch for run in runs_of(command)}
        self._runs_away |= runs
        return runs

    async def _commit_together(self, batch: list[Waiting]) -> None:
        began = self._began = self._loop.time() if self._loop else 0.0
        self.batches += 1
        self.commands += len(batch)
        try:
            answers = await self._store([command for command, _ in batch])
        except StoreBlocked as error:
            await self._kept_waiting(batch, error)
        except StoreError as error:
            self.trouble = str(error)
            _fail(batch, error)
        except Exception as error:  # noqa: BLE001 - whatever one command raised, the others must not suffer
            if len(batch) == 1:
                _fail(batch, error)
            else:
                await self._commit_apart(batch)
        else:
            self.trouble = None
            for (command, future), answer in zip(batch, answers, strict=True):
                _answer(future, answer)
                if self.told is not None:
                    self.told(command, answer)
            took_s = (self._loop.time() if self._loop else 0.0) - began
            self.observer.saw(Committed(len(batch), int(took_s * 1e6)))

    async def _store(self, commands: list[Command[Any]]) -> list[Answer]:
        hasty = self.blocked is not None
        for left in reversed(range(MOST_TRIES)):
            steps = apply(commands, self._turns, self._catalogue)
            try:
                return await self._database.transact(steps, is_hasty=hasty)
            except StoreBlocked:
                raise
            except StoreInterrupted:
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    # --- locks of others ------------------------------------------------------------------------

    @property
    def blocked(self) -> str | None:
        """Why the store keeps commands waiting, and who may be holding it; None: it does not."""
        if self._blocked is None or self._loop is None:
            return None
        words, since = self._blocked
        if self._loop.time() - since > BLOCKED_S:
            self._blocked = None
        return words

    async def _kept_waiting(self, batch: list[Waiting], error: StoreBlocked) -> None:
        """Somebody holds a lock: what needs it is told apart from what does not, which goes on."""
        if self.blocked is None:
            self.observer.saw(StoreTrouble(str(error)))
        self._blocked = (str(error), self._loop.time() if self._loop else 0.0)
        if len(batch) == 1:
            self._put_off(batch[0], error)
            return
        held_up = 0
        for item in batch:
            if held_up < MOST_HELD_UP and self._repeated.runs.isdisjoint(runs_of(item[0])):
                before = self._blocked
                await self._commit_together([item])
                held_up += self._blocked is not before
            else:
                self._put_off(item, error)

    def _put_off(self, item: Waiting, error: StoreBlocked) -> None:
        """What a run has done is tried again; whoever else asks is told, and may ask again."""
        if runs_of(item[0]) and not self._closed:
            self._repeated.put(item)
        else:
            _fail([item], error)

    def _go_on_with(self, runs: set[str]) -> None:
        self._runs_away -= runs
        if self._waiting and self._loop is not None and not self._drains:
            self._drains.add(self._loop.create_task(self._drain()))

    async def _commit_apart(self, batch: list[Waiting]) -> None:
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


def _fail(batch: list[Waiting], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
