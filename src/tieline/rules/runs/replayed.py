"""Replayed: the runs that an event has had come in; what a replay makes of them goes out.

A dead run that nobody decided about is taken up again where it stood: a second run would queue
behind it in its lane for ever, and would be a second answer to one question. What somebody decided
stays decided.
"""

from collections.abc import Sequence

from tieline.model.base.ids import RunId
from tieline.model.base.value import value
from tieline.model.replays.filter import ReplayFilter
from tieline.model.runs.run import RETRIED, UNDECIDED, RunState
from tieline.model.views.details import RunOfEvent
from tieline.rules.formats.labels import kind_label, label, spoken
from tieline.rules.formats.plain_time import short
from tieline.rules.plans.end import PARTLY
from tieline.rules.runs.transitions import LIVE

DISCARDED = "discarded"
WAS_DISCARDED = "its dead run was discarded"
WAS_EDITED = "its dead run was edited, and runs as another event"
WAS_RETRIED = "its dead run was retried, and has not ended"
DECIDED = frozenset({WAS_DISCARDED, WAS_EDITED, WAS_RETRIED})
"""Why nothing is made of it: somebody has decided."""
RAN = "it ran when it was delivered; other parts of its delivery are in quarantine"


@value
class ReplayDecision:
    """What is to be done with one event in one flow; neither: a new run is made."""

    retries: tuple[RunId, ...] = ()
    left_out: str | None = None
    """Why no run comes of it."""


def treatment(past: Sequence[RunOfEvent], *, is_aside: bool = False) -> ReplayDecision:
    """What a replay does with an event that has had these runs of one flow.

    *is_aside*: its delivery is in quarantine. What ran of it when it came did not wait there.
    """
    if past and is_aside:
        return ReplayDecision(left_out=RAN)
    dead = [run for run in past if run.state == RunState.DEAD]
    undecided = [run.id for run in dead if run.resolution in UNDECIDED]
    if undecided:
        return ReplayDecision(retries=tuple(undecided))
    if any(run.resolution == DISCARDED for run in dead):
        return ReplayDecision(left_out=WAS_DISCARDED)
    if dead:
        return ReplayDecision(left_out=WAS_EDITED)
    if any(run.resolution == RETRIED and run.state in LIVE for run in past):
        return ReplayDecision(left_out=WAS_RETRIED)
    return ReplayDecision()


def progress(state: str, waiting: int) -> str:
    """The state of a replay in words: all its runs may be made, and yet not be over."""
    if state == PARTLY:
        return f"partly made, {waiting} still waiting" if waiting else state
    if state == "done" and waiting:
        return f"all made, {waiting} still waiting"
    if state == "cancelled" and waiting:
        return f"cancelled, {waiting} still going on"
    return state


def filter_words(wanted: ReplayFilter) -> str:
    """What a replay is about, in a line."""
    named = len(wanted.event_ids)
    parts: dict[str, str | None] = {
        "": f"{named} named event{'' if named == 1 else 's'}" if named else None,
        "source": wanted.source,
        "type": wanted.type,
        "flow": wanted.flow,
        "state": ", ".join(spoken(label(state)) for state in wanted.states) or None,
        "issue": wanted.issue,
        "kind": None if wanted.kind is None else spoken(kind_label(wanted.kind)),
        "connection": wanted.connection,
        "tenant": wanted.tenant,
        "since": None if wanted.since_us is None else f"{short(wanted.since_us)} UTC",
        "until": None if wanted.until_us is None else f"{short(wanted.until_us)} UTC",
    }
    told = [f"{name} {value}".strip() for name, value in parts.items() if value is not None]
    return ", ".join(told) or "everything"
