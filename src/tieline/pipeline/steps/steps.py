"""Steps: a unit of a run is asked for; what is known of it comes back, and new memory is kept."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tieline.model.base.ids import Micros
from tieline.model.base.reason_text import storable
from tieline.model.calls.call import Effect
from tieline.model.commands import Progress
from tieline.model.hub.flow import FlowSpec
from tieline.model.runs.run import (
    AttemptRecord,
    ClaimedRun,
    Dead,
    ExchangeRecord,
    Held,
    Outcome,
    StepArguments,
    StepRecord,
    StepState,
)
from tieline.pipeline.steps.drifts import Drifts
from tieline.pipeline.steps.durable import Durable
from tieline.pipeline.steps.identity import Identities
from tieline.pipeline.steps.in_flight import InFlight
from tieline.pipeline.steps.memory import Memory
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.step import Step, StepAttempt
from tieline.pipeline.steps.stop import Lost, Stop
from tieline.pipeline.steps.stopping import Stopping
from tieline.rules.runs.drifting import kept_arguments, of_key_twice
from tieline.rules.runs.fingerprint import fingerprint_of
from tieline.rules.runs.matching import ANY
from tieline.rules.runs.recall import Recalled, StepDecision, recall
from tieline.rules.runs.refused_settle import failed_inside

T = TypeVar("T")

TURNS = 5
"""How many turns of the loop a branch has to begin its next effect before its run is closed."""

LONGEST_READ = 256 * 1024
"""A longer answer of a read is not remembered but read again; a write's is kept whole."""


AS_BYTES = "surrogateescape"
"""How bytes that are no text come through a text unchanged: an answer may be a file."""


class Steps:
    """The steps of one execution of one run: identity, memory, durability."""

    def __init__(
        self,
        claimed: ClaimedRun,
        flow: FlowSpec,
        memory: Memory,
        parts: StepParts,
        clean: Callable[[str], str],
    ) -> None:
        self.claimed = claimed
        self.parts = parts
        self.flights = InFlight(parts.loop)
        self.stopping = Stopping(self.flights, claimed.id, parts.loop)
        self.reference: str | None = None
        """The business name that the run is about, for people's searches."""
        self.clean = clean
        """Takes secrets and what the payload has of sensitive values out of a text."""
        self._flow = flow
        self._memory = memory
        self._durable = Durable(claimed, memory, parts)
        self._reads: list[Step] = []
        """Calls that only read, since the last effect."""
        self._effects: list[Step] = []
        """What this execution has asked for beyond reading."""
        self.names = Identities(claimed, flow, memory, parts.clock, clean)
        self._drifts: Drifts | None = None

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
        content_of: Callable[[], bytes],
        *,
        told: str | None = None,
    ) -> Step:
        """Give this use of *name* its identity, and look it up. Raises Stop where none may begin.

        A stop ends the function and the branch that met it; parallel branches go on.
        """
        self.stopping.may_begin(name if told is None else told)
        content = content_of()
        print_ = fingerprint_of(content)
        if effect is Effect.READ:
            return self.look_up(name, key, effect, print_, told=told)
        self._reads.clear()
        told = self.names.told(name) if told is None else told
        own_key = self.names.told_key(key)
        if self._drifts is not None:
            again = self._drifts.asked_again((told, own_key, print_))
            if again is not None:
                return self._again(again)
        step = self.names.step((name, key), (told, own_key), effect, print_)
        if own_key is not None:
            self.use_once(told, own_key)
        step.content = content
        self._effects.append(step)
        return step

    def look_up(
        self,
        name: str,
        key: str | None,
        effect: Effect,
        fingerprint: str,
        *,
        told: str | None = None,
    ) -> Step:
        """Give this use of *name* its identity, and look it up; *told* is what it is shown as."""
        told = self.names.told(name) if told is None else told
        return self.names.step((name, key), (told, self.names.told_key(key)), effect, fingerprint)

    def _again(self, again: Step | Dead) -> Step:
        if isinstance(again, Dead):
            raise self.stop(again)
        return again

    def use_once(self, name: str, key: str) -> None:
        """Raises Stop where the author's *key* names two uses of one execution."""
        if not self._memory.is_first_use(name, key):
            reason = of_key_twice(f"step {name!r} ({key})")
            raise self.stop(Dead("key-used-twice", reason, reason))

    def decide(self, step: Step) -> StepDecision:
        """What to do about *step*; what another run of this event did is remembered here too."""
        if step.known is None:
            held = self._drifts and self._drifts.may_be_made(step)
            if held:
                raise self.stop(held)
            return StepDecision.GO
        found = self._recall(step)
        if found.next is StepDecision.ANEW:
            self.names.follow(step)
            found = self._recall(step)
        step.tries = found.tries
        known = step.known
        if found.next is StepDecision.RETURN and known is not None:
            self._met(step, known)
        return found.next

    def _met(self, step: Step, known: StepRecord) -> None:
        if known.fingerprint not in {step.fingerprint, ANY}:
            self.drifts.lend(step)
        if known.run_id != self.claimed.id:
            self.done(step, known.result or b"null", tries=0)
            self.log(step, "skipped", detail=f"{known.run_id} has already made this effect")

    @property
    def drifts(self) -> Drifts:
        """Made when the first step is not what is remembered, or fails: most runs have none."""
        if self._drifts is None:
            self._drifts = Drifts(self.claimed.id, self._memory, self.names, self.clean)
        return self._drifts

    def _recall(self, step: Step) -> Recalled:
        return recall(
            step.known,
            fingerprint=step.fingerprint,
            effect=step.effect,
            drift=self._flow.drift,
            is_in_place=step.is_in_place,
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
        self.write(step, StepState.DONE, used, self._kept(result), self.parts.clock.now_us())
        self._durable.flush_soon()

    def _kept(self, result: bytes) -> bytes:
        """*result* without a secret of the hub in it."""
        text = result.decode(errors=AS_BYTES)
        told = self.parts.clean(text)
        return result if told == text else told.encode(errors=AS_BYTES)

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
        self.drifts.failed(step)
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
        return self.stop(self.drifts.drifted(step))

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
        self._memory.write(step.record(self.claimed.id, state, tries, result, finished_us))

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

    def take(self, *, goes_on: bool = True) -> Progress:
        """All that is not durable yet, for the settle that carries it.

        Where it *goes on* some time, with what it was asked for: another release may ask otherwise.
        """
        self._durable.is_over = True
        if goes_on:
            self._keep_arguments()
        # A task holds its run by its context. A run that held its task too would be left to the
        # collector (measured: a seventh of the loop's time went there).
        self.flights.home = None
        self.stopping.forget_tasks()
        return self._memory.take()

    def let_go(self) -> None:
        """It is settled: nothing of it leads back to its run, which is freed at once so, and not
        left to the collector."""
        self.clean = self.names.clean = self.parts.clean
        self._drifts = None

    def _keep_arguments(self) -> None:
        for step in self._effects:
            known = self._memory.own(step.name, step.key)
            if (
                known is None
                or known.fingerprint != step.fingerprint
                or known.arguments is not None
            ):
                continue
            kept = kept_arguments(step.content)
            if kept is not None:
                self._memory.keep_arguments(StepArguments(*known[:3], self.clean(kept).encode()))

    async def keep(self) -> None:
        """Make durable what is remembered, of a run that does not settle here. Raises Lost."""
        self._durable.is_over = True
        await self._durable.flush()
