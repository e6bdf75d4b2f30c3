"""The rate and the concurrency a connection is held to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import SettingsError
from tieline.model.calls.rate import Rate
from tieline.rules.outbound.bucket import (
    Concurrency,
    may_start,
    saw_success,
    saw_throttling,
    slow_down,
    take,
)

NOW_US = 1_795_000_000_000_000
SECOND_US = 1_000_000
rates = st.builds(
    Rate,
    count=st.integers(1, 500),
    per=st.timedeltas(timedelta(seconds=1), timedelta(hours=1)),
    burst=st.integers(1, 50),
)


def test_a_burst_goes_at_once_and_the_rest_at_even_pace() -> None:
    rate, state = Rate(10, timedelta(seconds=1), burst=3), 0

    waits = []
    for _ in range(5):
        wait, state = take(state, rate, NOW_US)
        waits.append(wait)

    assert waits == [0, 0, 0, 100_000, 100_000]


def test_a_refusal_takes_nothing_and_names_the_exact_wait() -> None:
    rate = Rate(10, timedelta(seconds=1))
    _, state = take(0, rate, NOW_US)

    wait, same = take(state, rate, NOW_US + 1)

    assert same == state
    assert take(state, rate, NOW_US + 1 + wait - 1)[0] == 1
    assert take(state, rate, NOW_US + 1 + wait)[0] == 0


@given(rates, st.lists(st.integers(0, 5 * SECOND_US), max_size=150))
def test_no_stretch_of_time_lets_through_more_than_its_share_and_the_burst(
    rate: Rate, steps: list[int]
) -> None:
    state, now_us, taken = 0, NOW_US, []

    for step in steps:
        now_us += step
        wait, state = take(state, rate, now_us)
        if wait == 0:
            taken.append(now_us)

    per_us = rate.per // timedelta(microseconds=1)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            span_us = taken[last] - taken[first]
            assert (last - first + 1 - rate.burst) * per_us <= span_us * rate.count


@given(rates, st.integers(0, 100))
def test_whoever_waits_as_told_is_let_through(rate: Rate, calls: int) -> None:
    state, now_us = 0, NOW_US

    for _ in range(calls):
        wait, _ = take(state, rate, now_us)
        now_us += wait
        again, state = take(state, rate, now_us)
        assert again == 0


def test_slowing_down_lets_nothing_start_before_the_time_and_no_burst_after_it() -> None:
    rate = Rate(10, timedelta(seconds=1), burst=5)
    until_us = NOW_US + 30 * SECOND_US

    state = slow_down(0, rate, until_us)

    assert take(state, rate, NOW_US)[0] == 30 * SECOND_US
    _, state = take(state, rate, until_us)
    assert take(state, rate, until_us)[0] == 100_000


def test_slowing_down_never_speeds_up() -> None:
    rate = Rate(1, timedelta(minutes=1))
    _, state = take(0, rate, NOW_US)

    assert slow_down(state, rate, NOW_US - SECOND_US) == state


@pytest.mark.parametrize(
    ("count", "per", "burst"),
    [(0, timedelta(seconds=1), 1), (1, timedelta(), 1), (1, timedelta(seconds=1), 0)],
)
def test_a_rate_that_lets_nothing_through_is_refused(
    count: int, per: timedelta, burst: int
) -> None:
    with pytest.raises(SettingsError):
        Rate(count, per, burst)


def test_throttling_halves_the_allowance_down_to_one() -> None:
    state, allowances = Concurrency.of(10), []

    for second in range(5):
        at_us = NOW_US + second * SECOND_US
        state = saw_throttling(state, started_us=at_us, now_us=at_us + 1)
        allowances.append(state.allowance)

    assert allowances == [5, 2, 1, 1, 1]


def test_a_full_house_of_throttled_calls_halves_it_once() -> None:
    state = Concurrency.of(64)

    for call in range(64):
        state = saw_throttling(state, started_us=NOW_US + call, now_us=NOW_US + SECOND_US + call)

    assert state.allowance == 32


def test_one_more_is_allowed_after_as_many_successes_as_are_allowed() -> None:
    state = saw_throttling(Concurrency.of(8), started_us=NOW_US, now_us=NOW_US)

    grown = []
    for _ in range(4 + 5 + 6 + 7 + 8):
        state = saw_success(state)
        grown.append(state.allowance)

    assert grown == [4] * 3 + [5] * 5 + [6] * 6 + [7] * 7 + [8] * 9


@given(st.integers(1, 100), st.lists(st.booleans(), max_size=200))
def test_the_allowance_stays_between_one_and_the_maximum(most: int, endings: list[bool]) -> None:
    state = Concurrency.of(most)

    for at, good in enumerate(endings):
        now_us = NOW_US + at
        state = (
            saw_success(state) if good else saw_throttling(state, started_us=now_us, now_us=now_us)
        )
        assert 1 <= state.allowance <= most
        assert may_start(state, state.allowance - 1)
        assert not may_start(state, state.allowance)


def test_a_maximum_of_none_is_refused() -> None:
    with pytest.raises(SettingsError):
        Concurrency.of(0)
