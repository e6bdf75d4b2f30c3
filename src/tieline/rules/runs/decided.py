"""Decided: a decision and the state of a run come in; whether it fits, and in words, goes out."""

from collections.abc import Mapping

from tieline.model.replays.operation import BulkFilter
from tieline.model.runs.run import RunState
from tieline.rules.formats.labels import kind_label
from tieline.rules.runs.transitions import LIVE

DECISIONS: Mapping[str, str] = {
    "retry": "retry of a dead run of {flow}",
    "discard": "discard of a dead run of {flow}",
    "resolve-continue": "hold of {flow} that is let through",
    "resolve-retry": "step of {flow} that is attempted again",
    "resolve-give-up": "run of {flow} that is given up",
    "retry-now": "run of {flow} that is retried now",
    "cancel": "run of {flow} that is cancelled",
}
"""What each would do, in words."""
RETRIES = frozenset({"retry", "resolve-retry", "resolve-continue", "retry-now"})
"""Those by which runs go on."""
NOUNS = {"held": "held runs", "retrying": "runs that wait to be retried"}
UNKNOWN_RUN = "there is no run of this id"


def refusal(action: str, state: str, resolution: str | None) -> str | None:
    """Why a run cannot be decided like this; the words are those of the refusal itself."""
    if action in {"retry", "discard"}:
        if state != RunState.DEAD:
            return f"it is {state}; only a dead run can be retried or discarded"
        decided = resolution not in {None, "retried"}
        return f"it is already decided: {resolution}" if decided else None
    if action == "cancel":
        return None if state in LIVE else f"it is {state}; only a live run can be cancelled"
    if action == "retry-now":
        waits = state == RunState.RETRYING
        return None if waits else f"it is {state}; only a run that waits to be retried can be now"
    return None if state == RunState.HELD else f"it is {state}; only a held run can be resolved"


def choice_words(wanted: BulkFilter | None, named: int) -> str:
    """Which runs are meant, in a line."""
    if wanted is None:
        return f"{named} named run{'' if named == 1 else 's'}"
    parts = {
        "flow": wanted.flow,
        "kind": None if wanted.kind is None else kind_label(wanted.kind),
        "issue": wanted.issue,
        "connection": wanted.connection,
        "tenant": wanted.tenant,
    }
    told = [f"{name} {value}" for name, value in parts.items() if value is not None]
    noun = NOUNS.get(wanted.target, "dead letters")
    return ", ".join((noun, *told)) if told else f"all {noun}"
