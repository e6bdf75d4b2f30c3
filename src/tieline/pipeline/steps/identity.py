"""Identities: a use of a name comes in; the step that it is, with what is known of it, goes out."""

from collections.abc import Callable
from contextvars import ContextVar

from tieline.model.base.reason_text import storable
from tieline.model.calls.call import Effect
from tieline.model.calls.effect import EffectIdentity
from tieline.model.hub.flow import FlowSpec
from tieline.model.runs.run import ClaimedRun
from tieline.pipeline.steps.memory import Memory, StepKey
from tieline.pipeline.steps.step import Step
from tieline.ports.clock import Clock
from tieline.rules.privacy.naming import told_key, told_name
from tieline.rules.runs.edited import original_identity
from tieline.rules.runs.fingerprint import effect_key
from tieline.rules.runs.matching import base_of

WITHIN: ContextVar[str] = ContextVar("tieline-within", default="")
"""What the keys of steps begin with that are asked for by the step that is under way."""


def within(step: Step) -> str:
    """What the keys of steps begin with that *step* asks for."""
    return f"{step.name} {step.key}/"


class Identities:
    """What the steps of one execution are called: where they are stored, and to their providers."""

    def __init__(
        self,
        claimed: ClaimedRun,
        flow: FlowSpec,
        memory: Memory,
        clock: Clock,
        clean: Callable[[str], str],
    ) -> None:
        self._claimed = claimed
        self._flow = flow
        self._memory = memory
        self._clock = clock
        self.clean = clean

    def told(self, name: str) -> str:
        """*name* as it may be stored and shown. Raises TypeError for what is no text."""
        if not isinstance(name, str):
            raise TypeError(f"{name!r} cannot be the name of a step; a text can, as in 'charge'")
        return told_name(storable(name), self.clean)

    def told_key(self, key: str | None) -> str | None:
        """The author's *key* as it may be stored and shown."""
        if key is None:
            return None
        return WITHIN.get() + told_key(storable(str(key)), self.clean, self._claimed.event.id)

    def uuid_key(self) -> str:
        """The effect key of a value that is no effect: equal whenever this use is executed."""
        return self.effect_key(("uuid", self._memory.use_of("uuid", WITHIN.get())))

    def step(
        self,
        asked: tuple[str, str | None],
        told: tuple[str, str | None],
        effect: Effect,
        fingerprint: str,
    ) -> Step:
        """The step that this use of a name is; *asked* and *told* are the name with the author's
        key, as they are and as they may be shown.

        What is stored holds nothing that must not be told. The key of its effect is made of the
        whole name all the same: it says nothing, and no two effects may share one.
        """
        (name, key), (shown, own_key), within = asked, told, WITHIN.get()
        name = storable(name)
        found = self._memory.identify(shown, own_key, fingerprint, within)
        base = base_of(found.key)
        if within and not base.startswith(within):
            within = ""  # as an earlier release remembered it
        if key is not None:
            exact = (name, f"{within}{storable(str(key))}")
        else:
            exact = (name, base if shown == name else self._memory.use_of(name, within))
        own = None if effect is Effect.READ else self._of_follower(exact, base, found.key)
        known = self._memory.recall((shown, found.key), own)
        if own is not None and known is not None and known.effect_key is not None:
            own = known.effect_key
        return Step(
            shown,
            found.key,
            base,
            own_key,
            exact,
            effect,
            fingerprint,
            own,
            known,
            self._clock.now_us(),
            found.is_in_place,
        )

    def follow(self, step: Step) -> None:
        """*step* is not the one that is remembered, but one of its own with other arguments."""
        step.key = self._memory.follow(step.name, step.base, step.key, step.fingerprint)
        if step.effect_key is not None:
            step.effect_key = self._of_follower(step.exact, step.base, step.key)
        step.known = self._memory.recall((step.name, step.key), step.effect_key)

    def _of_follower(self, exact: StepKey, base: str, key: str) -> str:
        return self.effect_key(exact if key == base else (exact[0], exact[1] + key[len(base) :]))

    def effect_key(self, identity: StepKey) -> str:
        """The idempotency key of an effect: equal over retry, crash, replay and failover."""
        event = self._claimed.event
        return effect_key(
            EffectIdentity(
                self._claimed.tenant,
                self._flow.name,
                f"{event.source}|{original_identity(event)}",
                identity[0],
                identity[1],
                self._claimed.generation,
            )
        )
