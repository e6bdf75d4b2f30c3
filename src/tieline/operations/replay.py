"""Replay: a plan comes in; it is recorded, and its runs are made bite by bite.

The bites are small and paced, and their runs come below live traffic. Effects that already happened
keep their keys and are skipped, unless new actions are asked for. A dead run that nobody decided
about is taken up again in its old place, so that it does not stand in the way of its own repeat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import Micros, ReplayId
from tieline.model.commands import By, CancelReplay, MoveReplay, StartReplay
from tieline.model.hub.flow import REPLAY_PRIORITY
from tieline.model.runs.facts import ReplayMoved
from tieline.model.runs.run import NewRun
from tieline.model.views.details import EventToReplay
from tieline.model.views.replay_plan import Example, ReplayPlan
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import ListReplays, NextReplayBatch
from tieline.operations.replay_plan import PlannedReplay, again, check, plan
from tieline.pipeline.admit import Admitter
from tieline.ports.journal import Journal
from tieline.ports.views import Views

__all__ = ["Example", "Passed", "ReplayPlan", "cancel", "check", "plan", "replay_pass", "start"]

SLOWEST, FASTEST = 1, 5_000
"""Events a second."""
BITES_A_SECOND = 10
LARGEST_BITE = 500
SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass over the running replays did."""

    admitted: int
    """Runs that were stored, or taken up again."""
    running: int
    """Replays that have not ended."""
    next_us: Micros | None
    """When the next bite is due; None: no replay is running."""
    moved: tuple[ReplayMoved, ...] = ()


# --- start, go on, stop -----------------------------------------------------------------------


async def start(journal: Journal, id_: ReplayId, made: ReplayPlan, per_second: int, by: By) -> None:
    """Record the replay of *made*. Raises CommandRefused if it has no run or no possible pace."""
    if not made.runs:
        raise CommandRefused("nothing of this would be run; there is nothing to replay")
    if not SLOWEST <= per_second <= FASTEST:
        raise CommandRefused(
            f"per second is {per_second}; use {SLOWEST} to {FASTEST} events a second"
        )
    command = StartReplay(id_, made.filter, per_second, made.events, made.as_new_action, by)
    await journal.commit(command)


async def cancel(journal: Journal, id_: ReplayId, by: By) -> int:
    """Stop a replay; returns how many of its waiting runs ended. Raises NotFound, Conflict."""
    counted = await journal.commit(CancelReplay(id_, by))
    return counted.count


async def replay_pass(journal: Journal, views: Views, admitter: Admitter, now_us: Micros) -> Passed:
    """Give every running replay its next bite, as far as its pace allows; one bounded thing."""
    page = await views.read(ListReplays(state="running"))
    moved: list[ReplayMoved] = []
    due: list[Micros] = []
    for row in page.rows:
        due_us = row.moved_us + _bite(row.per_second) * SECOND_US // row.per_second
        if due_us > now_us:
            due.append(due_us)
            continue
        stored, next_us = await _go_on(journal, views, admitter, row, now_us)
        moved.append(ReplayMoved(row.id, "done" if next_us is None else "running", stored))
        if next_us is not None:
            due.append(next_us)
    admitted = sum(one.admitted for one in moved)
    return Passed(admitted, len(due), min(due, default=None), tuple(moved))


def _bite(per_second: int) -> int:
    return max(1, min(per_second // BITES_A_SECOND, LARGEST_BITE))


async def _go_on(
    journal: Journal, views: Views, admitter: Admitter, row: ReplayRow, now_us: Micros
) -> tuple[int, Micros | None]:
    """Store one bite; returns how many runs, and when the next is due (None: it has ended)."""
    size = _bite(row.per_second)
    bite = await views.read(NextReplayBatch(row.filter, row.cursor, row.started_us, size))
    found = [(one, again(admitter, one, row.filter.flow, row.id)) for one in bite.events]
    command = MoveReplay(
        id=row.id,
        after=row.cursor,
        cursor=bite.cursor,
        runs=tuple(run for one, made in found for run in _runs(row, one, made, now_us)),
        finished=bite.finished,
        now_us=now_us,
        retries=tuple(run.id for _, made in found for run in made.retries),
        as_new_action=row.as_new_action,
        receipts=tuple(
            one.event.receipt_id
            for one, made in found
            if one.event.receipt_id is not None and (made.runs or made.retries)
        ),
    )
    counted = await journal.commit(command)
    if bite.finished:
        return counted.count, None
    return counted.count, now_us + len(bite.events) * SECOND_US // row.per_second


def _runs(
    row: ReplayRow, one: EventToReplay, made: PlannedReplay, now_us: Micros
) -> Sequence[NewRun]:
    """Runs below live traffic; their deadlines count from now, not from the old event."""
    generation = one.generation + 1 if row.as_new_action else one.generation
    return [
        run._replace(
            priority=REPLAY_PRIORITY,
            created_us=now_us,
            deadline_us=_later(run, now_us),
            generation=generation,
        )
        for run in made.runs
    ]


def _later(run: NewRun, now_us: Micros) -> Micros | None:
    return None if run.deadline_us is None else now_us + run.deadline_us - run.created_us
