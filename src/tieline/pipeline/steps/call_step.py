"""CallStep: a connection's call in a run comes in; recalled or tried once, its answer goes out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import orjson

from tieline.model.base.errors import CallRefused
from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import Micros
from tieline.model.base.json_text import canonical_text
from tieline.model.calls.call import Call, Effect, HttpAnswer
from tieline.model.calls.outcome import (
    CredentialRefused,
    InDoubt,
    ProviderRefused,
    Succeeded,
    TryAgain,
)
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.runs.run import Dead, Held, RetryAt, StepState, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.pipeline.steps.confirm_step import UNAUTHORISED_PAUSE_US, ConfirmSteps
from tieline.pipeline.steps.direct_call import discreetly
from tieline.pipeline.steps.step import Step, StepAttempt
from tieline.pipeline.steps.steps import Steps
from tieline.pipeline.steps.stop import Stop
from tieline.ports.caller import STEP_SPAN
from tieline.ports.guarded import Sending, Tried
from tieline.rules.formats.plain_time import iso, span
from tieline.rules.formats.trace import is_sampled, under
from tieline.rules.outbound.retry import NoRetry, decide, told_to_wait
from tieline.rules.privacy.exchange import shown_answer, shown_request
from tieline.rules.runs.doubt import may_be_applied, open_since
from tieline.rules.runs.effects import effect_of
from tieline.rules.runs.memory import pack, unpack
from tieline.rules.runs.recall import StepDecision

MICROSECOND = timedelta(microseconds=1)
_JSON_TYPE = ("content-type", "application/json")


class CallSteps:
    """The calls of one execution of one run."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._confirms = ConfirmSteps(steps)

    async def call(self, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        """A connection's call as a step. Raises CallRefused, or Stop to end this execution."""
        effect = effect_of(connection.connector, call)
        operation = f"{connection.name} {call.method}"
        # What the provider knows an effect by is of the path as it is, whoever may see it.
        name = f"{operation} {call.path.partition('?')[0]}"
        call = discreetly(call, self._steps.clean)
        step = self._steps.plan(
            name,
            call.key,
            effect,
            lambda: _content(call),
            told=f"{operation} {call.named}",
        )
        if effect is Effect.READ:
            self._steps.note_read(step)
        found = self._steps.decide(step)
        if found is StepDecision.CHANGED:
            self._may_change(step, connection)
        elif found is StepDecision.GO:
            self._may_repeat(step, connection)
        else:
            known = await self._known(found, step, connection, call)
            if known is not None:
                return known
        return await self._try(step, connection, call)

    def _may_repeat(self, step: Step, connection: ConnectionSpec) -> None:
        """Raises Stop where the provider may have made the effect and forgotten its key."""
        life = connection.connector.idempotency_life
        if life is None or step.effect is not Effect.IDEMPOTENT:
            return
        doubt_us = open_since(step.known)
        if doubt_us is None or self._steps.parts.clock.now_us() - doubt_us < life // MICROSECOND:
            return
        reason = (
            f"whether {step.name} happened is not known: an attempt of {iso(doubt_us)} may have "
            f"been applied, {connection.connector.name} remembers an idempotency key for "
            f"{span(life // MICROSECOND)}, and a repeat now could make it twice; look at the other "
            "system, then resolve this run with --done or --retry"
        )
        raise self._steps.hold(step, reason)

    def _may_change(self, step: Step, connection: ConnectionSpec) -> None:
        """Raises Stop where the provider knows the effect by a key, and the content is another."""
        if connection.connector.idempotency_header is not None:
            raise self._steps.hold(step, self._steps.drifts.change(step))

    async def _known(
        self, found: StepDecision, step: Step, connection: ConnectionSpec, call: Call
    ) -> HttpAnswer | None:
        """The answer of a step that was begun before, or its end; None to try it."""
        match found:
            case StepDecision.RETURN:
                return unpack(step.result or b"null")
            case StepDecision.RAISE:
                self._steps.drifts.failed(step)
                raise _refused_before(step)
            case StepDecision.DRIFT:
                raise self._steps.drifted(step)
            case StepDecision.DOUBT:
                return await self._confirms.look(step, connection, call)
            case StepDecision.GO | StepDecision.ANEW | StepDecision.CHANGED:
                return None

    async def _try(self, step: Step, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        parts = self._steps.parts
        no = await parts.guarded.permit(connection, repeat=step.tries > 0)
        if no is not None:
            raise self._steps.stop(Waiting(no.until_us, no.on, no.reason))
        try:
            self._steps.stopping.may_begin()  # the permit may have taken its time
        except BaseException:
            parts.guarded.let_go(connection)
            raise
        return await self._steps.fly(self._send(step, connection, call))

    async def _send(self, step: Step, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        """One permitted try, from its intent to its memory."""
        parts = self._steps.parts
        try:
            await self._steps.begin(step)
        except BaseException:
            parts.guarded.let_go(connection)
            raise
        claimed = self._steps.claimed
        event = claimed.event
        traceparent, span = event.traceparent, None
        if traceparent is not None and is_sampled(traceparent):
            span = parts.ids.span()
            traceparent = under(traceparent, span)
        sending = Sending(
            step.effect,
            step.effect_key,
            event.correlation,
            traceparent,
            claimed,
            step.tries + 1,
            self._steps.reference,
            span,
            self._steps.clean,
            STEP_SPAN.get(),
            may_be_made=open_since(step.known) is not None,
        )
        at_us = parts.clock.now_us()
        try:
            tried = await parts.guarded.send(connection, call, sending)
        except asyncio.CancelledError:
            self._cut_off(step, connection, call, at_us)
            raise
        parts.reach("call.before-record")
        return self._conclude(step, connection, call, tried)

    def _cut_off(self, step: Step, connection: ConnectionSpec, call: Call, at_us: Micros) -> None:
        """Our own side stopped waiting (a time limit, a stop, the author): nobody knows the end.

        Whoever catches that cannot go on as if nothing were in doubt.
        """
        now_us = self._steps.parts.clock.now_us()
        reason = "our side stopped waiting for the answer"
        tried = StepAttempt(connection.name, at_us, now_us - at_us, None, "cut-off", None, reason)
        self._steps.log_try(step, tried)
        if step.effect is Effect.IDEMPOTENT:
            since_us = open_since(step.known) or at_us
            self._steps.write(step, StepState.FAILED, step.tries, None, since_us)
        if step.effect not in {Effect.VERIFY, Effect.ONCE}:
            return
        if call.confirm is None:
            held = f"whether {step.name} happened is not known: {reason}"
            self._steps.stop(Held(held, (step.name, step.key)))
        else:
            due_us = now_us + connection.confirm_after // MICROSECOND
            self._steps.stop(RetryAt(due_us, f"{step.name}: {reason}"))

    def _conclude(
        self, step: Step, connection: ConnectionSpec, call: Call, tried: Tried
    ) -> HttpAnswer:
        """What one try means for the step: its result, another time, or an end."""
        self._keep(step, connection, call, tried)
        match tried.verdict:
            case Succeeded():
                answer = tried.answer
                if answer is None:
                    raise AssertionError("a try succeeded without an answer")
                self._steps.log_try(step, _try(connection, tried, "done", None, None))
                self._steps.done(step, pack(answer))
                return answer
            case ProviderRefused(kind=kind, reason=reason):
                self._steps.log_try(step, _try(connection, tried, kind, None, reason))
                result = orjson.dumps([kind, reason, tried.status])
                self._steps.refused(step, result)
                raise CallRefused(kind, f"{step.name}: {reason}", tried.status)
            case CredentialRefused(reason=reason):
                since_us = open_since(step.known)
                self._steps.write(step, StepState.FAILED, step.tries, None, since_us)
                due_us = tried.at_us + tried.took_us + UNAUTHORISED_PAUSE_US
                self._steps.log_try(step, _try(connection, tried, "unauthorised", due_us, reason))
                on = waits_for_connection(connection.name)
                raise self._steps.stop(Waiting(due_us, on, f"{step.name}: {reason}"))
            case TryAgain(reason=reason):
                raise self._again(step, connection, tried, StepState.FAILED, reason)
            case InDoubt(reason=reason):
                if call.confirm is None:
                    raise self._in_doubt(step, connection, tried, reason)
                raise self._again(step, connection, tried, StepState.INTENT, reason)

    def _keep(self, step: Step, connection: ConnectionSpec, call: Call, tried: Tried) -> None:
        """What was sent and answered, where it is wanted: always of a try that failed."""
        keeping = self._steps.parts.keeping
        if isinstance(tried.verdict, Succeeded) and not keeping.wants(self._steps.claimed.id):
            return
        keeping = replace(keeping, clean=self._steps.clean)
        request = shown_request(connection, call, tried.secrets, keeping)
        answer = tried.answer
        said = None if answer is None else shown_answer(answer, tried.secrets, keeping)
        self._steps.log_exchange(step, tried.at_us, request, said)

    def _again(
        self,
        step: Step,
        connection: ConnectionSpec,
        tried: Tried,
        state: StepState,
        reason: str,
    ) -> Stop:
        """Another try later; used up, it is dead, or held if nobody knows what happened."""
        verdict = tried.verdict
        if isinstance(verdict, TryAgain) and verdict.kind is FailureKind.THROTTLED:
            return self._turned_away(step, connection, tried, verdict)
        after = decide(
            connection.retry,
            attempt=step.tries + 1,
            now_us=tried.at_us + tried.took_us,
            jitter=self._steps.parts.ids.chance(),
            retry_after=verdict.retry_after if isinstance(verdict, TryAgain) else None,
        )
        if isinstance(after, NoRetry) and state is StepState.INTENT:
            return self._in_doubt(step, connection, tried, f"{after.reason}: {reason}")
        kind = verdict.kind if isinstance(verdict, TryAgain | InDoubt) else "failed"
        if isinstance(after, NoRetry):
            self._tried(step, connection, tried, (state, None), reason)
            return self._steps.stop(Dead(kind, f"{step.name}: {after.reason}: {reason}"))
        due_us = after.when_us
        if state is StepState.INTENT:
            ended_us = tried.at_us + tried.took_us
            due_us = max(due_us, ended_us + connection.confirm_after // MICROSECOND)
        self._tried(step, connection, tried, (state, due_us), reason)
        return self._steps.stop(RetryAt(due_us, f"{step.name}: {reason}"))

    def _turned_away(
        self, step: Step, connection: ConnectionSpec, tried: Tried, verdict: TryAgain
    ) -> Stop:
        """Another try later, as often as it takes.

        However often it is told to wait, that is one attempt in all: what follows is a repeat,
        which the connection's retry budget has to know.
        """
        after = told_to_wait(
            connection.retry,
            now_us=tried.at_us + tried.took_us,
            jitter=self._steps.parts.ids.chance(),
            retry_after=verdict.retry_after,
        )
        since_us = open_since(step.known)
        self._steps.write(step, StepState.FAILED, max(step.tries, 1), None, since_us)
        told = _try(connection, tried, verdict.kind, after.when_us, verdict.reason)
        self._steps.log_try(step, told)
        return self._steps.stop(RetryAt(after.when_us, f"{step.name}: {verdict.reason}"))

    def _tried(
        self,
        step: Step,
        connection: ConnectionSpec,
        tried: Tried,
        then: tuple[StepState, Micros | None],
        reason: str,
    ) -> None:
        """Remember a try that did not succeed, where the step stands, and when the next is due."""
        verdict, (state, due_us) = tried.verdict, then
        kind = verdict.kind if isinstance(verdict, TryAgain | InDoubt) else "failed"
        since_us: Micros | None = tried.at_us + tried.took_us
        if state is StepState.FAILED:
            since_us = open_since(step.known)
            if since_us is None and isinstance(verdict, TryAgain) and may_be_applied(verdict.kind):
                since_us = tried.at_us
        self._steps.write(step, state, step.tries + 1, None, since_us)
        self._steps.log_try(step, _try(connection, tried, kind, due_us, reason))

    def _in_doubt(self, step: Step, connection: ConnectionSpec, tried: Tried, reason: str) -> Stop:
        self._steps.write(step, StepState.INTENT, step.tries + 1, None, tried.at_us)
        self._steps.log_try(step, _try(connection, tried, "in-doubt", None, reason))
        return self._steps.stop(Held(f"{step.name}: {reason}", (step.name, step.key)))


def _try(
    connection: ConnectionSpec,
    tried: Tried,
    outcome: str,
    retry_us: Micros | None,
    detail: str | None,
) -> StepAttempt:
    return StepAttempt(
        connection.name, tried.at_us, tried.took_us, tried.status, outcome, retry_us, detail
    )


def _content(call: Call) -> bytes:
    """Method, path and content; a JSON body by its meaning, not by the order of its keys."""
    body = call.body
    if _JSON_TYPE in call.headers:
        try:
            body = canonical_text(body)
        except ValueError:
            body = call.body  # not every body that is called JSON is one
    return f"{call.method} {call.path}\n".encode() + body


def _refused_before(step: Step) -> CallRefused:
    kind, reason, status = orjson.loads(step.result or b'["rejected","",null]')
    return CallRefused(kind, f"{step.name}: {reason}", status)
