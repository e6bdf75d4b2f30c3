"""When a failed call is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import SettingsError
from tieline.model.calls.retrying import RetryPolicy
from tieline.rules.outbound.retry import NoRetry, RetryTime, backoff_us, decide

NOW_US = 1_795_000_000_000_000
SECOND_US = 1_000_000
policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 100),
    first=st.timedeltas(timedelta(milliseconds=1), timedelta(minutes=1)),
    cap=st.timedeltas(timedelta(minutes=1), timedelta(days=30)),
)
jitters = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("attempt", "longest_seconds"),
    [(1, 1), (2, 2), (3, 4), (5, 16), (10, 512), (11, 900), (12, 900), (10_000_000, 900)],
)
def test_the_longest_wait_doubles_up_to_the_cap(attempt: int, longest_seconds: int) -> None:
    almost_one = 1 - 1e-12

    wait = backoff_us(RetryPolicy(), attempt=attempt, jitter=almost_one)

    assert wait == pytest.approx(longest_seconds * SECOND_US, abs=2)
    assert backoff_us(RetryPolicy(), attempt=attempt, jitter=0.5) == longest_seconds * SECOND_US / 2


@given(policies, st.integers(1, 10**9), jitters)
def test_a_backoff_never_overflows_and_stays_between_zero_and_the_cap(
    policy: RetryPolicy, attempt: int, jitter: float
) -> None:
    assert (
        0
        <= backoff_us(policy, attempt=attempt, jitter=jitter)
        <= policy.cap / timedelta(microseconds=1)
    )


@given(policies, st.integers(1, 200), jitters, st.none() | st.timedeltas(timedelta()))
def test_the_attempts_of_the_policy_are_the_tries_in_all(
    policy: RetryPolicy, attempt: int, jitter: float, wish: timedelta | None
) -> None:
    decision = decide(policy, attempt=attempt, now_us=NOW_US, jitter=jitter, retry_after=wish)

    assert isinstance(decision, NoRetry) == (attempt >= policy.attempts)


def test_giving_up_says_after_how_many_tries() -> None:
    assert decide(RetryPolicy(), attempt=8, now_us=NOW_US, jitter=0) == NoRetry(
        "gave up after 8 attempts"
    )
    assert decide(RetryPolicy(attempts=1), attempt=1, now_us=NOW_US, jitter=0) == NoRetry(
        "gave up after 1 attempt"
    )


@given(jitters, st.timedeltas(timedelta(microseconds=1), timedelta(hours=24)), st.integers(1, 7))
def test_retry_after_is_obeyed_exactly(jitter: float, wish: timedelta, attempt: int) -> None:
    decision = decide(
        RetryPolicy(), attempt=attempt, now_us=NOW_US, jitter=jitter, retry_after=wish
    )

    assert decision == RetryTime(NOW_US + wish // timedelta(microseconds=1))


def test_retry_after_counts_up_to_a_day() -> None:
    wish = timedelta(days=3)

    assert decide(RetryPolicy(), attempt=1, now_us=NOW_US, jitter=0, retry_after=wish) == RetryTime(
        NOW_US + 24 * 3600 * SECOND_US
    )


def test_a_wish_for_no_wait_leaves_the_backoff_as_it_is() -> None:
    decision = decide(RetryPolicy(), attempt=3, now_us=NOW_US, jitter=0.5, retry_after=timedelta())

    assert decision == RetryTime(NOW_US + 2 * SECOND_US)


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"first": timedelta()},
        {"first": timedelta(seconds=-1)},
        {"cap": timedelta(milliseconds=10)},
        {"cap": timedelta(days=31)},
    ],
)
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, int | timedelta]) -> None:
    with pytest.raises(SettingsError):
        RetryPolicy(**wrong)  # type: ignore[arg-type]
