"""Decided: a decision and the state of a run come in; whether it fits, and in words, goes out."""

from collections.abc import Mapping

from tieline.model.people.decisions import BulkAction
from tieline.model.replays.operation import BulkFilter
from tieline.model.runs.run import UNDECIDED, RunState
from tieline.rules.formats.labels import kind_label
from tieline.rules.runs.transitions import LIVE

DECISIONS: Mapping[str, str] = {
    BulkAction.RETRY: "retry of a dead run of {flow}",
    BulkAction.DISCARD: "discard of a dead run of {flow}",
    BulkAction.CONTINUE: "run of {flow} that passes its hold",
    BulkAction.ATTEMPT_AGAIN: "step of {flow} that is attempted again",
    BulkAction.GIVE_UP: "run of {flow} that is given up",
    BulkAction.RETRY_NOW: "run of {flow} that is retried now",
    BulkAction.CANCEL: "run of {flow} that is cancelled",
}
"""What each would do, in words."""
RETRIES = frozenset(
    {BulkAction.RETRY, BulkAction.CONTINUE, BulkAction.ATTEMPT_AGAIN, BulkAction.RETRY_NOW}
)
"""Those by which runs go on."""
NOUNS = {"held": "held runs", "retrying": "runs that wait to be retried"}
UNKNOWN_RUN = "there is no run of this id"


def refusal(
    action: str, state: str, resolution: str | None, doubt: str | None = None
) -> str | None:
    """Why a run cannot be decided like this; the words are those of the refusal itself.

    *doubt*: the step whose outcome is unknown, if one's is.
    """
    if action in {BulkAction.RETRY, BulkAction.DISCARD}:
        if state != RunState.DEAD:
            return f"it is {state}; only a dead run can be retried or discarded"
        decided = resolution not in UNDECIDED
        return f"it is already decided: {resolution}" if decided else None
    if action == BulkAction.CANCEL:
        return None if state in LIVE else f"it is {state}; only a live run can be cancelled"
    if action == BulkAction.RETRY_NOW:
        waits = state == RunState.RETRYING
        return None if waits else f"it is {state}; only a run that waits to be retried can be now"
    if state != RunState.HELD:
        return f"it is {state}; only a held run can be resolved"
    if action == BulkAction.CONTINUE and doubt is not None:
        return f"it {outcome_unknown(doubt)}"
    return None


def outcome_unknown(step: str) -> str:
    """Why a run cannot just be let through, and what to do instead."""
    return (
        f"is held because the outcome of {step} is unknown: look at the other system, and resolve "
        "it with done (it happened), retry (it did not) or give-up"
    )


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
