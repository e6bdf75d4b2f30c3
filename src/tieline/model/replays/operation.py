"""Operation: one decision about every run that a filter finds, made bite by bite."""

from dataclasses import dataclass

from tieline.model.base.by import By
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand

PREFIX = "opr_"


@dataclass(frozen=True, slots=True)
class BulkFilter:
    """Which runs: undecided dead letters, or held runs."""

    target: str
    """``dead-letters`` or ``held``."""
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


@value
class MoveOperation(Command[Counted]):
    """Note a bite; nothing is noted (count 0) when the cursor has moved, or it was cancelled."""

    id: str
    after: str
    """The cursor from which the bite was made."""
    cursor: str
    done: int
    refused: int
    finished: bool
    at_us: Micros


@value
class CancelOperation(OperatorCommand[Counted]):
    """Stop it; what is decided stays decided. Raises NotFound, Conflict."""

    id: str
    by: By
