"""Step: a unit of a run is asked for; what is known of it comes back, and new memory is kept."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from tieline.model.base.ids import Micros
from tieline.model.base.reason_text import storable
from tieline.model.calls.call import Effect
from tieline.model.calls.effect import EffectIdentity
from tieline.model.commands import Progress
from tieline.model.hub.flow import FlowSpec
from tieline.model.runs.run import (
    AttemptRecord,
    ClaimedRun,
    ExchangeRecord,
    Held,
    Outcome,
    StepRecord,
    StepState,
)
from tieline.pipeline.steps.durable import Durable
from tieline.pipeline.steps.in_flight import InFlight
from tieline.pipeline.steps.memory import Memory, StepKey
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.stop import Lost, Stop
from tieline.pipeline.steps.stopping import Stopping
from tieline.rules.privacy.naming import must_be_text, told_key, told_name
from tieline.rules.runs.edited import original_identity
from tieline.rules.runs.fingerprint import effect_key
from tieline.rules.runs.recall import Recalled, StepDecision, anew, recall
from tieline.rules.runs.refused_settle import failed_inside

T = TypeVar("T")

TURNS = 5
"""How many turns of the loop a branch has to begin its next effect before its run is closed."""

LONGEST_READ = 256 * 1024
"""A longer answer of a read is not remembered but read again; a write's is kept whole."""


@dataclass(slots=True)
class Step:
    """One use of a step in this execution."""

    name: str
    key: str
    exact: StepKey
    """Name and key as the author gave them, for the effect key; stored and shown nowhere."""
    effect: Effect
    fingerprint: str
    effect_key: str | None
    known: StepRecord | None
    tries: int
    started_us: Micros

    @property
    def result(self) -> bytes | None:
        """The remembered result."""
        return None if self.known is None else self.known.result


class StepAttempt(NamedTuple):
    """One try, as it is logged."""

    connection: str | None
    at_us: Micros
    took_us: int
    status: int | None
    outcome: str
    retry_us: Micros | None
    detail: str | None


