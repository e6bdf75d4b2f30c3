"""Replay commands: a replay is recorded, admitted bite by bite, and stopped."""

from tieline.model.base.by import By
from tieline.model.base.ids import Micros, ReceiptId, ReplayId, RunId
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand
from tieline.model.plans.plan import Plan
from tieline.model.replays.filter import ReplayFilter
from tieline.model.runs.admission import Admission
from tieline.model.runs.run import NewRun


@value
class StartReplay(OperatorCommand[Counted]):
    """Record a replay; its events are admitted in small paced bites by ``MoveReplay``."""

    id: ReplayId
    filter: ReplayFilter
    per_second: int
    planned: int
    as_new_action: bool
    by: By
    plan: Plan | None = None
    """What was planned, to be compared with what is made."""


@value
class MoveReplay(Command[Counted]):
    """Store the runs of the next bite and move the cursor, unless the replay was cancelled."""

    id: ReplayId
    after: str
    """The cursor from which this bite was made; refused (0 stored) when it has moved since."""
    cursor: str
    """The last event id that is dealt with."""
    runs: tuple[NewRun, ...]
    finished: bool
    now_us: Micros
    retries: tuple[RunId, ...] = ()
    """Dead runs that are taken up again, each in its old place; decided ones are passed over."""
    as_new_action: bool = False
    """Whether those make their effects once more. New runs say so by their generation."""
    receipts: tuple[ReceiptId, ...] = ()
    """Deliveries that are decided by it, if they are in quarantine: all of them runs now."""
    not_made: tuple[tuple[str, int], ...] = ()
    """(why, how many) of this bite that nothing was made of."""
    admissions: tuple[Admission, ...] = ()
    """Events of deliveries that could not be read when they came, with their runs."""


@value
class CancelReplay(OperatorCommand[Counted]):
    """Stop a replay and cancel its runs that have not started."""

    id: ReplayId
    by: By
