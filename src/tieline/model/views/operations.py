"""Operations as they stand: what a list and a page show of them, and how to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tieline.model.base.ids import Micros
from tieline.model.plans.plan import Plan
from tieline.model.question import Question
from tieline.model.replays.operation import BulkFilter
from tieline.model.views.views import EVERYTHING, Page, Window


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation, and how far it is."""

    id: str
    action: str
    """One of ``DecideMany``."""
    filter: BulkFilter
    state: str
    """running, done, cancelled; partly: it has decided fewer runs than were planned."""
    total: int
    """Runs that were found when it began."""
    done: int
    refused: int
    """Runs whose state did not allow it any more."""
    cursor: str
    actor: str
    reason: str
    started_us: Micros
    moved_us: Micros
    would: int | None = None
    """Runs that it was to decide, by its plan; None: an earlier release began it."""
    not_made: Mapping[str, int] = field(default_factory=dict)
    """By the reason why it was refused, how many."""
    plan: Plan | None = None
    """Without examples."""
    ending: str = ""
    """Made and not made, with the reasons."""


@dataclass(frozen=True, slots=True)
class ListOperations(Question[Page[OperationRow]]):
    """Operations, newest first."""

    state: str | None = None
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class ShowOperation(Question[OperationRow]):
    """Raises NotFound."""

    id: str
