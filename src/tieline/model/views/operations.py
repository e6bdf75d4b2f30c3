"""Operations as they stand: what a list and a page show of them, and how to ask."""

from dataclasses import dataclass

from tieline.model.base.ids import Micros
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
    """running, done or cancelled."""
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


@dataclass(frozen=True, slots=True)
class ListOperations(Question[Page[OperationRow]]):
    """Operations, newest first."""

    state: str | None = None
    window: Window = EVERYTHING


@dataclass(frozen=True, slots=True)
class ShowOperation(Question[OperationRow]):
    """Raises NotFound."""

    id: str
