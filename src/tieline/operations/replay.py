"""Replay: a filter comes in; what running those events again would do, or has done, goes out.

A replay is planned first, then recorded, then admitted in small paced bites below live traffic.
Effects that already happened keep their keys and are skipped, unless new actions are asked for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tieline.model.commands import By, CancelReplay, ContinueReplay, ReplayFilter, StartReplay
from tieline.model.errors import CommandRefused, PayloadRejected
from tieline.model.facts import ReplayMoved
from tieline.model.flow import REPLAY_PRIORITY
from tieline.model.ids import EventId, Micros, ReplayId
from tieline.model.run import NewRun
from tieline.model.view_details import Replayable
from tieline.model.view_rows import ReplayRow
from tieline.model.views import CountEffects, ListReplays, NextBite
from tieline.pipeline.admit import Admitter
from tieline.ports.journal import Journal
from tieline.ports.views import Views
from tieline.rules.json_safety import parse

SLOWEST, FASTEST = 1, 5_000
"""Events a second."""
BITES_A_SECOND = 10
LARGEST_BITE = 500
PLAN_BITE = 200
MOST_PLANNED = 100_000
EXAMPLES = 5
SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Example:
    """One event of a plan."""

    event_id: EventId
    source: str
    type: str
    recorded_us: Micros
    flows: tuple[str, ...]
    why_not: str | None
    """Why no run would come of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would do."""

    filter: ReplayFilter
    as_new_action: bool
    events: int
    runs: tuple[tuple[str, int], ...]
    """(flow, runs), most first."""
    effects_done: int
    """Effects that happened before; skipped, or with ``as_new_action`` made once more."""
    without_runs: tuple[tuple[str, int], ...]
    """(why, events): payload forgotten, against the contract, no flow wants it."""
    examples: tuple[Example, ...]
    exact: bool
    """False: there are more events than were counted."""


@dataclass(frozen=True, slots=True)
class Again:
    """The runs of one event, as a replay makes them."""

    runs: tuple[NewRun, ...]
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass over the running replays did."""

    admitted: int
    """Runs that were stored."""
    running: int
    """Replays that have not ended."""
    next_us: Micros | None
    """When the next bite is due; None: no replay is running."""
    moved: tuple[ReplayMoved, ...] = ()


# --- the plan ---------------------------------------------------------------------------------


def check(wanted: ReplayFilter) -> None:
    """Raise CommandRefused for a filter that names nothing: that would be everything."""
    narrow = (wanted.source, wanted.type, wanted.flow, wanted.since_us, wanted.until_us)
    failed = (wanted.issue, wanted.kind, wanted.connection)
    if wanted.event_ids or wanted.states or any(part is not None for part in (*narrow, *failed)):
        return
    raise CommandRefused(
        "the replay names no events; give ids, a source, type, state, issue or time"
    )


async def plan(
    views: Views,
    admitter: Admitter,
    wanted: ReplayFilter,
    *,
    now_us: Micros,
    as_new_action: bool = False,
) -> Plan:
    """Look at every event of *wanted* (up to a limit) as the replay would. Changes nothing."""
    check(wanted)
    tally = _Tally(wanted.flow)
    cursor, finished = "", False
    while not finished and tally.events < MOST_PLANNED:
        bite = await views.read(NextBite(wanted, cursor, now_us, PLAN_BITE))
        done = await views.read(CountEffects(tuple(one.event.id for one in bite.events)))
        tally.add_effects({(one.event_id, one.flow): one.effects for one in done})
        for one in bite.events:
            tally.add(one, again(admitter, one, wanted.flow))
        cursor, finished = bite.cursor, bite.finished
    return Plan(
        filter=wanted,
        as_new_action=as_new_action,
        events=tally.events,
        runs=tuple(tally.runs.most_common()),
        effects_done=tally.effects,
        without_runs=tuple(tally.without.most_common(20)),
        examples=tuple(tally.examples),
        exact=finished,
    )


class _Tally:
    """Counts while a plan is made."""

    def __init__(self, flow: str | None) -> None:
        self.events = 0
        self.effects = 0
        self.runs: Counter[str] = Counter()
        self.without: Counter[str] = Counter()
        self.examples: list[Example] = []
        self._flow = flow

    def add_effects(self, done: Mapping[tuple[EventId, str], int]) -> None:
        wanted = (n for (_, flow), n in done.items() if self._flow in {None, flow})
        self.effects += sum(wanted)

    def add(self, one: Replayable, made: Again) -> None:
        self.events += 1
        flows = tuple(run.flow for run in made.runs)
        self.runs.update(flows)
        if made.why_not is not None:
            self.without[made.why_not] += 1
        if len(self.examples) < EXAMPLES:
            event = one.event
            self.examples.append(
                Example(event.id, event.source, event.type, event.recorded_us, flows, made.why_not)
            )


def again(
    admitter: Admitter, one: Replayable, flow: str | None, replay: ReplayId | None = None
) -> Again:
    """The runs that an event would cause today, or why none."""
    data = one.event.data if one.event.data is not None else one.body
    if data is None:
        return Again((), "its payload has been forgotten (retention)")
    try:
        payload = parse(data)
    except PayloadRejected as error:
        return Again((), str(error))
    starts, faults = admitter.runs_again(one.event, payload, flow=flow, replay=replay)
    if starts:
        return Again(tuple(start.run for start in starts), None)
    if faults:
        return Again((), "; ".join(faults))
    return Again((), f"no flow takes {one.event.type!r} of {one.event.source!r}")


# --- start, go on, stop -----------------------------------------------------------------------


async def start(journal: Journal, id_: ReplayId, made: Plan, per_second: int, by: By) -> None:
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
    bite = await views.read(NextBite(row.filter, row.cursor, row.started_us, size))
    runs = [run for one in bite.events for run in _runs(admitter, row, one, now_us)]
    counted = await journal.commit(
        ContinueReplay(row.id, row.cursor, bite.cursor, tuple(runs), bite.finished, now_us)
    )
    if bite.finished:
        return counted.count, None
    return counted.count, now_us + len(bite.events) * SECOND_US // row.per_second


def _runs(admitter: Admitter, row: ReplayRow, one: Replayable, now_us: Micros) -> Sequence[NewRun]:
    """Runs below live traffic; their deadlines count from now, not from the old event."""
    generation = one.generation + 1 if row.as_new_action else one.generation
    return [
        run._replace(
            priority=REPLAY_PRIORITY,
            created_us=now_us,
            deadline_us=_later(run, now_us),
            generation=generation,
        )
        for run in again(admitter, one, row.filter.flow, row.id).runs
    ]


def _later(run: NewRun, now_us: Micros) -> Micros | None:
    return None if run.deadline_us is None else now_us + run.deadline_us - run.created_us
