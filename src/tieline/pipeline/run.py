"""Run: a claimed run comes in; its function is executed, its steps remembered; its end goes out."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from tieline.model.base.errors import CallFailed, Hold, Reject, Retry
from tieline.model.calls.call import Call, Effect, HttpAnswer
from tieline.model.commands import Admission
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.inbound.event import Event, Mention
from tieline.model.runs.facts import StepTried
from tieline.model.runs.run import ClaimedRun, Dead, Outcome, RetryAt, Returned, Waiting
from tieline.pipeline.dispatch import Dispatched, reference_of, sensitive_in
from tieline.pipeline.steps.call_step import CallSteps
from tieline.pipeline.steps.event_wait import EventWaits
from tieline.pipeline.steps.memory import Memory
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.started_run import LiveStartedRun
from tieline.pipeline.steps.step import Step, Steps
from tieline.pipeline.steps.stop import Lost, Stop
from tieline.ports.caller import CURRENT, STEP_SPAN
from tieline.rules.outbound.retry import NoRetry, decide
from tieline.rules.privacy.hidden_key import hidden_key
from tieline.rules.privacy.sensitive import forms_of, without_forms
from tieline.rules.runs.ending import RetryState, dead_of, outcome_of, words
from tieline.rules.runs.fingerprint import fingerprint
from tieline.rules.runs.hops import endless, identity_of_emitted
from tieline.rules.runs.recall import StepDecision

Publish = Callable[[str, object, str, ClaimedRun], Admission]
"""(type, data, identity, run) → the event and the runs it causes."""


DONE = Returned()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class LiveRun:
    """The run as its flow sees it (``ports.run.Run``), and the caller of its connections."""

    def __init__(self, ready: Dispatched, publish: Publish, parts: StepParts) -> None:
        self.ready = ready
        self.parts = parts
        self.is_over_time = False
        """Set before the execution is cancelled because its time limit has passed."""
        self.is_called_off = False
        """Set before it is cancelled because this process stops, or an operator ended the run."""
        self._claimed = claimed = ready.claimed
        self._publish = publish
        self._started_us = parts.clock.monotonic_us()
        self._memory = Memory(claimed)
        self.steps = Steps(claimed, ready.flow, self._memory, parts)
        self.steps.reference = reference_of(ready.flow, ready.typed)
        self.steps.clean = self.clean
        self._sensitive: tuple[str, ...] | None = None
        """The forms of what this payload has of sensitive values, once they are asked for."""
        self._calls = CallSteps(self.steps)
        self._events: EventWaits | None = None
        """Made when it is asked for: few runs wait for an event."""

    @property
    def id(self) -> str:
        return self._claimed.id

    def has_taken_too_long(self, monotonic_us: int) -> bool:
        """Whether this execution has used up its flow's time limit."""
        limit_us = self.ready.flow.time_limit // MICROSECOND
        return monotonic_us - self._started_us > limit_us

    @property
    def event(self) -> Event:
        return self._claimed.event

    @property
    def payload(self) -> Any:
        return self.ready.payload

    def clean(self, text: str) -> str:
        """*text* without known secrets, and without what this payload has of sensitive values."""
        if self._sensitive is None:
            self._sensitive = forms_of(sensitive_in(self.ready.flow, self.ready.payload))
        return without_forms(self.parts.clean(text), self._sensitive)

    def _hide(self, values: tuple[str, ...]) -> None:
        """What it has read of other events is as sensitive as what is in its own."""
        if values:
            self.clean("")
            self._sensitive = (*(self._sensitive or ()), *forms_of(values))

    # --- calls --------------------------------------------------------------------------------

    def call(self, connection: ConnectionSpec, call: Call) -> Coroutine[Any, Any, HttpAnswer]:
        """A connection's call inside this run: a step."""
        return self._calls.call(connection, call)

    # --- the author's own steps ---------------------------------------------------------------

    async def step(
        self, name: str, fn: Callable[..., Any], *args: Any, key: str | None = None
    ) -> Any:
        step = self.steps.plan(name, key, Effect.IDEMPOTENT, lambda: fingerprint(args))
        match self.steps.decide(step):
            case StepDecision.RETURN:
                return orjson.loads(step.result or b"null")
            case StepDecision.DRIFT:
                raise self.steps.drifted(step)
            case _:
                return await self.steps.fly(self._execute(step, fn, args))

    async def _execute(self, step: Step, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        await self.steps.begin(step)
        at_us, span = self.parts.clock.now_us(), self.parts.ids.span()
        above = STEP_SPAN.set(span)
        try:
            found = await _called(fn, args)
        except (Retry, Reject, Hold, CallFailed) as decided:
            self._told(step, at_us, words(decided), span)
            raise  # the author decides about the run
        except Exception as error:
            self._told(step, at_us, words(error), span)
            raise self._failed(step, error) from error
        finally:
            STEP_SPAN.reset(above)
        self._told(step, at_us, None, span)
        self.parts.reach("step.before-record")
        try:
            result = orjson.dumps(found)
        except TypeError as error:
            raise self._unfit(step, error) from error
        self.steps.done(step, result)
        return orjson.loads(result)

    def _told(self, step: Step, at_us: int, failure: str | None, span: str) -> None:
        """Tell the observer how a try of an author's step ended."""
        outcome = "done" if failure is None else "failed"
        failure = None if failure is None else self.clean(failure)
        took_us = self.parts.clock.now_us() - at_us
        number = step.tries + 1
        fact = StepTried(self._claimed, step.name, number, outcome, failure, at_us, took_us, span)
        self.parts.observer.saw(fact)

    def _failed(self, step: Step, error: Exception) -> Stop:
        parts = self.parts
        reason = f"step {step.name!r}: {words(error)}"
        after = decide(
            self.ready.flow.retry,
            attempt=step.tries + 1,
            now_us=parts.clock.now_us(),
            jitter=parts.ids.chance(),
        )
        if isinstance(after, NoRetry):
            self.steps.failed(step, reason, None)
            outcome: Outcome = dead_of(type(error).__name__, f"{after.reason}: {reason}", error)
        else:
            self.steps.failed(step, reason, after.when_us)
            outcome = RetryAt(after.when_us, reason)
        return self.steps.stop(outcome)

    def _unfit(self, step: Step, error: TypeError) -> Stop:
        """It was done and cannot be remembered; repeating it would do it again, not mend it."""
        reason = f"step {step.name!r} returned what is no JSON: {error}"
        self.steps.failed(step, reason, None)
        return self.steps.stop(dead_of("result-is-no-json", reason, error))

    # --- time, names, events ------------------------------------------------------------------

    async def sleep(self, duration: timedelta, *, key: str | None = None) -> None:
        # Also beside a stop: parallel sleeps begin together, so that none delays the other.
        step = self.steps.look_up("sleep", key, Effect.READ, str(duration))
        now_us = self.parts.clock.now_us()
        if step.known is None or step.known.result is None:
            due_us = now_us + duration // MICROSECOND
            self.steps.done(step, orjson.dumps(due_us))
        else:
            due_us = orjson.loads(step.known.result)
        if due_us > now_us:
            raise self.steps.stop(Waiting(due_us, None, f"sleeps for {duration}"))

    async def wait_for(
        self,
        type: str,  # noqa: A002
        *,
        key: object,
        within: timedelta | None = None,
    ) -> Any:
        if self._events is None:
            self._events = EventWaits(self.steps, self._hide)
        return await self._events.wait(type, key, within)

    async def start(
        self, flow: Callable[..., Any] | str, payload: object, *, key: str | None = None
    ) -> LiveStartedRun:
        spec, type_ = self.parts.startable(flow)
        step = self.steps.plan(
            f"start {spec}", key, Effect.IDEMPOTENT, lambda: fingerprint([type_, payload])
        )
        match self.steps.decide(step):
            case StepDecision.RETURN:
                return LiveStartedRun(orjson.loads(step.result or b"null"), spec, self.steps)
            case StepDecision.DRIFT:
                raise self.steps.drifted(step)
        admission = self._emitted(step, type_, payload)
        started = next(run.id for run in admission.runs if run.flow == spec)
        self.steps.done(step, orjson.dumps(started))
        return LiveStartedRun(started, spec, self.steps, is_new=True)

    async def emit(self, type: str, data: object, *, key: str | None = None) -> None:  # noqa: A002
        step = self.steps.plan(
            f"emit {type}", key, Effect.IDEMPOTENT, lambda: fingerprint([type, data])
        )
        match self.steps.decide(step):
            case StepDecision.RETURN:
                return
            case StepDecision.DRIFT:
                raise self.steps.drifted(step)
        self._emitted(step, type, data)
        self.steps.done(step, b"null")

    def _emitted(self, step: Step, type_: str, data: object) -> Admission:
        """The event that is stored with the run's next commit."""
        event = self._claimed.event
        why_not = endless(event, self._claimed.flow, type_)
        if why_not is not None:
            raise self.steps.stop(Dead("endless-chain", why_not))
        identity = identity_of_emitted(step.effect_key or "", event)
        admission = self._publish(type_, data, identity, self._claimed)
        self._memory.emit(admission)
        return admission

    def refer(self, **names: object) -> None:
        now_us = self.parts.clock.now_us()
        for kind, key in names.items():
            text = str(key)
            text = text[:255] if self.clean(text) == text else hidden_key(text)
            self._memory.mention(
                Mention(kind, text, self._claimed.event.id, self._claimed.id, now_us)
            )

    def now(self) -> datetime:
        step = self.steps.plan("now", None, Effect.READ, lambda: "now")
        if step.known is not None and step.known.result is not None:
            micros = orjson.loads(step.known.result)
        else:
            micros = self.parts.clock.now_us()
            self.steps.done(step, orjson.dumps(micros))
        return EPOCH + timedelta(microseconds=micros)

    def uuid(self) -> UUID:
        return UUID(self.steps.effect_key(self._memory.identify("uuid", None, "uuid")))


async def _called(fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    if inspect.iscoroutinefunction(fn):
        return await fn(*args)
    found = await asyncio.to_thread(_plainly, fn, args)
    return await found if inspect.isawaitable(found) else found


def _plainly(fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return fn(*args)
    except StopIteration as error:  # no future can carry it: whoever waits would wait for ever
        raise RuntimeError("the function raised StopIteration") from error


async def execute(live: LiveRun) -> Outcome:
    """Execute the flow function once, and say how this execution ended.

    Raises Lost, and CancelledError when it was called off; no effect is in flight then either.
    """
    parts, steps = live.parts, live.steps
    steps.flights.home = asyncio.current_task(parts.loop)
    CURRENT.set(live)
    ending = await _ended(live)
    is_suspended = ending is None and bool(steps.stops)
    if is_suspended or steps.close():
        ending = await _landed(live, ending)
    if isinstance(ending, Lost):
        raise ending
    if live.is_called_off and ending is not None:
        raise asyncio.CancelledError
    if ending is None and not steps.stops:
        return DONE
    chance = RetryState(
        policy=live.ready.flow.retry,
        tries=live.ready.claimed.tries,
        now_us=parts.clock.now_us(),
        jitter=parts.ids.chance(),
    )
    return outcome_of(ending, steps.stops, chance)


async def _ended(live: LiveRun) -> BaseException | None:
    """What the function raised; None also for Stop, whose outcome is among the steps' stops."""
    try:
        await _body(live)
    except Stop:
        return None
    except asyncio.CancelledError as cancelled:
        return _cancelled(live, cancelled)
    except BaseExceptionGroup as group:
        return _first_of(group)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever an author's function raises has an outcome
        return error
    return None


def _body(live: LiveRun) -> Awaitable[None]:
    flow, typed = live.ready.flow, live.ready.typed
    return flow.function(typed, live) if flow.takes_run else flow.function(typed)


async def _landed(live: LiveRun, ending: BaseException | None) -> BaseException | None:
    """Wait until what the function left in flight has landed, no longer than its time allows."""
    while True:
        if live.is_called_off or live.is_over_time:
            live.steps.close()
            live.steps.flights.abandon()
        try:
            await live.steps.at_rest()
        except asyncio.CancelledError as cancelled:
            ending = ending or _cancelled(live, cancelled)
        else:
            return ending


def _cancelled(live: LiveRun, cancelled: asyncio.CancelledError) -> BaseException:
    if live.is_over_time and not live.is_called_off:
        return TimeoutError(f"one execution may take {live.ready.flow.time_limit}")
    return cancelled


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a task group collected: a lost claim ends all; else its first plain error."""
    if group.subgroup(Lost) is not None:
        return Lost()
    leaf: BaseException = group
    while isinstance(leaf, BaseExceptionGroup):
        leaf = leaf.exceptions[0]
    return leaf
