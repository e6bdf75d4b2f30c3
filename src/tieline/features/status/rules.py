"""Status rules: the states of the runs of a thing come in; what people are told goes out."""

from collections.abc import Iterable, Sequence

from tieline.features.status.model import DONE, NEEDS_ATTENTION, RECEIVED, WORKING
from tieline.model.runs.run import RunState
from tieline.rules.runs.transitions import TERMINAL

BEGUN = frozenset({RunState.RUNNING, RunState.RETRYING, RunState.WAITING})


def status_of(states: Sequence[str], undecided: Iterable[str]) -> str:
    """*states* are those of all runs; *undecided* those of which nobody has decided what becomes.

    A dead run that somebody discarded, or of which an edited copy took the place, is over.
    """
    if any(state == RunState.HELD for state in states) or any(undecided):
        return NEEDS_ATTENTION
    if not states:
        return RECEIVED
    if all(state in TERMINAL for state in states):
        return DONE
    has_begun = any(state in BEGUN or state in TERMINAL for state in states)
    return WORKING if has_begun else RECEIVED
