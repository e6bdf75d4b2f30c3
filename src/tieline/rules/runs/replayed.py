"""Replayed: the runs that an event has had come in; what a replay makes of them goes out.

A dead run that nobody decided about is taken up again where it stood: a second run would queue
behind it in its lane for ever, and would be a second answer to one question. What somebody decided
stays decided.
"""

from collections.abc import Sequence

from tieline.model.base.ids import RunId
from tieline.model.base.value import value
from tieline.model.runs.run import RunState
from tieline.model.views.details import RunOfEvent
from tieline.rules.runs.transitions import LIVE

RETRIED = "retried"
DISCARDED = "discarded"


@value
class ReplayDecision:
    """What is to be done with one event in one flow; neither: a new run is made."""

    retries: tuple[RunId, ...] = ()
    left_out: str | None = None
    """Why no run comes of it."""


def treatment(past: Sequence[RunOfEvent]) -> ReplayDecision:
    """What a replay does with an event that has had these runs of one flow."""
    dead = [run for run in past if run.state == RunState.DEAD]
    undecided = [run.id for run in dead if run.resolution in {None, RETRIED}]
    if undecided:
        return ReplayDecision(retries=tuple(undecided))
    if any(run.resolution == DISCARDED for run in dead):
        return ReplayDecision(left_out="its dead run was discarded")
    if dead:
        return ReplayDecision(left_out="its dead run was edited, and runs as another event")
    if any(run.resolution == RETRIED and run.state in LIVE for run in past):
        return ReplayDecision(left_out="its dead run was retried, and has not ended")
    return ReplayDecision()


def progress(state: str, waiting: int) -> str:
    """The state of a replay in words: all its runs may be made, and yet not be over."""
    if state == "done" and waiting:
        return f"all made, {waiting} still waiting"
    if state == "cancelled" and waiting:
        return f"cancelled, {waiting} still going on"
    return state
