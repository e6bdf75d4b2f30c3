"""Run: a claimed run comes in; its function is executed, its steps remembered; its end goes out."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from tieline.model.base.errors import CallFailed, Hold, Reject, Retry
from tieline.model.base.json_text import json_text, json_value
from tieline.model.base.reason_text import storable
from tieline.model.base.wait_limit import wait_of
from tieline.model.calls.call import Call, Effect, HttpAnswer
from tieline.model.commands import Admission
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.inbound.event import Event, Mention
from tieline.model.runs.facts import StepTried
from tieline.model.runs.let_through import LetThrough
from tieline.model.runs.run import (
    ClaimedRun,
    Dead,
    Outcome,
    RetryAt,
    StepState,
    Waiting,
)
from tieline.pipeline.dispatch import Dispatched, reference_of, sensitive_in
from tieline.pipeline.steps.call_step import CallSteps
from tieline.pipeline.steps.event_wait import EventWaits
from tieline.pipeline.steps.hold_step import Holds
from tieline.pipeline.steps.identity import WITHIN, within
from tieline.pipeline.steps.line_step import LineSteps
from tieline.pipeline.steps.memory import Memory
from tieline.pipeline.steps.parts import StepParts
from tieline.pipeline.steps.payload_memory import made_once
from tieline.pipeline.steps.plain_step import called
from tieline.pipeline.steps.started_run import LiveStartedRun
from tieline.pipeline.steps.step import Step
from tieline.pipeline.steps.steps import Steps
from tieline.pipeline.steps.stop import Stop, leave_alone
from tieline.pipeline.steps.stopping import nobody
from tieline.ports.awaited import Awaited
from tieline.ports.caller import STEP_SPAN
from tieline.rules.declared.arguments import exact
from tieline.rules.outbound.retry import NoRetry, decide
from tieline.rules.privacy.hidden_key import hidden_key
from tieline.rules.privacy.sensitive import forms_of, without_forms
from tieline.rules.runs.ending import MISTAKES, SWALLOWED, dead_of, words
from tieline.rules.runs.fingerprint import canonical_json
from tieline.rules.runs.hops import endless, identity_of_emitted
from tieline.rules.runs.lines import LOG, SAY
from tieline.rules.runs.recall import StepDecision
from tieline.rules.runs.references import reference_text
from tieline.rules.runs.topics import check_emitted

_RESOLVE = (
    "look whether it happened, then resolve this run with --done and --result '<JSON>', "
    "or with --retry, which does it again"
)
LONGEST_SHOWN = 200
Publish = Callable[[str, object, str, ClaimedRun], Admission]
"""(type, data, identity, run) → the event and the runs it causes."""


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class LiveRun:
    """The run as its flow sees it (``ports.run.Run``), and the caller of its connections."""

    def __init__(self, ready: Dispatched, publish: Publish, parts: StepParts) -> None:
        self._memory = Memory(ready.claimed)
        self.ready = made_once(ready, self._memory, parts.clock.now_us())
        self.parts = parts
        self.is_over_time = False
        """Set before the execution is cancelled because its time limit has passed."""
        self.is_called_off = False
        """Set before it is cancelled because this process stops, or an operator ended the run."""
        self.threads = 0
        """Plain functions of its steps that are at work: none of them can be ended."""
        self._claimed = claimed = ready.claimed
        self._publish = publish
        self._started_us = parts.clock.monotonic_us()
        self.steps = Steps(claimed, ready.flow, self._memory, parts, self.clean)
        self.steps.reference = reference_of(ready.flow, ready.typed)
        self._sensitive: tuple[str, ...] | None = None
        """The forms of what this payload has of sensitive values, once they are asked for."""
        self._calls = CallSteps(self.steps)
        self.awaited = Awaited()
        self.on_given_up: Callable[[str], None] = nobody
        """Is told why a flow is given up that catches whatever stops it."""
        self.steps.stopping.on_swallowed = self.give_up
        self._holds: Holds | None = None  # these are made when they are asked for: few are
        self._events: EventWaits | None = None
        self._lines: LineSteps | None = None

    @property
    def id(self) -> str:
        return self._claimed.id

    def has_taken_too_long(self, monotonic_us: int) -> bool:
        """Whether this execution has used up its flow's time limit."""
        return monotonic_us - self._started_us > self.ready.flow.time_limit // MICROSECOND

    @property
    def flow(self) -> str:
        """The name of its flow."""
        return self._claimed.flow

    @property
    def event(self) -> Event:
        return self._claimed.event

    @property
    def payload(self) -> Any:
        if self.ready.flow.contract is not None:
            self.clean("")  # what is sensitive in it is known before its flow may change it
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

    def let_go(self) -> None:
        """It is settled, and kept by nothing of its own."""
        self.on_given_up, self._lines = nobody, None
        self.steps.let_go()

    def give_up(self) -> None:
        """Nothing that the flow asks for from here on comes back."""
        self.awaited.instead = self._forever

    async def _forever(self, where: str) -> None:
        """Whoever awaits it is not executed any more: an exception would be swallowed again."""
        self.on_given_up(SWALLOWED.format(where))
        if (task := asyncio.current_task(self.parts.loop)) is not None:
            leave_alone(task)
        await self.parts.loop.create_future()

    # --- calls --------------------------------------------------------------------------------

    def call(self, connection: ConnectionSpec, call: Call) -> Coroutine[Any, Any, HttpAnswer]:
        """A connection's call inside this run: a step."""
        return self._calls.call(connection, call)

    # --- the author's own steps ---------------------------------------------------------------

    @exact
    def step(
        self, name: str, fn: Callable[..., Any], *args: Any, key: Any = None
    ) -> Coroutine[Any, Any, Any]:
        return self.awaited.note(self._step(name, fn, args, key), f"run.step({name!r})")

    async def _step(
        self, name: str, fn: Callable[..., Any], args: tuple[Any, ...], key: str | None
    ) -> Any:
        step = self.steps.plan(name, key, Effect.IDEMPOTENT, lambda: canonical_json(args))
        match self.steps.decide(step):
            case StepDecision.RETURN:
                return json_value(step.result or b"null")
            case StepDecision.DRIFT:
                raise self.steps.drifted(step)
            case StepDecision.DOUBT:
                reason = (
                    f"step {step.name!r} happened before, and what it returned could not be "
                    f"remembered; {_RESOLVE}"
                )
                raise self.steps.hold(step, reason)
            case _:
                return await self.steps.fly(self._execute(step, fn, args))

    async def _execute(self, step: Step, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        await self.steps.begin(step)
        at_us, span = self.parts.clock.now_us(), self.parts.ids.span()
        above, outer = STEP_SPAN.set(span), WITHIN.set(within(step))
        if step.again:
            self._memory.again_within(within(step))
        try:
            found, late = await called(self, fn, args)
        except (Retry, Reject, Hold, CallFailed) as decided:
            self._told(step, at_us, words(decided), span)
            self.steps.drifts.failed(step)
            raise  # the author decides about the run
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            self._told(step, at_us, words(error), span)
            raise self._failed(step, error) from error
        finally:
            STEP_SPAN.reset(above)
            WITHIN.reset(outer)
        self._told(step, at_us, None, span)
        self.parts.reach("step.before-record")
        try:
            result = json_text(found)
        except ValueError as error:
            raise self._unfit(step, found, error) from None
        self.steps.done(step, result)
        if late is not None:
            raise late
        return json_value(result)

    def _told(self, step: Step, at_us: int, failure: str | None, span: str) -> None:
        """Tell the observer how a try of an author's step ended."""
        outcome = "done" if failure is None else "failed"
        failure = failure and self.clean(failure)
        took_us = self.parts.clock.now_us() - at_us
        number = step.tries + 1
        fact = StepTried(self._claimed, step.name, number, outcome, failure, at_us, took_us, span)
        self.parts.observer.saw(fact)

    def _failed(self, step: Step, error: BaseException) -> Stop:
        parts = self.parts
        reason = f"step {step.name!r}: {words(error)}"
        if isinstance(error, MISTAKES) or not isinstance(error, Exception):
            self.steps.failed(step, reason, None)
            return self.steps.stop(dead_of(type(error).__name__, reason, error))
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

    def _unfit(self, step: Step, found: object, error: ValueError) -> Stop:
        """It was done; a repeat would do it again, so a person is asked."""
        try:
            shown = repr(found)
        except Exception:  # noqa: BLE001 - an author's own __repr__
            shown = f"a {type(found).__name__}"
        reason = (
            f"step {step.name!r} happened, and what it returned cannot be remembered: {error}; "
            f"it returned {shown[:LONGEST_SHOWN]}; {_RESOLVE}"
        )
        now_us = self.parts.clock.now_us()
        self.steps.write(step, StepState.INTENT, step.tries + 1, None, now_us)
        self.steps.log(step, "in-doubt", detail=reason)
        return self.steps.hold(step, reason)

    # --- people -------------------------------------------------------------------------------

    @property
    def holds(self) -> Holds:
        """Made when the flow first asks for a person: most never do."""
        if self._holds is None:
            self._holds = Holds(self.steps, self._memory)
        return self._holds

    def hold(self, reason: object, *, key: object = None) -> Coroutine[Any, Any, LetThrough]:
        asked = Hold(reason, key=key)
        held = self._hold(asked.reason, asked.key)
        return self.awaited.note(held, f"run.hold({asked.reason!r})")

    async def _hold(self, reason: str, key: str | None) -> LetThrough:
        return self.holds.pass_(reason, key)

    def let_through(self, reason: object, *, key: object = None) -> LetThrough | None:
        asked = Hold(reason, key=key)
        return self.holds.let_through(asked.reason, asked.key)

    # --- time, names, events ------------------------------------------------------------------

    @exact
    def sleep(self, duration: timedelta, *, key: Any = None) -> Coroutine[Any, Any, None]:
        return self.awaited.note(self._sleep(duration, key), "run.sleep")

    async def _sleep(self, duration: timedelta, key: str | None) -> None:
        self.steps.stopping.may_sleep()
        step = self.steps.look_up("sleep", key, Effect.READ, str(duration))
        if step.own_key is not None:
            self.steps.use_once(step.name, step.own_key)
        now_us = self.parts.clock.now_us()
        if step.known is None or step.known.result is None:
            due_us = now_us + wait_of("the duration of run.sleep", duration) // MICROSECOND
            self.steps.done(step, orjson.dumps(due_us))
        else:
            due_us = orjson.loads(step.known.result)
        if due_us > now_us:
            raise self.steps.stop(Waiting(due_us, None, f"sleeps for {duration}"))

    @exact
    def wait_for(
        self,
        type: str,  # noqa: A002 - the field's own word
        *,
        key: object,
        within: timedelta | None = None,
    ) -> Coroutine[Any, Any, Any]:
        reference_text("wait_for: key", key)
        if self._events is None:
            self._events = EventWaits(self.steps, self._hide)
        return self.awaited.note(self._events.wait(type, key, within), f"run.wait_for({type!r})")

    @exact
    def start(
        self, flow: Callable[..., Any] | str, payload: object, *, key: Any = None
    ) -> Coroutine[Any, Any, LiveStartedRun]:
        return self.awaited.note(self._start(flow, payload, key), "run.start")

    async def _start(
        self, flow: Callable[..., Any] | str, payload: object, key: str | None
    ) -> LiveStartedRun:
        spec, type_ = self.parts.startable(flow)
        step = self.steps.plan(
            f"start {spec}", key, Effect.IDEMPOTENT, lambda: canonical_json([type_, payload])
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

    @exact
    def emit(
        self,
        type: str,  # noqa: A002 - the field's own word
        data: object,
        *,
        key: Any = None,
        optional: bool = False,  # said for whoever reads the flow: doctor and tests
    ) -> Coroutine[Any, Any, None]:
        return self.awaited.note(self._emit(type, data, key), f"run.emit({type!r})")

    async def _emit(self, type: str, data: object, key: str | None) -> None:  # noqa: A002 - as above
        check_emitted(type)
        step = self.steps.plan(
            f"emit {type}", key, Effect.IDEMPOTENT, lambda: canonical_json([type, data])
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

    def log(self, words: object) -> None:
        self._write(LOG, words)

    def say(self, words: str) -> None:
        self._write(SAY, words)

    def _write(self, name: str, words: object) -> None:
        if self._lines is None:
            parts = self.parts
            self._lines = LineSteps(self._claimed, self._memory, self.clean, parts.clock)
        self._lines.write(name, words)

    def refer(self, **names: object) -> None:
        now_us = self.parts.clock.now_us()
        for kind, key in names.items():
            text = storable(reference_text(f"refer: {kind}", key))
            text = text[:255] if self.clean(text) == text else hidden_key(text)
            self._memory.mention(
                Mention(kind, text, self._claimed.event.id, self._claimed.id, now_us)
            )

    def now(self) -> datetime:
        self.steps.stopping.may_begin()
        step = self.steps.look_up("now", None, Effect.READ, "now")
        if step.known is not None and step.known.result is not None:
            micros = orjson.loads(step.known.result)
        else:
            micros = self.parts.clock.now_us()
            self.steps.done(step, orjson.dumps(micros))
        return EPOCH + timedelta(microseconds=micros)

    def uuid(self) -> UUID:
        return UUID(self.steps.names.uuid_key())
