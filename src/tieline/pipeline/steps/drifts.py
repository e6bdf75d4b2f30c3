"""Drifts: uses that are not what is remembered come in; what is held, and in which words, goes out.

Here stands also what only one execution knows: what failed in it, and what was done before.
"""

from collections.abc import Callable

from tieline.model.base.ids import RunId
from tieline.model.calls.call import Effect
from tieline.model.runs.run import Dead, Held, StepRecord, StepState
from tieline.pipeline.steps.identity import Identities
from tieline.pipeline.steps.memory import Memory, StepKey
from tieline.pipeline.steps.step import Step
from tieline.ports.sealer import is_sealed
from tieline.rules.runs import drifting
from tieline.rules.runs.doubt import is_asked_about
from tieline.rules.runs.fingerprint import fingerprint

MOST_AGAIN = 100
"""How often a step that was refused may be asked for again in one execution."""
NO_ARGUMENTS = fingerprint(())
"""A step without arguments says nothing about whether it is the same one."""
Wanted = tuple[str, str | None, str]
"""(name, the author's key, fingerprint)."""


class Drifts:
    """What uses of steps in one execution have to do with those that are remembered."""

    def __init__(
        self, run_id: RunId, memory: Memory, names: Identities, clean: Callable[[str], str]
    ) -> None:
        self._run_id = run_id
        self._memory = memory
        self._names = names
        self._clean = clean
        self._lent: dict[StepKey, Step] = {}
        """By name and fingerprint: what was given to a use with other arguments."""
        self._failed: dict[Wanted, Step] = {}
        self._first_failed = ""
        self._made: dict[StepKey, StepRecord] = {}
        """What was done before the first failure of this execution."""

    # --- one execution ----------------------------------------------------------------------------

    def failed(self, step: Step) -> None:
        """*step* failed, and the flow is told so."""
        if not self._first_failed:
            self._first_failed = step.name
            self._made = self._memory.made()
        if step.effect is not Effect.READ:
            self._failed[step.name, step.own_key, step.fingerprint] = step

    def asked_again(self, wanted: Wanted) -> Step | Dead | None:
        """The step that failed in this execution, if this use asks for it again; Dead where it
        does so for ever."""
        step = self._failed.get(wanted)
        if step is None:
            return None
        step.again += 1
        if step.again > MOST_AGAIN:
            reason = drifting.of_again(_told(step), MOST_AGAIN)
            return Dead("asked-again", reason, reason)
        step.known = self._memory.recall((step.name, step.key), step.effect_key)
        return step

    def may_be_made(self, step: Step) -> Held | None:
        """Held where a step that nothing is remembered of may be one that was made."""
        if step.effect is Effect.READ:
            return None
        lent = self._lent.get((step.name, step.fingerprint))
        if lent is not None:
            told = self._differences(lent)
            self._become_another(lent)
            return _held(lent, drifting.of_another_between(_told(lent), told))
        made = self._made.get((step.name, step.fingerprint))
        if made is None or step.own_key is not None or step.fingerprint == NO_ARGUMENTS:
            return None
        self._ask(step, made)
        return _held(step, drifting.of_twice(_told(step), self._first_failed))

    # --- what is remembered -----------------------------------------------------------------------

    def lend(self, step: Step) -> None:
        """What is remembered is given to a use with other arguments."""
        if step.known is not None:
            self._lent[step.name, step.known.fingerprint] = step

    def drifted(self, step: Step) -> Held:
        """The step is remembered with other arguments, and a person must decide."""
        told = self._differences(step)
        if step.known is None or not is_asked_about(step.known):
            self._become_another(step)
        return _held(step, drifting.of_drift(_told(step), told))

    def change(self, step: Step) -> str:
        """Why a person must look: it may have been made with other arguments."""
        return drifting.of_change(_told(step), self._differences(step))

    def _become_another(self, step: Step) -> None:
        """From here on *step* is one of its own, which a person is asked about."""
        before = step.known
        self._names.follow(step)
        self._ask(step, before)

    def _ask(self, step: Step, before: StepRecord | None) -> None:
        """Remember that nothing was tried, with what it may be given instead."""
        result = (None if before is None else before.result) or b"null"
        self._memory.write(step.record(self._run_id, StepState.INTENT, 0, result, None))

    def _differences(self, step: Step) -> str:
        """Between what is remembered of what *step* may be, and what it is asked for now."""
        known = step.known
        if known is not None and is_asked_about(known):
            known = self._memory.recall((step.name, step.base), None)
        kept = None if known is None else known.arguments
        before = None if kept is None or is_sealed(kept) else kept.decode()
        now = drifting.kept_arguments(step.content)
        return drifting.differences(before, None if now is None else self._clean(now))


def _held(step: Step, reason: str) -> Held:
    return Held(reason, (step.name, step.key))


def _told(step: Step) -> str:
    return f"step {step.name!r} ({step.base})"
