"""Retries cannot multiply an outage."""

from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.outbound.retry_budget import FLOOR, UNSPENT, may_retry, saw_call, saw_retry
from tieline.rules.outbound.window import CountWindow

NOW_US = 1_795_000_000_000_000
SECOND_US = 1_000_000


def spent(
    *, calls: int, retries: int, at_us: int = NOW_US, before: CountWindow = UNSPENT
) -> CountWindow:
    for _ in range(calls):
        before = saw_call(before, at_us)
    for _ in range(retries):
        before = saw_retry(before, at_us)
    return before


def test_a_quiet_connection_has_the_floor() -> None:
    assert may_retry(spent(calls=0, retries=FLOOR - 1), NOW_US) == (True, None)
    assert not may_retry(spent(calls=0, retries=FLOOR), NOW_US)[0]


def test_a_busy_one_has_a_fifth_of_its_first_tries_on_top() -> None:
    assert may_retry(spent(calls=100, retries=FLOOR + 19), NOW_US)[0]
    assert not may_retry(spent(calls=100, retries=FLOOR + 20), NOW_US)[0]


def test_a_refusal_says_when_enough_retries_have_left_the_window() -> None:
    old = spent(calls=0, retries=5, at_us=NOW_US - 30 * SECOND_US)
    full = spent(calls=0, retries=5, before=old)

    allowed, later_us = may_retry(full, NOW_US)

    assert not allowed
    assert later_us is not None
    assert NOW_US < later_us <= NOW_US + 40 * SECOND_US
    assert not may_retry(full, later_us - 1)[0]
    assert may_retry(full, later_us)[0]


@given(st.lists(st.tuples(st.integers(0, 20 * SECOND_US), st.booleans()), max_size=150))
def test_over_any_minute_the_retries_stay_within_the_budget(walk: list[tuple[int, bool]]) -> None:
    window, now_us, calls, retries = UNSPENT, NOW_US, [], []

    for step_us, first in walk:
        now_us += step_us
        if first:
            window = saw_call(window, now_us)
            calls.append(now_us)
        elif may_retry(window, now_us)[0]:
            window = saw_retry(window, now_us)
            retries.append(now_us)

    for end_us in retries:
        recent = sum(end_us - 60 * SECOND_US < at_us <= end_us for at_us in retries)
        base = sum(end_us - 70 * SECOND_US <= at_us <= end_us for at_us in calls)
        assert recent <= FLOOR + base // 5


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 59 * SECOND_US))
def test_with_no_more_traffic_the_named_time_is_the_first_that_allows_one(
    calls: int, retries: int, gap_us: int
) -> None:
    window = spent(calls=calls, retries=retries)
    now_us = NOW_US + gap_us

    allowed, later_us = may_retry(window, now_us)

    assert allowed == (later_us is None)
    if later_us is not None:
        assert may_retry(window, later_us)[0]
        assert not may_retry(window, later_us - 1)[0]
