"""Replay: a plan comes in; it is recorded, and its runs are made bite by bite.

The bites are small and paced, and their runs come below live traffic. Effects that already happened
keep their keys and are skipped, unless new actions are asked for. A dead run that nobody decided
about is taken up again in its old place, so that it does not stand in the way of its own repeat.
"""

from collections import Counter
from dataclasses import dataclass, replace

from tieline.features.replays.all_of_delivery import whole_deliveries
from tieline.features.replays.delivery_events import next_events
from tieline.features.replays.plan import (
    UNKNOWN_EVENT,
    check,
    narrowed,
    plan,
)
from tieline.features.replays.unread import would
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import Micros, ReplayId
from tieline.model.commands import Admission, By, CancelReplay, MoveReplay, StartReplay
from tieline.model.hub.flow import REPLAY_PRIORITY
from tieline.model.plans.plan import Plan
from tieline.model.runs.facts import ReplayMoved
from tieline.model.runs.run import NewRun
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import ListReplays, NextReplayBatch, ShowReplay
from tieline.pipeline.admit import Admitter
from tieline.ports.journal import Journal
from tieline.ports.views import Views

__all__ = ["Passed", "cancel", "check", "plan", "replay_pass", "start"]

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


async def start(journal: Journal, command: StartReplay, made: Plan) -> None:
    """Record the replay that was planned as *made*.

    Raises CommandRefused if it would make no run, or has no possible pace.
    """
    if not made.would:
        raise CommandRefused("nothing of this would be run; there is nothing to replay")
    pace = command.per_second
    if not SLOWEST <= pace <= FASTEST:
        raise CommandRefused(f"per second is {pace}; use {SLOWEST} to {FASTEST} events a second")
    await journal.commit(replace(command, planned=made.found, plan=made))


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
        state = "running" if next_us is not None else await _state(views, row.id)
        moved.append(ReplayMoved(row.id, state, stored))
        if next_us is not None:
            due.append(next_us)
    admitted = sum(one.admitted for one in moved)
    return Passed(admitted, len(due), min(due, default=None), tuple(moved))


async def _state(views: Views, id_: ReplayId) -> str:
    """How it ended: done, or partly."""
    return (await views.read(ShowReplay(id_))).replay.state


def _bite(per_second: int) -> int:
    return max(1, min(per_second // BITES_A_SECOND, LARGEST_BITE))


async def _go_on(
    journal: Journal, views: Views, admitter: Admitter, row: ReplayRow, now_us: Micros
) -> tuple[int, Micros | None]:
    """Store one bite; returns how many runs, and when the next is due (None: it has ended)."""
    size = _bite(row.per_second)
    wanted = narrowed(row.filter, admitter.flow(row.filter.flow))
    until_us = row.started_us if row.plan is None else row.plan.at_us
    bite = await next_events(views, NextReplayBatch(wanted, row.cursor, until_us, size))
    found = [(one, await would(views, admitter, one, wanted, row.id)) for one in bite.events]
    not_made = Counter(why for _, made in found for why in made.left_out)
    not_made[UNKNOWN_EVENT] += len(bite.missing)
    command = MoveReplay(
        id=row.id,
        after=row.cursor,
        cursor=bite.cursor,
        runs=tuple(
            _made(row, run, one.generation, now_us) for one, made in found for run in made.runs
        ),
        finished=bite.finished,
        now_us=now_us,
        retries=tuple(run.id for _, made in found for run in made.retries),
        as_new_action=row.as_new_action,
        receipts=await whole_deliveries(views, admitter, found),
        not_made=tuple((+not_made).items()),
        admissions=tuple(_read(row, one, now_us) for _, made in found for one in made.read),
    )
    counted = await journal.commit(command)
    if bite.finished:
        return counted.count, None
    return counted.count, now_us + len(bite.events) * SECOND_US // row.per_second


def _made(row: ReplayRow, run: NewRun, generation: int, now_us: Micros) -> NewRun:
    """A run below live traffic; its deadline counts from now, not from the old event."""
    return run._replace(
        priority=REPLAY_PRIORITY,
        created_us=now_us,
        deadline_us=_later(run, now_us),
        generation=generation + 1 if row.as_new_action else generation,
    )


def _read(row: ReplayRow, one: Admission, now_us: Micros) -> Admission:
    """An event that was read only now, with its runs; none of them was made before."""
    runs = tuple(_made(row, run, run.generation, now_us) for run in one.runs)
    return replace(one, runs=runs)


def _later(run: NewRun, now_us: Micros) -> Micros | None:
    return None if run.deadline_us is None else now_us + run.deadline_us - run.created_us
