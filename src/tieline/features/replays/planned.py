"""Planned: one event comes in; what a replay would make of it today, or why nothing, goes out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.ids import ReplayId
from tieline.model.commands import Admission, ReplayFilter
from tieline.model.inbound.event import Event
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import NewRun
from tieline.model.views.details import EventToReplay, RunOfEvent
from tieline.pipeline.admit import Admitter
from tieline.rules.formats.json_limits import ADMITTED, parse
from tieline.rules.runs.replayed import treatment

FORGOTTEN = "its payload has been forgotten (retention)"


@dataclass(frozen=True, slots=True)
class PlannedReplay:
    """What a replay makes of one event."""

    runs: tuple[NewRun, ...]
    retries: tuple[RunOfEvent, ...] = ()
    left_out: tuple[str, ...] = ()
    """Why a flow that takes the event gets no run of it; or why none can be told."""
    is_stuck: bool = False
    """Whether something of it is against its contract, or cannot be read any more."""
    read: tuple[Admission, ...] = ()
    """Events of a delivery that could not be read when it came, each with its new runs."""

    @property
    def made(self) -> tuple[NewRun, ...]:
        """All new runs: of the event itself, and of those that were read."""
        return (*self.runs, *(run for one in self.read for run in one.runs))


def again(
    admitter: Admitter, one: EventToReplay, wanted: ReplayFilter, replay: ReplayId | None = None
) -> PlannedReplay:
    """What an event would cause today: new runs, dead ones taken up again; or why nothing."""
    data = one.event.data if one.event.data is not None else one.body
    if data is None:
        return PlannedReplay((), left_out=(FORGOTTEN,), is_stuck=not one.past)
    try:
        payload = parse(data, ADMITTED)
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
