"""ConfirmStep: after an unknown outcome, the look-up of the author says if the effect is there."""

import inspect
from datetime import timedelta

from tieline.model.base.errors import CallFailed, CallRefused, Hold, Reject, Retry
from tieline.model.base.failure import FailureKind
from tieline.model.base.json_text import json_text
from tieline.model.base.reason_text import plain_text
from tieline.model.calls.call import Call, HttpAnswer
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.runs.run import Held, RetryAt, StepState, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.pipeline.steps.direct_call import RedactedCaller
from tieline.pipeline.steps.step import Step
from tieline.pipeline.steps.steps import Steps
from tieline.pipeline.steps.stop import Stop
from tieline.ports.caller import CURRENT
from tieline.rules.outbound.retry import NoRetry, decide
from tieline.rules.runs.doubt import open_since
from tieline.rules.runs.ending import dead_of, words
from tieline.rules.runs.memory import unpack

MICROSECOND = timedelta(microseconds=1)
LONGEST_SHOWN = 200
UNAUTHORISED_PAUSE_US = 30_000_000


class ConfirmSteps:
    """The look-ups of one execution of one run."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    async def look(self, step: Step, connection: ConnectionSpec, call: Call) -> HttpAnswer | None:
        """After an unknown outcome: the effect if the author's look-up finds it."""
        if call.confirm is None:
            reason = (
                f"whether {step.name} happened is not known: an earlier attempt was cut off; "
                "look at the other system, then resolve this run with --done or --retry"
            )
            raise self._steps.hold(step, reason)
        self._not_too_soon(step, connection)
        token = CURRENT.set(RedactedCaller(self._steps.parts.outside, self._steps.clean))
        try:
            asked: object = call.confirm()
            found = await asked if inspect.isawaitable(asked) else asked
        except (Retry, Reject, Hold):
            raise  # the author decides about the run
        except CallFailed as failed:
            raise self._look_failed(step, connection, failed) from None
        except Exception as error:
            reason = f"the look-up for {step.name} failed: {words(error)}"
            raise self._steps.stop(dead_of("confirm-failed", reason, error)) from error
        finally:
            CURRENT.reset(token)
        if not found:
            return None
        try:
            result = json_text(found)
        except ValueError as error:
            raise self._steps.hold(step, _unfit(step, found, error)) from None
        self._steps.done(step, result)
        self._steps.log(step, "confirmed")
        return unpack(result)

    def _not_too_soon(self, step: Step, connection: ConnectionSpec) -> None:
        """What the provider has taken in may show only a moment later. Raises Stop until then."""
        since_us = open_since(step.known)
        if since_us is None:
            return
        due_us = since_us + connection.confirm_after // MICROSECOND
        if since_us <= self._steps.parts.clock.now_us() < due_us:  # else the clock was put back
            reason = f"{step.name}: its outcome is unknown; looks for it a moment later"
            raise self._steps.stop(RetryAt(due_us, reason))

    def _look_failed(self, step: Step, connection: ConnectionSpec, failed: CallFailed) -> Stop:
        """The outcome stays unknown: look again later, and in the end ask a person."""
        reason = f"{step.name}: its outcome is unknown and the look-up failed: {failed.detail}"
        now_us = self._steps.parts.clock.now_us()
        if failed.kind is FailureKind.UNAUTHORISED:
            on = waits_for_connection(connection.name)
            return self._steps.stop(Waiting(now_us + UNAUTHORISED_PAUSE_US, on, reason))
        is_throttled = failed.kind is FailureKind.THROTTLED
        tries = step.tries if is_throttled else step.tries + 1
        after = decide(
            connection.retry,
            attempt=1 if is_throttled else tries,
            now_us=now_us,
            jitter=self._steps.parts.ids.chance(),
        )
        due_us = None
        if not isinstance(after, NoRetry) and not isinstance(failed, CallRefused):
            due_us = after.when_us
        since_us = open_since(step.known)
        self._steps.write(step, StepState.INTENT, tries, None, since_us)
        self._steps.log(step, failed.kind, detail=reason, retry_us=due_us)
        if due_us is None:
            return self._steps.stop(Held(reason, (step.name, step.key)))
        return self._steps.stop(RetryAt(due_us, reason))


def _unfit(step: Step, found: object, error: ValueError) -> str:
    return (
        f"{step.name} happened, and what its look-up found cannot be remembered: {error}; it found "
        f"{plain_text(found)[:LONGEST_SHOWN]}; resolve this run with --done and --result '<JSON>'"
    )
