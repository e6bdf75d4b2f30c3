"""Ending: how a flow function ended comes in; the outcome of this execution goes out."""

import traceback
from typing import assert_never

from tieline.model.errors import CallFailed, CallRefused, Hold, Reject, Retry
from tieline.model.ids import Micros
from tieline.model.retrying import RetryPolicy
from tieline.model.run import Dead, Done, Held, Outcome, RetryAt, Waiting
from tieline.model.value import value
from tieline.rules.retry import GaveUp, decide

TRANSIENT = (OSError, TimeoutError)
"""Failures of the author's own code that a repeat may cure: network, files, time."""
LONGEST_EVIDENCE = 8_000
LONGEST_REASON = 1_000


@value
class Chance:
    """What a decision about another try needs to know."""

    policy: RetryPolicy
    tries: int
    """Tries used before this one."""
    now_us: Micros
    jitter: float


def outcome_of(ending: BaseException | None, stops: list[Outcome], chance: Chance) -> Outcome:
    """One outcome for one execution.

    A step that stopped the run wins over what the function made of it: it may have swallowed
    the signal. Of several stops (parallel steps) the gravest wins.
    """
    if stops:
        return max(stops, key=_gravity)
    match ending:
        case None:
            return Done()
        case Reject(reason=reason):
            return Dead("rejected", reason[:LONGEST_REASON])
        case Hold(reason=reason):
            return Held(reason[:LONGEST_REASON])
        case Retry(reason=reason):
            return _again(ending, reason, chance)
        case CallRefused(status=status):
            return Dead(f"refused-{status or ending.kind}", str(ending)[:LONGEST_REASON])
        case CallFailed():
            return Dead(ending.kind, str(ending)[:LONGEST_REASON])
        case OSError():
            return _again(ending, _words(ending), chance)
        case _:
            return Dead(type(ending).__name__, _words(ending), evidence(ending))


def _again(ending: BaseException, reason: str, chance: Chance) -> Outcome:
    after = ending.after if isinstance(ending, Retry) else None
    next_try = decide(
        chance.policy,
        attempt=chance.tries + 1,
        now_us=chance.now_us,
        jitter=chance.jitter,
        retry_after=after,
    )
    reason = reason[:LONGEST_REASON]
    if isinstance(next_try, GaveUp):
        return Dead("retries-used-up", f"{next_try.reason}: {reason}", evidence(ending))
    return RetryAt(next_try.when_us, reason, counts=True)


def _gravity(outcome: Outcome) -> tuple[int, int]:
    """Held before dead before a later time: what needs a person must not be slept away."""
    match outcome:
        case Held():
            return (4, 0)
        case Dead():
            return (3, 0)
        case RetryAt(due_us=due_us):
            return (2, due_us)
        case Waiting(due_us=due_us):
            return (1, due_us or 0)
        case Done():
            return (0, 0)
        case _:
            assert_never(outcome)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]


def evidence(error: BaseException) -> str:
    """The traceback's end, for whoever mends the flow."""
    return "".join(traceback.format_exception(error))[-LONGEST_EVIDENCE:]
