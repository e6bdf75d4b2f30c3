"""Run: a claimed run comes in; its function is executed, its steps remembered; its end goes out."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from tieline.model.call import Call, Effect, HttpAnswer
from tieline.model.commands import Admission
from tieline.model.connection import ConnectionSpec
from tieline.model.errors import CallFailed, Hold, Reject, Retry
from tieline.model.event import Event, Mention
from tieline.model.flow import FlowSpec
from tieline.model.ids import Micros
from tieline.model.run import ClaimedRun, Dead, Done, Outcome, RetryAt, Waiting
from tieline.model.value import value
from tieline.pipeline.call_step import CallSteps
from tieline.pipeline.memory import Memory
from tieline.pipeline.step import Step, StepParts, Steps
from tieline.pipeline.stop import Lost, Stop
from tieline.ports.caller import CURRENT
from tieline.rules.ending import Chance, evidence, outcome_of
from tieline.rules.fingerprint import fingerprint
from tieline.rules.recall import Next
from tieline.rules.retry import GaveUp, decide

Publish = Callable[[str, object, str, ClaimedRun], Admission]
"""(type, data, identity, run) → the event and the runs it causes."""


@value
class Execution:
    """Everything one execution needs."""

    claimed: ClaimedRun
    flow: FlowSpec
    payload: Any
    typed: Any
    publish: Publish
    parts: StepParts


DONE = Done()
MICROSECOND = timedelta(microseconds=1)


class LiveRun:
    """The run as its flow sees it (``ports.run.Run``), and the caller of its connections."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.is_over_time = False
        """Set before the execution is cancelled because its time limit has passed."""
        self._claimed = execution.claimed
        self._started_us = execution.parts.clock.now_us()
        self._memory = Memory(execution.claimed)
        self.steps = Steps(execution.claimed, execution.flow, self._memory, execution.parts)
        self._calls = CallSteps(self.steps)

    @property
    def id(self) -> str:
        return self._claimed.id

    def has_taken_too_long(self, now_us: Micros) -> bool:
        """Whether this execution has used up its flow's time limit."""
        limit_us = self.execution.flow.time_limit // MICROSECOND
        return not self.is_over_time and now_us - self._started_us > limit_us

    @property
    def event(self) -> Event:
        return self._claimed.event

    @property
    def payload(self) -> Any:
        return self.execution.payload

    # --- calls --------------------------------------------------------------------------------

    async def call(self, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        """A connection's call inside this run: a step."""
        return await self._calls.call(connection, call)

    # --- the author's own steps ---------------------------------------------------------------

    async def step(
        self, name: str, fn: Callable[..., Any], *args: Any, key: str | None = None
    ) -> Any:
        step = self.steps.plan(name, key, Effect.IDEMPOTENT, lambda: fingerprint(args))
        match self.steps.decide(step):
            case Next.RETURN:
                return orjson.loads(step.result or b"null")
            case Next.DRIFT:
                raise self.steps.drifted(step)
            case _:
                return await self._execute(step, fn, args)

    async def _execute(self, step: Step, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        await self.steps.begin(step)
        try:
            self.steps.enter_flight()
            try:
                if inspect.iscoroutinefunction(fn):
                    value = await fn(*args)
                else:
                    value = await asyncio.to_thread(fn, *args)
            finally:
                self.steps.leave_flight()
            result = _as_json(step, value)
        except Exception as error:  # noqa: BLE001 - whatever the author's function raises is its failed try
            raise self._failed(step, error) from error
        self.steps.done(step, result)
        return orjson.loads(result)

    def _failed(self, step: Step, error: Exception) -> BaseException:
        if isinstance(error, _SIGNALS):
            return error
        now_us = self.execution.parts.clock.now_us()
        reason = f"step {step.name!r}: {type(error).__name__}: {error}"
        after = decide(
            self.execution.flow.retry,
            attempt=step.tries + 1,
            now_us=now_us,
            jitter=self.execution.parts.ids.chance(),
        )
        if isinstance(after, GaveUp):
            self.steps.failed(step, reason, None)
            outcome: Outcome = Dead(
                type(error).__name__, f"{after.reason}: {reason}", evidence(error)
            )
        else:
            self.steps.failed(step, reason, after.when_us)
            outcome = RetryAt(after.when_us, reason)
        return self.steps.stop(outcome)

    # --- time, names, events ------------------------------------------------------------------

    async def sleep(self, duration: timedelta, *, key: str | None = None) -> None:
        step = self.steps.plan("sleep", key, Effect.READ, lambda: str(duration))
        now_us = self.execution.parts.clock.now_us()
        if step.known is None or step.known.result is None:
            due_us = now_us + duration // MICROSECOND
            self.steps.done(step, orjson.dumps(due_us))
        else:
            due_us = orjson.loads(step.known.result)
        if due_us > now_us:
            raise self.steps.stop(Waiting(due_us, None, f"sleeps for {duration}"))

    async def emit(self, type: str, data: object, *, key: str | None = None) -> None:  # noqa: A002
        step = self.steps.plan(
            f"emit {type}", key, Effect.IDEMPOTENT, lambda: fingerprint([type, data])
        )
        match self.steps.decide(step):
            case Next.RETURN:
                return
            case Next.DRIFT:
                raise self.steps.drifted(step)
        identity = step.effect_key or ""
        self._memory.emit(self.execution.publish(type, data, identity, self._claimed))
        self.steps.done(step, b"null")

    def refer(self, **names: object) -> None:
        now_us = self.execution.parts.clock.now_us()
        for kind, key in names.items():
            text = str(key)[:255]
            self._memory.mention(
                Mention(kind, text, self._claimed.event.id, self._claimed.id, now_us)
            )

    def now(self) -> datetime:
        step = self.steps.plan("now", None, Effect.READ, lambda: "now")
        if step.known is not None and step.known.result is not None:
            micros = orjson.loads(step.known.result)
        else:
            micros = self.execution.parts.clock.now_us()
            self.steps.done(step, orjson.dumps(micros))
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)

    def uuid(self) -> UUID:
        return UUID(self.steps.effect_key(self._memory.identify("uuid", None)))


_SIGNALS = (Retry, Reject, Hold, CallFailed)
"""What a step's function may raise to decide about the run; anything else is a failed try."""


def _as_json(step: Step, value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise TypeError(f"step {step.name!r} returned what is no JSON: {error}") from None


async def execute(live: LiveRun) -> Outcome:
    """Execute the flow function once, and say how this execution ended. Raises Lost."""
    execution = live.execution
    CURRENT.set(live)
    ending: BaseException | None = None
    try:
        await _body(execution, live)
    except Stop:
        pass  # its outcome is among the steps' stops
    except Lost:
        raise
    except asyncio.CancelledError:
        if not live.is_over_time:
            raise
        ending = TimeoutError(f"one execution may take {execution.flow.time_limit}")
    except BaseExceptionGroup as group:
        ending = _first_of(group)
    except Exception as error:  # noqa: BLE001 - whatever an author's function raises has an outcome
        ending = error
    if live.steps.is_in_flight:
        await live.steps.quiet()
    if ending is None and not live.steps.stops:
        return DONE
    chance = Chance(
        policy=execution.flow.retry,
        tries=execution.claimed.tries,
        now_us=execution.parts.clock.now_us(),
        jitter=execution.parts.ids.chance(),
    )
    return outcome_of(ending, live.steps.stops, chance)


def _body(execution: Execution, live: LiveRun) -> Awaitable[None]:
    function = execution.flow.function
    return (
        function(execution.typed, live) if execution.flow.takes_run else function(execution.typed)
    )


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a task group collected: a lost claim ends all; else its first plain error."""
    lost = group.subgroup(Lost)
    if lost is not None:
        raise Lost
    leaf: BaseException = group
    while isinstance(leaf, BaseExceptionGroup):
        leaf = leaf.exceptions[0]
    return leaf
