"""Recall: what is remembered of a step and how it is asked for now come in; what to do goes out."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from tieline.model.base.value import value
from tieline.model.calls.call import Effect
from tieline.model.calls.policy import Drift
from tieline.model.runs.run import StepRecord, StepState

ANY = "*"
"""The fingerprint of a step that a person declared done, whatever its arguments."""


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
    DRIFT = "drift"
    """It is remembered with other arguments, and a person must decide."""


@value
class Recalled:
    """The decision, and how many tries were used before."""

    next: StepDecision
    tries: int = 0


def recall(known: StepRecord | None, *, fingerprint: str, effect: Effect, drift: Drift) -> Recalled:
    """What to do about a step that is asked for with *fingerprint*.

    A try that may have been applied, and is free to be repeated, keeps its effect key whatever
    its arguments are now. Only what came to an end (it has a result) can be followed by another.
    """
    if known is None:
        return Recalled(StepDecision.GO)
    if known.state is StepState.INTENT:
        return Recalled(StepDecision.DOUBT, known.tries)
    is_same = known.fingerprint in {fingerprint, ANY}
    if known.state is StepState.FAILED:
        ended = known.result is not None  # a person had it tried again
        return Recalled(StepDecision.GO if is_same or not ended else StepDecision.ANEW, known.tries)
    if is_same:
        return Recalled(
            StepDecision.RETURN if known.state is StepState.DONE else StepDecision.RAISE,
            known.tries,
        )
    if known.state is StepState.REFUSED:
        return Recalled(StepDecision.ANEW)
    return Recalled(_on_drift(effect, drift))


def _on_drift(effect: Effect, drift: Drift) -> StepDecision:
    """Reads are simply read again; for writes the flow's policy holds."""
    if effect is Effect.READ or drift is Drift.RERUN:
        return StepDecision.ANEW
    return StepDecision.RETURN if drift is Drift.KEEP else StepDecision.DRIFT


def anew(key: str, fingerprint: str) -> str:
    """The key of the step that follows the one under *key*, with other arguments."""
    return f"{key}~{fingerprint[:12]}"


def number_for(remembered: Mapping[int, str], taken: Collection[int], fingerprint: str) -> int:
    """Which use of a name is meant: *remembered* has the fingerprints of earlier ones by number.

    The one with the same arguments; else one that a person declared done; else the lowest that
    nobody has *taken*, be it remembered or new.
    """
    for wanted in (fingerprint, ANY):
        for number in sorted(remembered):
            if remembered[number] == wanted and number not in taken:
                return number
    number = 1
    while number in taken:
        number += 1
    return number
