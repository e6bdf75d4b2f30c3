"""Plan of a replay: a filter comes in; what running those events again would do goes out.

The plan looks at every event as the replay will, and changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tieline.model.base.errors import CommandRefused, PayloadRejected
from tieline.model.base.ids import EventId, Micros, ReplayId, RunId, TenantId
from tieline.model.commands import ReplayFilter
from tieline.model.hub.flow import FlowSpec
from tieline.model.runs.run import NewRun
from tieline.model.views.details import EventToReplay, RunOfEvent
from tieline.model.views.replay_plan import Example, Plan, Queue
from tieline.model.views.views import CountEffects, ListBlockedLanes, NextReplayBatch
from tieline.pipeline.admit import Admitter
from tieline.ports.views import Views
from tieline.rules.formats.json_limits import parse
from tieline.rules.runs.replayed import treatment

PLAN_BITE = 200
MOST_PLANNED = 100_000
EXAMPLES = 5
MOST_NAMED = 20
"""Reasons, or lanes, that a plan names."""


@dataclass(frozen=True, slots=True)
class PlannedReplay:
    """What a replay makes of one event."""

    runs: tuple[NewRun, ...]
    retries: tuple[RunOfEvent, ...] = ()
    left_out: tuple[str, ...] = ()
    """Why a flow that takes the event gets no run of it."""
    why_not: str | None = None
    """Why nothing comes of it."""


def check(wanted: ReplayFilter) -> None:
    """Raise CommandRefused for a filter that names nothing: that would be everything."""
    narrow = (wanted.source, wanted.type, wanted.flow, wanted.since_us, wanted.until_us)
    failed = (wanted.issue, wanted.kind, wanted.connection, wanted.tenant)
    if wanted.event_ids or wanted.states or any(part is not None for part in (*narrow, *failed)):
        return
    raise CommandRefused(
        "the replay names no events; give ids, a source, type, state, issue, tenant or time"
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
    wanted = narrowed(wanted, admitter.flow(wanted.flow))
    tally = _Tally(wanted.flow)
    cursor, finished = "", False
    while not finished and tally.events < MOST_PLANNED:
        bite = await views.read(NextReplayBatch(wanted, cursor, now_us, PLAN_BITE))
        done = await views.read(CountEffects(tuple(one.event.id for one in bite.events)))
        tally.add_effects({(one.event_id, one.flow): one.effects for one in done})
        found = [(one, again(admitter, one, wanted.flow)) for one in bite.events]
        for one, made in found:
            tally.add(one, made)
        lanes = Counter(lane for one, made in found for lane in _lanes(one, made))
        for lane in await views.read(ListBlockedLanes(tuple(lanes))):
            tally.blocked[lane.head, lane.state] += lanes[lane.tenant, lane.flow, lane.key]
        cursor, finished = bite.cursor, bite.finished
    return Plan(
        filter=wanted,
        as_new_action=as_new_action,
        events=tally.events,
        runs=tuple(tally.runs.most_common()),
        effects_done=tally.effects,
        without_runs=tuple(tally.without.most_common(MOST_NAMED)),
        examples=tuple([*tally.running, *tally.others][:EXAMPLES]),
        exact=finished,
        retries=len(tally.retried),
        left_out=tuple(tally.left_out.most_common()),
        queues=tally.queues(),
    )


def narrowed(wanted: ReplayFilter, flow: FlowSpec | None) -> ReplayFilter:
    """The same choice without the events that *flow*, which it names, does not take anyway."""
    if flow is None or wanted.event_ids:
        return wanted
    kind = None if flow.type == "*" else flow.type
    return replace(wanted, source=wanted.source or flow.source.name, type=wanted.type or kind)


def _lanes(one: EventToReplay, made: PlannedReplay) -> Iterable[tuple[TenantId, str, str]]:
    """The lanes that the runs of one event would stand in."""
    places = [(run.flow, run.lane) for run in made.runs]
    places += [(run.flow, run.lane) for run in made.retries]
    for flow, lane in places:
        if lane is not None:
            yield (one.event.tenant, flow, lane)


class _Tally:
    """Counts while a plan is made."""

    def __init__(self, flow: str | None) -> None:
        self.events = 0
        self.effects = 0
        self.runs: Counter[str] = Counter()
        self.retried: set[RunId] = set()
        self.left_out: Counter[str] = Counter()
        self.without: Counter[str] = Counter()
        self.blocked: Counter[tuple[RunId, str]] = Counter()
        self.running: list[Example] = []
        self.others: list[Example] = []
        self._flow = flow

    def add_effects(self, done: Mapping[tuple[EventId, str], int]) -> None:
        wanted = (n for (_, flow), n in done.items() if self._flow in {None, flow})
        self.effects += sum(wanted)

    def add(self, one: EventToReplay, made: PlannedReplay) -> None:
        self.events += 1
        flows = (*(run.flow for run in made.runs), *(run.flow for run in made.retries))
        self.runs.update(flows)
        self.retried.update(run.id for run in made.retries)
        self.left_out.update(made.left_out)
        if made.why_not is not None and not made.left_out:
            self.without[made.why_not] += 1
        examples = self.running if flows else self.others
        if len(examples) < EXAMPLES:
            event = one.event
            examples.append(
                Example(event.id, event.source, event.type, event.recorded_us, flows, made.why_not)
            )

    def queues(self) -> tuple[Queue, ...]:
        """Where runs would wait: not behind a head that this very replay takes up again."""
        found = [
            Queue(head, state, runs)
            for (head, state), runs in self.blocked.most_common()
            if head not in self.retried
        ]
        return tuple(found[:MOST_NAMED])


def again(
    admitter: Admitter, one: EventToReplay, flow: str | None, replay: ReplayId | None = None
) -> PlannedReplay:
    """What an event would cause today: new runs, dead ones taken up again; or why nothing."""
    data = one.event.data if one.event.data is not None else one.body
    if data is None:
        return PlannedReplay((), why_not="its payload has been forgotten (retention)")
    try:
        payload = parse(data)
    except PayloadRejected as error:
        return PlannedReplay((), why_not=str(error))
    starts, faults = admitter.runs_again(one.event, payload, flow=flow, replay=replay)
    if starts:
        return _with_past(one, [start.run for start in starts])
    if faults:
        return PlannedReplay((), why_not="; ".join(faults))
    return PlannedReplay((), why_not=f"no flow takes {one.event.type!r} of {one.event.source!r}")


def _with_past(one: EventToReplay, runs: Iterable[NewRun]) -> PlannedReplay:
    """A dead run stands for the new one of its flow; what was decided stays decided."""
    new: list[NewRun] = []
    retries: list[RunOfEvent] = []
    left_out: list[str] = []
    for run in runs:
        past = [before for before in one.past if before.flow == run.flow]
        found = treatment(past)
        if found.left_out is not None:
            left_out.append(found.left_out)
        elif found.retries:
            retries += [before for before in past if before.id in found.retries]
        else:
            new.append(run)
    why_not = None if new or retries else "; ".join(left_out)
    return PlannedReplay(tuple(new), tuple(retries), tuple(left_out), why_not)
