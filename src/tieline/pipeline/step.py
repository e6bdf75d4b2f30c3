"""Step: a unit of a run is asked for; what is known of it comes back, and new memory is kept."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from tieline.model.call import Effect
from tieline.model.commands import Progress, Remember
from tieline.model.effect import EffectIdentity
from tieline.model.errors import StaleClaim
from tieline.model.flow import FlowSpec
from tieline.model.ids import Micros
from tieline.model.run import (
    AttemptRecord,
    ClaimedRun,
    Done,
    Held,
    Outcome,
    StepRecord,
    StepState,
)
from tieline.pipeline.memory import Memory, StepKey
from tieline.pipeline.signals import Signals
from tieline.pipeline.stop import Lost, Stop
from tieline.ports.caller import Caller
from tieline.ports.clock import Clock
from tieline.ports.crashpoints import Reach, go_on
from tieline.ports.guarded import Guarded
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.rules.edited import original_identity
from tieline.rules.fingerprint import effect_key
from tieline.rules.recall import Next, recall

LONGEST_REMEMBERED = 256 * 1024
"""Answers larger than this are remembered without their body."""


@dataclass(frozen=True, slots=True)
class StepParts:
    """What steps work with."""

    journal: Journal
    clock: Clock
    ids: Ids
    guarded: Guarded
    outside: Caller
    """Carries out the calls of a ``confirm``: guarded, but not remembered."""
    reach: Reach = go_on
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    """Kept, since asking for it is a system call on Python 3.11."""
    signals: Signals = field(default_factory=Signals)
    may_start_effects: Callable[[], bool] = lambda: True
    """False once this worker could not renew its lease: somebody else may own its runs."""


@dataclass(slots=True)
class Step:
    """One use of a step in this execution."""

    name: str
    key: str
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


class Try(NamedTuple):
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
        self._flow = flow
        self._memory = memory
        self.parts = parts
        self._in_flight = 0
        self._landed: asyncio.Event | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._closed = False
        self.settled = False
        """Set by whoever settles the run: from then on its settle carries what is pending."""
        self.stops: list[Outcome] = []

    # --- one step, from its name to its memory --------------------------------------------------

    def plan(self, name: str, key: str | None, effect: Effect, print_of: Callable[[], str]) -> Step:
        """Give this use of *name* its identity, and look it up. Raises Stop after another stop."""
        if self.stops or self._closed:
            raise Stop(self.stops[0] if self.stops else Done())
        identity = self._memory.identify(name, key)
        own_key = None if effect is Effect.READ else self.effect_key(identity)
        known = self._memory.recall(identity, own_key)
        started_us = self.parts.clock.now_us()
        return Step(*identity, effect, print_of(), own_key, known, 0, started_us)

    def decide(self, step: Step) -> Next:
        """What to do about *step*; what another run of this event did is remembered here too."""
        found = recall(
            step.known, fingerprint=step.fingerprint, effect=step.effect, drift=self._flow.drift
        )
        step.tries = found.tries
        known = step.known
        if found.next is Next.RETURN and known is not None and known.run_id != self.claimed.id:
            self.done(step, known.result or b"null", tries=0)
            self.log(step, "skipped", detail=f"{known.run_id} has already made this effect")
        return found.next

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
        """Before an effect: all that led to it is durable, and so is the intent if it needs one."""
        if step.effect is Effect.READ:
            return
        if not self.parts.may_start_effects():
            raise Lost
        if step.effect in {Effect.VERIFY, Effect.ONCE}:
            self.write(step, StepState.INTENT, step.tries, None, None)
        if self._memory.has_pending or self._flushing is not None:
            await self.flush()
        self.parts.reach("call.after-intent")

    def done(self, step: Step, result: bytes, *, tries: int | None = None) -> None:
        """The step has its result: it never runs again."""
        used = step.tries + 1 if tries is None else tries
        self.write(step, StepState.DONE, used, result, self.parts.clock.now_us())
        self.flush_soon()

    def failed(self, step: Step, reason: str, retry_us: Micros | None) -> None:
        """A try did not apply."""
        self.write(step, StepState.FAILED, step.tries + 1, None, None)
        self.log(step, "failed", detail=reason, retry_us=retry_us)

    def stop(self, outcome: Outcome) -> Stop:
        """End this execution with *outcome*; the caller raises what is returned."""
        self.stops.append(outcome)
        return Stop(outcome)

    def drifted(self, step: Step) -> Stop:
        """The step is remembered with other arguments, and a person must decide."""
        reason = (
            f"step {step.name!r} ({step.key}) is remembered with other arguments; resolve it: "
            "--done keeps the remembered result, --retry makes the effect with the new arguments"
        )
        return self.stop(Held(reason, (step.name, step.key)))

    # --- memory ---------------------------------------------------------------------------------

    def take(self) -> Progress:
        """All that is not durable yet, for the settle that carries it."""
        self.settled = True
        return self._memory.take()

    def write(
        self,
        step: Step,
        state: StepState,
        tries: int,
        result: bytes | None,
        finished_us: Micros | None,
    ) -> None:
        if result is not None and len(result) > LONGEST_REMEMBERED and state is StepState.DONE:
            head, _, _ = result.partition(b"\n")
            result = head + b"\n"
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
        self.log_try(step, Try(None, step.started_us, took_us, None, outcome, retry_us, detail))

    def log_try(self, step: Step, one: Try) -> None:
        """Note a try."""
        claimed = self.claimed
        self._memory.log(
            AttemptRecord(
                claimed.id, step.name, step.key, step.tries + 1, *one, claimed.event.traceparent
            )
        )

    async def flush(self) -> None:
        """Make everything durable that is remembered so far. Raises Lost with the claim."""
        if self._flushing is not None:
            await asyncio.shield(self._flushing)
        if self._memory.has_pending:
            await self._commit()

    async def _commit(self) -> None:
        progress = self._memory.take()
        try:
            await self.parts.journal.commit(Remember(self.claimed.id, self.claimed.epoch, progress))
        except StaleClaim:
            raise Lost from None
        except BaseException:
            self._memory.put_back(progress)
            raise
        if progress.emitted:
            self.parts.signals.look.set()
        self.parts.reach("remember.after")

    def flush_soon(self) -> None:
        """Write it behind the flow's back, unless the run settles in this very turn of the loop."""
        if self._flushing is None:
            self.parts.loop.call_soon(self._flush_behind)

    def _flush_behind(self) -> None:
        if self._flushing is None and self._memory.has_pending and not self.settled:
            self._flushing = asyncio.ensure_future(self._flush_now())

    async def _flush_now(self) -> None:
        try:
            await self._commit()
        except (Lost, Exception):  # noqa: BLE001 - the next flush or the settle meets it again
            return
        finally:
            self._flushing = None

    # --- being in flight ------------------------------------------------------------------------

    def enter_flight(self) -> None:
        """An effect begins: until it has left, the run does not settle, for it has no memory yet."""
        self._in_flight += 1

    def leave_flight(self) -> None:
        """An effect has ended, and is about to be remembered."""
        self._in_flight -= 1
        if self._in_flight == 0 and self._landed is not None:
            self._landed.set()

    @property
    def is_in_flight(self) -> bool:
        """Whether effects or their memory are still on their way."""
        self._closed = True
        return self._in_flight > 0 or self._flushing is not None

    async def quiet(self) -> None:
        """The function has ended: no new step begins; return once no effect is in flight."""
        while self._in_flight:
            self._landed = asyncio.Event()
            await self._landed.wait()
        if self._flushing is not None:
            await asyncio.wait([self._flushing])
