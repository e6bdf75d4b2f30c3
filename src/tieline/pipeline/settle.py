"""Settle: how an execution ended comes in; it is on disk at the end, whatever the store does."""

import asyncio

from tieline.model.base.errors import StaleClaim, StoreClosed, StoreError
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.commands import Progress, Remember, ReturnClaims, Settle, Settled
from tieline.model.runs.facts import ClaimLost, RunSettled, StoreTrouble
from tieline.model.runs.run import ClaimedRun, HeadPolicy, Outcome
from tieline.ports.clock import Clock
from tieline.ports.crash_points import Reach
from tieline.ports.journal import Journal
from tieline.ports.observer import Observer
from tieline.rules.runs.ending import words
from tieline.rules.runs.hops import TOPIC
from tieline.rules.runs.refused_settle import LESSER_ENDS, ExecutionEnd, failed_inside, instead
from tieline.rules.runs.transitions import state_of

STORE_PAUSE_S = 1.0


@value
class Execution:
    """What people are told of an execution beside its end."""

    began_us: Micros
    reference: str | None


NEVER_BEGAN = Execution(0, None)


class Settler:
    """Stores outcomes, and tells what was stored."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        observer: Observer,
        reach: Reach,
        *,
        tells_ends: bool = False,
    ) -> None:
        """*tells_ends*: whether flows of the hub start runs, and may wait for them."""
        self._tells_ends = tells_ends
        self._journal = journal
        self._clock = clock
        self._observer = observer
        self._reach = reach

    async def settle(
        self,
        claimed: ClaimedRun,
        outcome: Outcome,
        progress: Progress,
        head_policy: HeadPolicy,
        execution: Execution = NEVER_BEGAN,
    ) -> Settled | None:
        """Commit the end of an execution; None when the claim was lost, or the store closed.

        Its effects have happened: while the store has trouble (a full disk), it is tried again
        for as long as the process lives. What a crash then loses, effect keys repair.
        """
        self._reach("settle.before")
        tells = self._tells_ends and claimed.event.source == TOPIC
        wanted: ExecutionEnd | None = None
        refusals = 0
        while True:
            now_us = self._clock.now_us()
            command = Settle(claimed.claim, outcome, progress, now_us, head_policy, tells)
            try:
                settled = await self._journal.commit(command)
            except StaleClaim:
                self._observer.saw(ClaimLost(claimed.id, claimed.epoch))
                return None
            except StoreClosed:
                return None
            except StoreError as error:
                self._observer.saw(StoreTrouble(str(error)))
                await asyncio.sleep(STORE_PAUSE_S)
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, what was done is kept
                wanted = wanted or ExecutionEnd(outcome, progress)
                refusals += 1
                lesser = await self._lesser(wanted, refusals, error)
                outcome, progress = lesser.outcome, lesser.progress
                continue
            self._reach("settle.after")
            self._observer.saw(_fact(claimed, outcome, now_us, execution))
            return settled

    async def _lesser(self, wanted: ExecutionEnd, refusals: int, error: Exception) -> ExecutionEnd:
        """What to ask the store for, which did not take *wanted* as it is."""
        self._observer.saw(StoreTrouble(words(error)))
        if refusals > LESSER_ENDS:
            await asyncio.sleep(STORE_PAUSE_S)
        return instead(wanted, refusals, error)

    async def give_back(self, claimed: ClaimedRun, progress: Progress) -> None:
        """Return a run that did not come to an end, with what it remembers; to whoever has time.

        Where the claim is gone already, there is nothing to return.
        """
        self._reach("give-back.before")
        while True:
            now_us = self._clock.now_us()
            try:
                if progress:
                    await self._journal.commit(Remember(claimed.claim, progress))
                    progress = Progress()
                command = ReturnClaims((claimed.claim,), now_us)
                if not (await self._journal.commit(command)).count:
                    self._observer.saw(ClaimLost(claimed.id, claimed.epoch))
            except StaleClaim:
                self._observer.saw(ClaimLost(claimed.id, claimed.epoch))
                return
            except StoreClosed:
                return
            except StoreError as error:
                self._observer.saw(StoreTrouble(str(error)))
                await asyncio.sleep(STORE_PAUSE_S)
                continue
            except Exception as error:  # noqa: BLE001 - as above
                await self.settle(claimed, failed_inside(error), progress, HeadPolicy.BLOCK)
                return
            self._reach("give-back.after")
            return


def _fact(
    claimed: ClaimedRun, outcome: Outcome, now_us: Micros, execution: Execution
) -> RunSettled:
    return RunSettled(
        claimed.flow,
        claimed.id,
        claimed.event.id,
        state_of(outcome),
        getattr(outcome, "reason", None),
        now_us - (claimed.created_us if claimed.replay_id else claimed.event.recorded_us),
        getattr(outcome, "kind", None),
        getattr(outcome, "due_us", None),
        now_us,
        execution.began_us,
        claimed,
        execution.reference,
    )
