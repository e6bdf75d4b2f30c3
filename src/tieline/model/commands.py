"""Commands: every durable operation as a small frozen value, and what its commit answers.

``await journal.commit(command)`` returns once the command is on disk; it is atomic by itself.
"""

from collections.abc import Mapping
from typing import ClassVar

from tieline.model.base.by import By as By
from tieline.model.base.ids import EventId, Micros, RunId, TenantId, WorkerId
from tieline.model.base.value import value
from tieline.model.command import Command, OperatorCommand
from tieline.model.command import Counted as Counted
from tieline.model.fleet.presence import Beat as Beat
from tieline.model.fleet.presence import BeatStored as BeatStored
from tieline.model.fleet.presence import EndPresence as EndPresence
from tieline.model.hub.tenants import NO_LIMITS, TenantLimits
from tieline.model.inbound.event import Mention
from tieline.model.inbound.receipt import Receipt
from tieline.model.people.decisions import CloseDeliveries as CloseDeliveries
from tieline.model.people.decisions import Decided as Decided
from tieline.model.people.decisions import DecideMany as DecideMany
from tieline.model.people.decisions import DeliveryTime as DeliveryTime
from tieline.model.people.decisions import KeepTally as KeepTally
from tieline.model.people.decisions import TallyRow as TallyRow
from tieline.model.replays.commands import CancelReplay as CancelReplay
from tieline.model.replays.commands import MoveReplay as MoveReplay
from tieline.model.replays.commands import StartReplay as StartReplay
from tieline.model.replays.filter import ReplayFilter as ReplayFilter
from tieline.model.runs.admission import Admission as Admission
from tieline.model.runs.run import (
    AttemptRecord,
    ClaimedRun,
    ExchangeRecord,
    HeadPolicy,
    Outcome,
    RunClaim,
    StepArguments,
    StepRecord,
)
from tieline.model.runs.waits import Waits

# --- the front half ---------------------------------------------------------------------------


@value
class Ingested:
    """What became of an Ingest."""

    event_id: EventId
    """The (first) new event's id, or that of the first delivery when ``fresh`` is False."""
    fresh: bool
    """Whether any event was new."""
    claimed: tuple[RunId, ...] = ()
    """Runs that the worker owns now, at epoch 1."""
    queued: int = 0
    """Runs that wait to be claimed."""
    doubt: str | None = None
    """Why (some of) it was kept aside: its id and its body do not agree about what it repeats."""


@value
class Ingest(Command[Ingested]):
    """Store a delivery: receipt, events and runs, or only the receipt of a duplicate.

    ``worker`` set: runs whose lane is free are stored as already claimed by it (the fast path).
    """

    admissions: tuple[Admission, ...]
    """Usually one; some vendors send several events in a delivery."""
    receipt: Receipt | None = None
    worker: WorkerId | None = None


@value
class KeepReceipt(Command[Counted]):
    """Store a receipt that made no event: refused, or a challenge."""

    receipt: Receipt


# --- the back half ----------------------------------------------------------------------------


@value
class Claimed:
    """The runs that this worker owns now, and whether more were ready for it."""

    runs: tuple[ClaimedRun, ...]
    more: bool


@value
class Claim(Command[Claimed]):
    """Take ready runs for *worker*, at most *limit*, fairly (``rules/fairness.py``)."""

    worker: WorkerId
    limit: int
    room: Mapping[str, int]
    """How many more runs of each flow may be started; a flow that is not named is not claimed."""
    now_us: Micros
    turn: int = 0  # grows with every claim, so that the tenant served first changes
    tenants: TenantLimits = NO_LIMITS
    """Whose runs are not taken, and how many of each may be at work over all workers."""
    trials: int = 16
    """Places for runs that have lost claims (``rules/runs/lost_claims.py``)."""


