"""Plan of a replay: a filter comes in; what running those events again would do goes out.

The plan looks at every event as the replay will, and changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tieline.features.replays.delivery_events import next_events
from tieline.model.base.errors import CommandRefused, PayloadRejected
from tieline.model.base.ids import EventId, ReplayId, RunId, TenantId
from tieline.model.commands import ReplayFilter
from tieline.model.hub.flow import FlowSpec
from tieline.model.inbound.event import Event
from tieline.model.inbound.receipt import Verdict
from tieline.model.plans.plan import Plan, PlanExample, PlanWarning
from tieline.model.runs.run import NewRun
from tieline.model.views.details import EventToReplay, ReplayBatch, RunOfEvent
from tieline.model.views.plans import PlanReplay
from tieline.model.views.views import CountEffects, ListBlockedLanes, ListPauses, NextReplayBatch
from tieline.operations.planning import PlanParts
from tieline.pipeline.admit import Admitter
from tieline.rules.formats.json_limits import parse
from tieline.rules.formats.labels import label
from tieline.rules.plans.change import fingerprint
from tieline.rules.plans.count import EXAMPLES as EXAMPLES
from tieline.rules.plans.count import MOST_NAMED, PlanCount
from tieline.rules.runs.replayed import filter_words, treatment

PLAN_BITE = 200
MOST_PLANNED = 100_000
FORGOTTEN = "its payload has been forgotten (retention)"
NEW_RUN = "new run of {flow}"
RETRY = "retry of the dead run of {flow}, in its old place"
UNKNOWN_EVENT = "no event of this id is recorded"


@dataclass(frozen=True, slots=True)
class PlannedReplay:
    """What a replay makes of one event."""

    runs: tuple[NewRun, ...]
    retries: tuple[RunOfEvent, ...] = ()
    left_out: tuple[str, ...] = ()
    """Why a flow that takes the event gets no run of it; or why none can be told."""
    is_stuck: bool = False
    """Whether something of it is against its contract, or cannot be read any more."""


def check(wanted: ReplayFilter) -> None:
    """Raise CommandRefused for a filter that names nothing: that would be everything."""
    if wanted == ReplayFilter():
        raise CommandRefused(
            "the replay names no events; give ids, a source, type, state, issue, tenant or time"
        )


async def plan(parts: PlanParts, asked: PlanReplay) -> Plan:
    """Look at every event that is wanted (up to a limit) as the replay would. Changes nothing."""
    check(asked.filter)
    admitter = parts.admitter()
    wanted = narrowed(asked.filter, admitter.flow(asked.filter.flow))
    tally = _ReplayTally(wanted.flow)
    cursor, finished = "", False
    while not finished and tally.events < MOST_PLANNED:
        question = NextReplayBatch(wanted, cursor, parts.now_us, PLAN_BITE)
        bite = await next_events(parts.views, question)
        done = await parts.views.read(CountEffects(tuple(one.event.id for one in bite.events)))
        tally.add_effects({(one.event_id, one.flow): one.effects for one in done})
        found = [(one, again(admitter, one, wanted)) for one in bite.events]
        for one, would in found:
            tally.add(one, would)
        tally.add_missing(bite)
        lanes = Counter(lane for one, would in found for lane in _lanes(one, would))
        for lane in await parts.views.read(ListBlockedLanes(tuple(lanes))):
            tally.blocked[lane.head, lane.state] += lanes[lane.tenant, lane.flow, lane.key]
        cursor, finished = bite.cursor, bite.finished
    paused = {one.name for one in await parts.views.read(ListPauses()) if one.kind == "flow"}
    made = Plan(
        action="replay",
        chosen=filter_words(asked.filter),
        noun="event",
        at_us=parts.now_us,
        found=tally.events,
        exact=finished,
        does=tally.count.planned,
        left_out=tally.count.left_out,
        warnings=(*tally.queues(), *tally.waits(paused)),
        effects=tally.effects,
        repeats_effects=asked.as_new_action,
    )
    return replace(made, fingerprint=fingerprint(made, tally.count.digest))


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


class _ReplayTally:
    """Counts while a plan is made."""

    def __init__(self, flow: str | None) -> None:
        self.events = 0
        self.effects = 0
        self.count = PlanCount()
        self.blocked: Counter[tuple[RunId, str]] = Counter()
        self._retried: set[RunId] = set()
        self._of_flows: Counter[str] = Counter()
        self._flow = flow

    def add_effects(self, done: Mapping[tuple[EventId, str], int]) -> None:
        wanted = (n for (_, flow), n in done.items() if self._flow in {None, flow})
        self.effects += sum(wanted)

    def add(self, one: EventToReplay, made: PlannedReplay) -> None:
        self.events += 1
        example = _example(one.event)
        for run in made.runs:
            self.count.does(NEW_RUN.format(flow=run.flow), example, flow=run.flow)
        for past in made.retries:
            self.count.does(RETRY.format(flow=past.flow), example, flow=past.flow)
        for why in made.left_out:
            self.count.leaves(why, example)
        self._of_flows.update([run.flow for run in made.runs])
        self._of_flows.update([run.flow for run in made.retries])
        self._retried.update(run.id for run in made.retries)

    def add_missing(self, bite: ReplayBatch) -> None:
        for id_ in bite.missing:
            self.count.leaves(UNKNOWN_EVENT, PlanExample(id_, "named, and not found"))

    def queues(self) -> Iterator[PlanWarning]:
        """Where runs would wait: not behind a head that this very replay takes up again."""
        heads = [one for one in self.blocked.most_common() if one[0][0] not in self._retried]
        for (head, state), runs in heads[:MOST_NAMED]:
            words = f"{runs} of these runs would wait behind {head}, which is {label(state)}"
            yield PlanWarning(words, head, runs)

    def waits(self, paused: Iterable[str]) -> Iterator[PlanWarning]:
        """Which runs would not begin, since their flow is paused."""
        for name in sorted(paused):
            if runs := self._of_flows[name]:
                words = f"the flow {name} is paused: {runs} runs would wait for it"
                yield PlanWarning(words, count=runs)


def _example(event: Event) -> PlanExample:
    return PlanExample(event.id, f"{event.type} of {event.source}")


def again(
    admitter: Admitter, one: EventToReplay, wanted: ReplayFilter, replay: ReplayId | None = None
) -> PlannedReplay:
    """What an event would cause today: new runs, dead ones taken up again; or why nothing."""
    data = one.event.data if one.event.data is not None else one.body
    if data is None:
        return PlannedReplay((), left_out=(FORGOTTEN,), is_stuck=not one.past)
    try:
        payload = parse(data)
    except PayloadRejected as error:
        return PlannedReplay((), left_out=(str(error),), is_stuck=True)
    starts, faults = admitter.runs_again(one.event, payload, flow=wanted.flow, replay=replay)
    if not starts and not faults:
        return PlannedReplay((), left_out=(_untaken(one.event, wanted.flow),))
    # Of a delivery that was kept aside, what ran when it came runs again only if it is named.
    aside = is_aside(wanted) or (one.is_aside and not wanted.event_ids)
    return _with_past(one, [start.run for start in starts], faults, is_aside=aside)


def is_aside(wanted: ReplayFilter) -> bool:
    """Whether it is about deliveries in quarantine: of their events, those that did not run."""
    return wanted.states == (Verdict.QUARANTINED,)


def _untaken(event: Event, flow: str | None) -> str:
    if flow is None:
        return f"no flow takes {event.type!r} of {event.source!r}"
    return f"the flow {flow} does not take {event.type!r} of {event.source!r}"


def _with_past(
    one: EventToReplay, runs: Iterable[NewRun], faults: Sequence[str], *, is_aside: bool
) -> PlannedReplay:
    """A dead run stands for the new one of its flow; what was decided stays decided."""
    new: list[NewRun] = []
    retries: list[RunOfEvent] = []
    left_out: list[str] = list(faults)
    for run in runs:
        past = [before for before in one.past if before.flow == run.flow]
        found = treatment(past, is_aside=is_aside)
        if found.left_out is not None:
            left_out.append(found.left_out)
        elif found.retries:
            retries += [before for before in past if before.id in found.retries]
        else:
            new.append(run)
    is_stuck = any(faults)
    return PlannedReplay(tuple(new), tuple(retries), tuple(left_out), is_stuck=is_stuck)
