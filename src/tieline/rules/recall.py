"""Recall: what is remembered of a step and how it is asked for now come in; what to do goes out."""

from enum import StrEnum

from tieline.model.call import Effect
from tieline.model.policy import Drift
from tieline.model.run import StepRecord, StepState
from tieline.model.value import value

ANY = "*"
"""The fingerprint of a step that a person declared done, whatever its arguments."""


class Next(StrEnum):
    """What to do about a step."""

    GO = "go"
    """Execute it: nothing is remembered, or the last try did not apply."""
    RETURN = "return"
    """Give back the remembered result."""
    RAISE = "raise"
    """The provider said no for good: say so again."""
    DOUBT = "doubt"
    """An effect was begun and its end is not known."""
    DRIFT = "drift"
    """It is remembered with other arguments, and a person must decide."""


@value
class Recalled:
    """The decision, and how many tries were used before."""

    next: Next
    tries: int = 0


def recall(known: StepRecord | None, *, fingerprint: str, effect: Effect, drift: Drift) -> Recalled:
    """What to do about a step that is asked for with *fingerprint*."""
    if known is None:
        return Recalled(Next.GO)
    if known.state is StepState.FAILED:
        return Recalled(Next.GO, known.tries)
    if known.state is StepState.INTENT:
        return Recalled(Next.DOUBT, known.tries)
    if known.fingerprint not in {fingerprint, ANY}:
        return Recalled(_on_drift(effect, drift), 0)
    return Recalled(Next.RETURN if known.state is StepState.DONE else Next.RAISE, known.tries)


def _on_drift(effect: Effect, drift: Drift) -> Next:
    """Reads are simply read again; for writes the flow's policy holds."""
    if effect is Effect.READ or drift is Drift.RERUN:
        return Next.GO
    return Next.RETURN if drift is Drift.KEEP else Next.DRIFT