@value
class Progress:
    """What a run has to remember before it goes on: steps, tries, names and emitted events."""

    steps: tuple[StepRecord, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    mentions: tuple[Mention, ...] = ()
    emitted: tuple[Admission, ...] = ()
    exchanges: tuple[ExchangeRecord, ...] = ()
    """What was sent and answered at some of the tries."""
    arguments: tuple[StepArguments, ...] = ()
    """What steps were asked for, of a run that goes on later."""

    def __bool__(self) -> bool:
        return bool(self.steps or self.attempts or self.mentions or self.emitted or self.arguments)


@value
class Remember(Command[Counted]):
    """Store progress of a claimed run. Refused with StaleClaim when the claim is gone."""

    claim: RunClaim
    progress: Progress


@value
class Settled:
    """Whether the end of this run let others become ready (its lane's next, emitted events)."""

    woke: int = 0


@value
class Settle(Command[Settled]):
    """End this execution of a claimed run. Refused with StaleClaim when the claim is gone."""

    claim: RunClaim
    outcome: Outcome
    progress: Progress
    now_us: Micros
    head_policy: HeadPolicy = HeadPolicy.BLOCK
    """Read only when the outcome is Dead and the run has a lane."""
    tells_end: bool = False
    """Whether other runs may wait for the end of this one."""


@value
class ReturnClaims(Command[Counted]):
    """Return claimed runs unexecuted or unfinished (shutdown): ready again, epoch raised."""

    claims: tuple[RunClaim, ...]
    now_us: Micros


@value
class Promoted:
    """How many became ready, and when the next one is due (None: nothing has a due time)."""

    count: int
    next_due_us: Micros | None


@value
class Promote(Command[Promoted]):
    """Make runs whose time has come ready, at most *limit*."""

    now_us: Micros
    limit: int = 500


@value
class SetTimes(Command[Counted]):
    """The clock was put back: what waits for a time of before waits from now on as long as it was
    to when it began; at most *limit* runs."""

    now_us: Micros
    limit: int = 100


@value
class WakeWaiting(Command[Counted]):
    """Make runs ready that wait for *waits* (a connection that is back), at most *limit*: whoever
    knows that it is over repeats it until a bite is not full."""

    waits: Waits
    now_us: Micros
    limit: int = 500
    tenant: TenantId | None = None
    """Only those of this one; None: whoever waits."""


@value
class Swept:
    """What a sweep did."""

    rescued: int
    expired: tuple[RunId, ...]
    woken: int = 0
    """Runs whose obstacle was gone, and whom nobody had woken."""
    held: tuple[tuple[RunId, str, str], ...] = ()
    """Of those that were taken from silent workers, the ones that took too many with them: id, flow
    and why."""


@value
class Sweep(Command[Swept]):
    """Take runs from silent workers, end runs whose deadline has passed, and wake runs that wait
    for what is over; bounded."""

    now_us: Micros
    silent_since_us: Micros
    """Workers whose last beat is older have lost their runs."""
    limit: int = 500
    skip_flows: tuple[str, ...] = ()
    """Flows whose lanes skip a dead head."""


# --- what operators do ------------------------------------------------------------------------


@value
class Pause(OperatorCommand[Counted]):
    """Hold the work of a flow or the calls of a connection; no attempts are used."""

    kind: str
    """``flow`` or ``connection``."""
    name: str
    by: By
    until_us: Micros | None = None
    """When it ends by itself; None: when somebody resumes."""
    pauses: ClassVar[bool] = True


@value
class Resume(OperatorCommand[Counted]):
    """Lift a pause."""

    kind: str
    name: str
    by: By
    pauses: ClassVar[bool] = True


@value
class EndPauses(Command[Counted]):
    """Resume the flows and connections whose pause has had its time."""

    now_us: Micros


@value
class Cancel(OperatorCommand[Counted]):
    """End a live run now; an execution under way loses its claim."""

    run_id: RunId
    by: By


@value
class RetryDead(OperatorCommand[Counted]):
    """Make a dead run ready again; what it remembers stays, what was refused is tried again.

    ``as_new_action``: its effects are wanted once more, under new effect keys.
    """

    run_id: RunId
    by: By
    as_new_action: bool = False


@value
class ForgetStep(OperatorCommand[Counted]):
    """Forget one step that a run remembers: asked for again, it is made or read again, under the
    same idempotency key. Refused while the run is executed, and of a step whose outcome is unknown.
    """

    run_id: RunId
    step: str
    key: str
    by: By


@value
class DiscardDead(OperatorCommand[Counted]):
    """Close a dead run without success; its lane goes on."""

    run_id: RunId
    by: By


@value
class EditDead(OperatorCommand[Counted]):
    """Replace a dead run by one for an edited copy of its event, as a new recorded event."""

    run_id: RunId
    admission: Admission
    """The edited event with exactly one run; it takes the dead run's place in the lane."""
    by: By


@value
class Edited:
    """What took a dead run's place."""

    event_id: EventId
    run_id: RunId


@value
class ResolveHeld(OperatorCommand[Counted]):
    """Decide a held run: the effect happened (``done``), what its flow holds may pass
    (``continue``), try again (``retry``), or ``give-up``."""

    run_id: RunId
    decision: str
    by: By
    result: bytes | None = None
    """With ``done``: the JSON that the step in doubt returns."""


# --- keeping house ----------------------------------------------------------------------------


@value
class Purge(Command[Counted]):
    """Retention, one small bite: forget old payloads, finished runs and expired identities."""

    payloads_before_us: Micros
    runs_before_us: Micros
    now_us: Micros
    limit: int = 200