class Steps:
    """The steps of one execution of one run: identity, memory, durability."""

    def __init__(
        self, claimed: ClaimedRun, flow: FlowSpec, memory: Memory, parts: StepParts
    ) -> None:
        self.claimed = claimed
        self.parts = parts
        self.flights = InFlight(parts.loop)
        self.stopping = Stopping(self.flights, claimed.id, parts.loop)
        self.reference: str | None = None
        """The business name that the run is about, for people's searches."""
        self.clean = parts.clean
        """Takes secrets and what the payload has of sensitive values out of a text."""
        self._flow = flow
        self._memory = memory
        self._durable = Durable(claimed, memory, parts)
        self._reads: list[Step] = []
        """Calls that only read, since the last effect."""

    @property
    def stops(self) -> list[Outcome]:
        """How the execution was stopped, in that order."""
        return self.stopping.stops

    # --- one step, from its name to its memory --------------------------------------------------

    def plan(
        self,
        name: str,
        key: str | None,
        effect: Effect,
        print_of: Callable[[], str],
        *,
        told: str | None = None,
    ) -> Step:
        """Give this use of *name* its identity, and look it up. Raises Stop where none may begin.

        A stop ends the function and the branch that met it; parallel branches go on.
        """
        self.stopping.may_begin(name if told is None else told)
        if effect is not Effect.READ:
            self._reads.clear()
        return self.look_up(name, key, effect, print_of(), told=told)

    def look_up(
        self,
        name: str,
        key: str | None,
        effect: Effect,
        fingerprint: str,
        *,
        told: str | None = None,
    ) -> Step:
        """Give this use of *name* its identity, and look it up; *told* is what it is shown as.

        What is stored holds nothing that must not be told. The key of its effect is made of the
        whole name all the same: it says nothing, and no two effects may share one.
        """
        if not (isinstance(name, str) and f"{name}{key}".isprintable()):
            must_be_text(name, key)
        told = told_name(name, self.clean) if told is None else told
        shown_key = None if key is None else told_key(str(key), self.clean, self.claimed.event.id)
        identity = self._memory.identify(told, shown_key, fingerprint)
        if key is not None:
            exact = (name, str(key))
        else:
            exact = identity if told == name else (name, self._memory.use_of(name))
        own_key = None if effect is Effect.READ else self.effect_key(exact)
        known = self._memory.recall(identity, own_key)
        started_us = self.parts.clock.now_us()
        return Step(*identity, exact, effect, fingerprint, own_key, known, 0, started_us)

    def decide(self, step: Step) -> StepDecision:
        """What to do about *step*; what another run of this event did is remembered here too."""
        if step.known is None:
            return StepDecision.GO
        found = self._recall(step)
        if found.next is StepDecision.ANEW:
            step.key = anew(step.key, step.fingerprint)
            if step.effect_key is not None:
                name, key = step.exact
                step.effect_key = self.effect_key((name, anew(key, step.fingerprint)))
            step.known = self._memory.recall((step.name, step.key), step.effect_key)
            found = self._recall(step)
        step.tries = found.tries
        known = step.known
        if (
            found.next is StepDecision.RETURN
            and known is not None
            and known.run_id != self.claimed.id
        ):
            self.done(step, known.result or b"null", tries=0)
            self.log(step, "skipped", detail=f"{known.run_id} has already made this effect")
        return found.next

    def _recall(self, step: Step) -> Recalled:
        return recall(
            step.known, fingerprint=step.fingerprint, effect=step.effect, drift=self._flow.drift
        )

    def effect_key(self, identity: StepKey) -> str:
        """The idempotency key of an effect: equal over retry, crash, replay and failover."""
        event = self.claimed.event
        return effect_key(
            EffectIdentity(
                self.claimed.tenant,
                self._flow.name,
                f"{event.source}|{original_identity(event)}",
                identity[0],
                identity[1],
                self.claimed.generation,
            )
        )

    async def begin(self, step: Step) -> None:
        """Before an effect: all that led to it is durable, and so is the intent if it needs one.

        Raises Lost when the run belongs, or may belong, to somebody else.
        """
        if step.effect is Effect.READ:
            return
        needs_intent = step.effect in {Effect.VERIFY, Effect.ONCE}
        if needs_intent:
            self.write(step, StepState.INTENT, step.tries, None, self.parts.clock.now_us())
        try:
            if self._durable.needs_flush:
                await self._durable.flush()
            if not self.parts.may_start_effects():
                raise Lost
        except BaseException as error:
            if needs_intent:  # nothing was sent: it must not look like a doubt later
                self.write(step, StepState.FAILED, step.tries, None, None)
            if isinstance(error, Exception):  # what led to it cannot be written down
                raise self.stop(failed_inside(error)) from error
            raise
        self.parts.reach("call.after-intent")

    async def fly(self, flight: Coroutine[Any, Any, T]) -> T:
        """Carry out *flight*, an effect from its begin to its memory."""
        try:
            return await self.flights.fly(flight)
        except Stop:
            self.stopping.is_stopped_here()
            raise

    def done(self, step: Step, result: bytes, *, tries: int | None = None) -> None:
        """The step has its result: it never runs again."""
        if step.effect is Effect.READ and len(result) > LONGEST_READ:
            return
        used = step.tries + 1 if tries is None else tries
        self.write(step, StepState.DONE, used, result, self.parts.clock.now_us())
        self._durable.flush_soon()

    def note_read(self, step: Step) -> None:
        """*step* asks a system something, and nothing has been done with the answer yet."""
        self._reads.append(step)

    def read_again(self) -> None:
        """The author asks for another try: what was read since the last effect is read again.

        What was read before an effect has had its consequences: read anew, it would only drift.
        """
        for step in self._reads:
            self.write(step, StepState.FAILED, 0, None, None)

    def refused(self, step: Step, result: bytes) -> None:
        """The provider said no for good: the step says so again until somebody retries."""
        now_us = self.parts.clock.now_us()
        self.write(step, StepState.REFUSED, step.tries + 1, result, now_us)
        self._durable.flush_soon()

    def failed(self, step: Step, reason: str, retry_us: Micros | None) -> None:
        """A try did not apply."""
        self.write(step, StepState.FAILED, step.tries + 1, None, None)
        self.log(step, "failed", detail=reason, retry_us=retry_us)

    def stop(self, outcome: Outcome) -> Stop:
        """End this execution with *outcome*; the caller raises what is returned."""
        self.stopping.stops.append(outcome)
        self.stopping.is_stopped_here()
        return Stop(outcome)

    def hold(self, step: Step, reason: str) -> Stop:
        """A person must decide about *step*, which this run remembers from here on."""
        known = step.known
        own = (self.claimed.id, step.name, step.key)
        if known is not None and known[:3] != own:
            run_id, name, key = own
            self._memory.write(known._replace(run_id=run_id, name=name, key=key))
        return self.stop(Held(reason, (step.name, step.key)))

    def drifted(self, step: Step) -> Stop:
        """The step is remembered with other arguments, and a person must decide."""
        reason = (
            f"step {step.name!r} ({step.key}) is remembered with other arguments; resolve it: "
            "--done keeps the remembered result, --retry makes the effect with the new arguments"
        )
        return self.hold(step, reason)

    # --- memory ---------------------------------------------------------------------------------

    def write(
        self,
        step: Step,
        state: StepState,
        tries: int,
        result: bytes | None,
        finished_us: Micros | None,
    ) -> None:
        """Remember where *step* stands."""
        self._memory.write(
            StepRecord(
                self.claimed.id,
                step.name,
                step.key,
                state,
                step.effect,
                step.fingerprint,
                step.effect_key,
                tries,
                result,
                step.started_us,
                finished_us,
            )
        )

    def log(
        self, step: Step, outcome: str, *, detail: str | None = None, retry_us: Micros | None = None
    ) -> None:
        """Note a try of something that is no call."""
        took_us = max(0, self.parts.clock.now_us() - step.started_us)
        self.log_try(
            step, StepAttempt(None, step.started_us, took_us, None, outcome, retry_us, detail)
        )

    def log_try(self, step: Step, one: StepAttempt) -> None:
        """Note a try."""
        claimed = self.claimed
        if one.detail is not None:
            one = one._replace(detail=storable(self.clean(one.detail)))
        self._memory.log(
            AttemptRecord(
                claimed.id, step.name, step.key, step.tries + 1, *one, claimed.event.traceparent
            )
        )

    def log_exchange(self, step: Step, at_us: Micros, request: str, answer: str | None) -> None:
        """Note what was sent and answered at a try."""
        self._memory.exchange(
            ExchangeRecord(
                self.claimed.id, step.name, step.key, step.tries + 1, at_us, request, answer
            )
        )

    # --- the end of an execution ------------------------------------------------------------------

    def close(self) -> bool:
        """No new step begins. Returns whether something is still under way."""
        self.flights.is_closed = True
        return self.flights.any or self._durable.is_committing

    async def at_rest(self) -> None:
        """Return, closed, once every effect that was begun is remembered.

        Until then, branches that no stop concerned may begin others.
        """
        await self.flights.landed()
        while self.flights.has_branches and not self.flights.is_closed:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if not self.flights.any:
                break
            await self.flights.landed()
        self.flights.is_closed = True
        await self._durable.at_rest()

    def take(self) -> Progress:
        """All that is not durable yet, for the settle that carries it."""
        self._durable.is_over = True
        # A task holds its run by its context. A run that held its task too would be left to the
        # collector (measured: a seventh of the loop's time went there).
        self.flights.home = None
        self.stopping.forget_tasks()
        return self._memory.take()

    async def keep(self) -> None:
        """Make durable what is remembered, of a run that does not settle here. Raises Lost."""
        self._durable.is_over = True
        await self._durable.flush()
