"""Recall: what is remembered of a step and how it is asked for now come in; what to do goes out."""

from enum import StrEnum

from tieline.model.base.value import value
from tieline.model.calls.call import Effect
from tieline.model.calls.policy import Drift
from tieline.model.runs.run import StepRecord, StepState
from tieline.rules.runs.doubt import is_asked_about, open_since
from tieline.rules.runs.matching import ANY


class StepDecision(StrEnum):
    """What to do about a step."""

    GO = "go"
    """Execute it: nothing is remembered, or the last try did not apply."""
    ANEW = "anew"
    """Execute it as a step of its own: what is remembered ended, and had other arguments."""
    RETURN = "return"
    """Give back the remembered result."""
    RAISE = "raise"
    """The provider said no for good: say so again."""
    DOUBT = "doubt"
    """An effect was begun and its end is not known."""
    CHANGED = "changed"
    """It may have been made with other arguments: a repeat under its key would be another."""
    DRIFT = "drift"
    """It is remembered with other arguments, and a person must decide."""


@value
class Recalled:
    """The decision, and how many tries were used before."""

    next: StepDecision
    tries: int = 0


def recall(
    known: StepRecord | None,
    *,
    fingerprint: str,
    effect: Effect,
    drift: Drift,
    is_in_place: bool = True,
) -> Recalled:
    """What to do about a step that is asked for with *fingerprint*.

    A try that may have been applied keeps its effect key whatever its arguments are now. Only what
    came to an end (it has a result) can be followed by another. *is_in_place*: whether the flow has
    not put another use of its name before it.
    """
    if known is None:
        return Recalled(StepDecision.GO)
    if known.state is StepState.INTENT:
        is_asked = is_asked_about(known)
        return Recalled(StepDecision.DRIFT if is_asked else StepDecision.DOUBT, known.tries)
    is_same = known.fingerprint in {fingerprint, ANY}
    if known.state is StepState.FAILED:
        return Recalled(_on_failed(known, effect, is_same=is_same), known.tries)
    if is_same:
        return Recalled(
            StepDecision.RETURN if known.state is StepState.DONE else StepDecision.RAISE,
            known.tries,
        )
    if known.state is StepState.REFUSED:
        return Recalled(StepDecision.ANEW)
    return Recalled(_on_drift(effect, drift, is_in_place=is_in_place))


def _on_failed(known: StepRecord, effect: Effect, *, is_same: bool) -> StepDecision:
    """Tried again; as another, if a person let it be and it is asked for with other arguments."""
    if is_same:
        return StepDecision.GO
    if effect is not Effect.READ and open_since(known) is not None:
        return StepDecision.CHANGED
    return StepDecision.GO if known.result is None else StepDecision.ANEW


def _on_drift(effect: Effect, drift: Drift, *, is_in_place: bool) -> StepDecision:
    """Reads are simply read again; for writes the flow's policy holds.

    What is remembered is kept for a use that has its place; whose it is elsewhere a person says.
    """
    if effect is Effect.READ or drift is Drift.RERUN:
        return StepDecision.ANEW
    return StepDecision.RETURN if drift is Drift.KEEP and is_in_place else StepDecision.DRIFT
