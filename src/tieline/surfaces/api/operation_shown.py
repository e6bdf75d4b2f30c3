"""Operation shown: what goes on behind an answer, of every kind in one form."""

from collections.abc import Mapping
from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.views.operations import OperationRow
from tieline.model.views.rows import ReplayRow
from tieline.operations.in_progress import LongWork
from tieline.surfaces.api.endpoint import PREFIX


@dataclass(frozen=True, slots=True)
class Operation:
    """Long work that goes on behind the answer."""

    id: str
    kind: str
    state: str
    """running, done, partly or cancelled."""
    progress: str
    """The same in words: all may be made, and some of it still waiting."""
    waiting: int
    """Runs of it that have not ended."""
    total: int
    """Things that were found when it was planned."""
    would: int | None
    """Things that it was to do, by its plan; None: an earlier release began it."""
    done: int
    """Things that are dealt with so far."""
    refused: int
    """Those whose state did not allow it any more."""
    not_made: Mapping[str, int]
    """By the reason why nothing was done, how many; with those that the plan left out."""
    ending: str
    """Made and not made, in words."""
    started_us: Micros
    moved_us: Micros
    about: str
    """Where to see more."""


def operation_of(row: LongWork) -> Operation:
    """Long work as the API shows it, of whatever kind."""
    return _of_replay(row) if isinstance(row, ReplayRow) else _of_decisions(row)


def _of_replay(row: ReplayRow) -> Operation:
    about = f"{PREFIX}/replays/{row.id}"
    return Operation(
        id=row.id,
        kind="replay",
        state=row.state,
        progress=row.progress,
        waiting=row.waiting,
        total=row.planned,
        would=row.would,
        done=row.admitted,
        refused=0,
        not_made=row.not_made,
        ending=row.ending,
        started_us=row.started_us,
        moved_us=row.moved_us,
        about=about,
    )


def _of_decisions(row: OperationRow) -> Operation:
    return Operation(
        id=row.id,
        kind="decision",
        state=row.state,
        progress=row.state,
        waiting=0,
        total=row.total,
        would=row.would,
        done=row.done,
        refused=row.refused,
        not_made=row.not_made,
        ending=row.ending,
        started_us=row.started_us,
        moved_us=row.moved_us,
        about=f"{PREFIX}/audit-entries?subject={row.id}",
    )
