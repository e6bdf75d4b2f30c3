"""Connection health: how a connection stands comes in; its health in a word goes out."""

from tieline.model.base.failure import FailureKind

PAUSED = "paused"
OPEN = "circuit open"
REJECTED = "credential rejected"
UNUSED = "not called yet"
FAILING = "failing"
UNSTEADY = "unsteady"
SLOW = "slow"
HEALTHY = "healthy"
FAILING_SHARE = 0.5
UNSTEADY_SHARE = 0.1


def word_of(  # noqa: PLR0913 - all that is known of it
    *,
    is_paused: bool,
    breaker: str,
    refusals: int,
    last_outcome: str | None,
    attempts: int,
    failures: int,
    is_slow: bool,
) -> str:
    """The gravest of it."""
    graver = (
        (is_paused, PAUSED),
        (breaker in {"open", "probing"}, OPEN),
        (refusals > 0 or last_outcome == FailureKind.UNAUTHORISED, REJECTED),
        (last_outcome is None and not attempts, UNUSED),
        (attempts > 0 and failures >= FAILING_SHARE * attempts, FAILING),
        (is_slow, SLOW),
        (attempts > 0 and failures >= UNSTEADY_SHARE * attempts, UNSTEADY),
    )
    return next((word for holds, word in graver if holds), HEALTHY)
