"""Retry: a failed try and what the provider asked for come in; when to try again goes out."""

from dataclasses import dataclass
from datetime import timedelta

from tieline.model.base.ids import Micros
from tieline.model.calls.retrying import RetryPolicy
from tieline.rules.outbound.retry_after import LONGEST_WAIT

_MICROSECOND = timedelta(microseconds=1)
_THROTTLED_AS_AFTER = 6  # half a minute at most with the default policy
_MOST_DOUBLINGS = 64  # beyond this every backoff is at its cap; keeps the shift small


@dataclass(frozen=True, slots=True)
class RetryTime:
    """Try again at this time, not before."""

    when_us: Micros


@dataclass(frozen=True, slots=True)
class NoRetry:
    """The policy allows no further try."""

    reason: str


def decide(
    policy: RetryPolicy,
    *,
    attempt: int,
    now_us: Micros,
    jitter: float,
    retry_after: timedelta | None = None,
) -> RetryTime | NoRetry:
    """What follows after try number *attempt* (the first is 1) has failed at *now_us*.

    *jitter* is random in [0, 1). A *retry_after* above zero is obeyed exactly, up to 24 hours;
    zero asks for nothing, so the backoff holds (a provider that says 0 must not be hammered).
    """
    if attempt >= policy.attempts:
        return NoRetry(f"gave up after {attempt} {'attempt' if attempt == 1 else 'attempts'}")
    return RetryTime(now_us + _wait_us(policy, attempt, jitter, retry_after))


def told_to_wait(
    policy: RetryPolicy, *, now_us: Micros, jitter: float, retry_after: timedelta | None = None
) -> RetryTime:
    """When to try again what was turned away because there were too many calls.

    That is no failure, and goes on as often as it takes: after what *retry_after* says, or else as
    after the sixth failure.
    """
    return RetryTime(now_us + _wait_us(policy, _THROTTLED_AS_AFTER, jitter, retry_after))


def _wait_us(
    policy: RetryPolicy, attempt: int, jitter: float, retry_after: timedelta | None
) -> int:
    """What the provider asked for, if it asked for anything; else the backoff."""
    if retry_after is not None and retry_after > timedelta():
        return min(retry_after, LONGEST_WAIT) // _MICROSECOND
    return backoff_us(policy, attempt=attempt, jitter=jitter)


def backoff_us(policy: RetryPolicy, *, attempt: int, jitter: float) -> int:
    """A wait between zero and the doubled first wait, or the cap if that is less."""
    doublings = min(max(attempt - 1, 0), _MOST_DOUBLINGS)
    longest = min((policy.first // _MICROSECOND) << doublings, policy.cap // _MICROSECOND)
    return int(longest * jitter)
