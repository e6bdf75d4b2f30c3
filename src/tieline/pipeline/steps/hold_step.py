"""Hold step: a flow wants a person's yes; one that was given comes back, else the run is held."""

from tieline.model.base.errors import Hold
from tieline.model.base.reason_text import storable
from tieline.model.calls.call import Effect
from tieline.model.runs.let_through import LetThrough
from tieline.model.runs.run import Held, Outcome, StepState
from tieline.pipeline.steps.memory import Memory
from tieline.pipeline.steps.step import Step
from tieline.pipeline.steps.steps import Steps
from tieline.rules.runs.ending import LONGEST_REASON
from tieline.rules.runs.fingerprint import fingerprint
from tieline.rules.runs.holding import HOLD_STEP, is_asked, raised_again, read
from tieline.rules.runs.recall import StepDecision

Wanted = tuple[str | None, str]
"""(the author's key, fingerprint of the reason)."""
Found = tuple[Step, LetThrough | None]


class Holds:
    """The holds of one execution. A yes counts for one hold, and for the words that were read."""

    def __init__(self, steps: Steps, memory: Memory) -> None:
        self._steps = steps
        self._memory = memory
        self._seen: dict[Wanted, Found] = {}
        """What the flow looked at, and did not yet come to: the next hold of these words."""
        self._stops: list[tuple[Held, Step]] = []

    def let_through(self, reason: str, key: str | None) -> LetThrough | None:
        """The yes to the next hold of these words. Raises Stop where nothing may begin."""
        self._steps.stopping.may_begin()
        found = self._look_up(reason, key)
        self._seen[key, found[0].fingerprint] = found
        return found[1]

    def pass_(self, reason: str, key: str | None) -> LetThrough:
        """The yes to this hold. Raises Stop where there is none yet, or where nothing may begin."""
        self._steps.stopping.may_begin()
        step, passed = self._taken(reason, key)
        if passed is not None:
            return passed
        held = Held(storable(reason, LONGEST_REASON))
        self._stops.append((held, step))
        raise self._steps.stop(held)

    def ended(self, outcome: Outcome, ending: BaseException | None) -> Outcome:
        """The same outcome, with its hold remembered as the one that a person is asked about.

        There is one at most: of parallel holds the others are asked for when the run goes on.
        """
        if not isinstance(outcome, Held):
            return outcome
        for one in self._memory.of_name(HOLD_STEP):
            if is_asked(one):
                self._memory.write(one._replace(tries=0))
        step = next((step for held, step in self._stops if held is outcome), None)
        if step is None:
            if self._steps.stops or not isinstance(ending, Hold):
                return outcome
            step, passed = self._taken(ending.reason, ending.key)
            if passed is not None:
                return Held(raised_again(outcome.reason, passed))
        self._steps.log(step, "held", detail=outcome.reason)
        self._steps.write(step, StepState.FAILED, step.tries + 1, None, None)
        return outcome

    def _taken(self, reason: str, key: str | None) -> Found:
        seen = self._seen.pop((key, fingerprint([reason])), None)
        return self._look_up(reason, key) if seen is None else seen

    def _look_up(self, reason: str, key: str | None) -> Found:
        step = self._steps.look_up(HOLD_STEP, key, Effect.READ, fingerprint([reason]))
        if self._steps.decide(step) is StepDecision.RETURN and step.result is not None:
            return step, read(step.result)
        return step, None
