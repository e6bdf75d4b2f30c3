"""Operation: one decision about every run that a filter finds, made bite by bite."""

from dataclasses import dataclass

from tieline.model.base.by import By
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand
from tieline.model.people.decisions import Decided, DecideMany
from tieline.model.plans.plan import Plan

PREFIX = "opr_"


@dataclass(frozen=True, slots=True)
class BulkFilter:
    """Which runs: undecided dead letters, held runs, or those that wait to be retried."""

    target: str
    """``dead-letters``, ``held`` or ``retrying``."""
    flow: str | None = None
    kind: str | None = None
    issue: str | None = None
    connection: str | None = None
    """These three narrow dead letters only."""
    tenant: str | None = None


@value
class StartOperation(OperatorCommand[Counted]):
    """Record an operation; its bites are made by ``MoveOperation``."""

    id: str
    action: str
    filter: BulkFilter
    total: int
    by: By
    plan: Plan | None = None
    """What was planned, to be compared with what is made."""


@value
class MoveOperation(Command[Decided]):
    """Decide about the runs of the next bite and note what came of it, in one commit.

    Nothing is decided when the cursor has moved since, or it was cancelled.
    """

    id: str
    after: str
    """The cursor from which the bite was made."""
    cursor: str
    decision: DecideMany | None
    """None: there are no runs left."""
    finished: bool
    at_us: Micros


@value
class CancelOperation(OperatorCommand[Counted]):
    """Stop it; what is decided stays decided. Raises NotFound, Conflict."""

    id: str
    by: By
