"""Doubt: what is known of a step's tries comes in; since when it may have been made goes out."""

from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import Micros
from tieline.model.runs.run import StepRecord, StepState

_NEVER_APPLIED = frozenset(
    {
        FailureKind.UNREACHABLE,
        FailureKind.EXHAUSTED,
        FailureKind.BLOCKED,
        FailureKind.THROTTLED,
        FailureKind.UNAUTHORISED,
    }
)


def may_be_applied(kind: FailureKind) -> bool:
    """Whether the other side can have done what a try that ended so asked for.

    What was not sent was not done, and neither was what was turned away at the door.
    """
    return kind not in _NEVER_APPLIED


def open_since(known: StepRecord | None) -> Micros | None:
    """Since when a step that has no end may have been made; None: it surely was not."""
    if known is None or known.state not in {StepState.INTENT, StepState.FAILED}:
        return None
    return known.finished_us


def is_asked_about(known: StepRecord) -> bool:
    """Whether nothing was tried yet: a person is asked whether it is a step of its own at all.

    Its result is that of the step that it may be instead.
    """
    return known.state is StepState.INTENT and known.result is not None
