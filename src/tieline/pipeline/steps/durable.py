"""Durable: what a run remembers piles up in its memory; it is on disk when a flush returns."""

import asyncio
from dataclasses import replace

from tieline.model.base.errors import StaleClaim, StoreClosed, StoreError
from tieline.model.commands import Progress, Remember
from tieline.model.runs.run import ClaimedRun
from tieline.pipeline.steps.memory import Memory
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.stop import Lost
from tieline.rules.runs.refused_settle import in_plain_text

STORE_PAUSE_S = 1.0


class Durable:
    """Commits the progress of one run, one commit at a time."""

    def __init__(self, claimed: ClaimedRun, memory: Memory, parts: StepParts) -> None:
        self.is_over = False
        """The run settles: what is pending goes with its settle."""
        self._claimed = claimed
        self._memory = memory
        self._parts = parts
        self._is_due = False
        self.is_committing = False
        self._rested: asyncio.Future[None] | None = None
        self._is_lost = False

    @property
    def needs_flush(self) -> bool:
        """Whether something that is remembered is not surely on disk."""
        return self.is_committing or self._is_lost or self._memory.has_pending

    async def flush(self) -> None:
        """Return once all that is remembered by now is on disk. Raises Lost with the claim.

        A commit that somebody else began may carry what this caller waits for, so it is awaited
        however little is pending: an effect must not start before its intent is on disk.
        """
        while self.is_committing or self._memory.has_pending:
            if self.is_committing:
                await self.at_rest()
            else:
                await self._commit()
        if self._is_lost:
            raise Lost

    def flush_soon(self) -> None:
        """Write it behind the flow's back, unless the run settles in this very turn of the loop."""
        if not self._is_due:
            self._is_due = True
            self._parts.loop.call_soon(self._flush_behind)

    async def at_rest(self) -> None:
        """Return once no commit is under way."""
        while self.is_committing:
            if self._rested is None:
                self._rested = self._parts.loop.create_future()
            await asyncio.shield(self._rested)

    def _flush_behind(self) -> None:
        self._is_due = False
        if self._memory.has_pending and not (self.is_committing or self.is_over or self._is_lost):
            # The loop holds the task through the commit that it awaits.
            self._parts.loop.create_task(self._flush_quietly())

    async def _flush_quietly(self) -> None:
        try:
            await self.flush()
        except Lost:
            return  # the next effect, or the settle, meets it again
        except Exception:  # noqa: BLE001 - so is what the store does not take
            return

    async def _commit(self) -> None:
        self.is_committing = True
        try:
            if (await self._store()).emitted:
                self._parts.signals.look.set()
        finally:
            self.is_committing = False
            if self._rested is not None:
                self._rested.set_result(None)
                self._rested = None
        self._parts.reach("remember.after")

    async def _store(self) -> Progress:
        """While the store has trouble it is tried again: nothing is begun that has no memory.

        What the store does not take is tried once more in words that any store takes.
        """
        progress, is_plain = self._memory.take(), False
        while True:
            try:
                await self._parts.journal.commit(Remember(self._claimed.claim, progress))
                return progress
            except StaleClaim:
                self._is_lost = True
                raise Lost from None
            except StoreClosed:
                raise Lost from None
            except StoreError:
                await asyncio.sleep(STORE_PAUSE_S)
            except asyncio.CancelledError:
                # It is stored all the same, so tries are not logged twice; the rest may be stored
                # again without harm.
                self._memory.put_back(replace(progress, attempts=()))
                raise
            except BaseException as error:
                if is_plain or not isinstance(error, Exception):
                    self._memory.put_back(progress)
                    raise
                progress, is_plain = in_plain_text(progress), True
