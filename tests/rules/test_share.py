"""What each worker may use of a connection: fair, never more than there is, and nothing wasted."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.calls.rate import Rate
from tieline.model.fleet.limits import WHOLE
from tieline.rules.fleet import quota as share
from tieline.rules.outbound.bucket import as_called, take

NOW_US = 1_795_000_000_000_000
SECOND_US = 1_000_000
wants = st.lists(st.integers(0, 200), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("total", "wanted", "given_"),
    [
        (100, [100], [100]),
        (100, [1], [100]),
        (100, [100, 100, 100, 100], [25, 25, 25, 25]),
        (100, [100, 10, 10, 10], [70, 10, 10, 10]),
        (100, [60, 60, 10], [45, 45, 10]),
        (100, [20, 10, 10], [40, 30, 30]),
        (100, [0, 50], [0, 100]),
        (0, [5, 5], [0, 0]),
        (10, [0, 0], [0, 0]),
        (3, [9, 9, 9, 9], [1, 1, 1, 0]),
    ],
)
def test_the_whole_is_divided_so_that_the_least_given_has_most(
    total: int, wanted: list[int], given_: list[int]
) -> None:
    assert share.divide(total, wanted, turn=0) == given_


@given(st.integers(0, 500), wants, st.integers(0, 100))
def test_a_division_gives_all_there_is_and_never_more(
    total: int, wanted: list[int], turn: int
) -> None:
    parts = share.divide(total, wanted, turn)

    assert sum(parts) == (total if any(wanted) else 0)
    assert all(part == 0 for part, want in zip(parts, wanted, strict=True) if want == 0)


@given(st.integers(1, 500), wants)
def test_nobody_gets_less_than_it_wants_while_another_has_more_than_both(
    total: int, wanted: list[int]
) -> None:
    parts = share.divide(total, wanted, turn=0)

    for part, want in zip(parts, wanted, strict=True):
        if part < want:
            assert part >= max(parts) - 1


def test_where_not_all_can_have_a_part_everybody_has_its_turn() -> None:
    holders = {tuple(share.divide(1, [5, 5, 5], turn)) for turn in range(3)}

    assert holders == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


@pytest.mark.parametrize(
    ("own", "fair", "total", "others", "holds", "uses"),
    [
        (0, 50, 100, 100, 0, 0),  # all is taken: it waits
        (0, 50, 100, 70, 30, 30),  # what is free of its part
        (100, 50, 100, 0, 100, 50),  # it has to give up, and has not yet
        (50, 50, 100, 50, 50, 50),
        (20, 50, 40, 40, 20, 20),  # less is allowed than before
        (20, 5, 10, 5, 20, 5),
    ],
)
def test_nothing_is_promised_before_another_has_given_it_up(
    own: int, fair: int, total: int, others: int, holds: int, uses: int
) -> None:
    assert share.next_hold(own, fair, total, others) == (holds, uses)


@given(st.integers(1, 2_000_000), st.lists(st.integers(1, WHOLE), min_size=1, max_size=6))
def test_parts_of_a_rate_make_up_the_whole_of_it(interval_us: int, wanted: list[int]) -> None:
    parts = share.parts_of_rate(wanted, interval_us, NOW_US)

    assert WHOLE - len(wanted) <= sum(parts) <= WHOLE


def test_a_slow_rate_is_not_cut_into_parts_that_are_of_no_use() -> None:
    """One call a minute: somebody has all of it, and another one a minute later."""
    interval_us = 60 * SECOND_US
    seen = {
        tuple(share.parts_of_rate([WHOLE, WHOLE], interval_us, NOW_US + at * interval_us))
        for at in range(2)
    }

    assert seen == {(WHOLE, 0), (0, WHOLE)}


@given(
    st.integers(1, 500), st.integers(1, 50), st.integers(1, WHOLE), st.integers(0, 200 * SECOND_US)
)
def test_credit_that_changes_hands_is_not_made_more(
    count: int, burst: int, rate: int, credit_us: int
) -> None:
    whole = Rate(count, timedelta(seconds=1), burst=burst)
    pace = share.pace_of(rate, whole.interval_us, burst)
    arrival_us = share.arrival_of(credit_us, pace, rate, NOW_US)

    assert share.credit_of(arrival_us, pace, rate, NOW_US) <= credit_us
    most_us = share.cap_us(rate, whole.interval_us, burst)
    assert share.credit_of(arrival_us, pace, rate, NOW_US) <= most_us + 1


@pytest.mark.parametrize("rate", [WHOLE, WHOLE // 2, WHOLE // 7])
def test_a_part_of_a_rate_lets_through_its_part_of_the_calls(rate: int) -> None:
    pace = share.pace_of(rate, 10_000, 20)
    arrival_us, calls = share.arrival_of(0, pace, rate, NOW_US), 0
    for at_us in range(NOW_US, NOW_US + 10 * SECOND_US, 1000):
        wait_us, arrival_us = take(arrival_us, pace, at_us)
        calls += wait_us == 0

    assert calls == pytest.approx(1000 * rate / WHOLE, abs=1)


def test_a_whole_rate_in_one_hand_is_the_rate_as_declared() -> None:
    rate = Rate(50, timedelta(seconds=1), burst=5)

    pace = share.pace_of(WHOLE, rate.interval_us, rate.burst)

    assert pace == (rate.interval_us, rate.tolerance_us)


def test_the_pool_gathers_what_nobody_holds_up_to_the_burst() -> None:
    pool = share.OpenQuota(0, NOW_US)
    later_us = NOW_US + SECOND_US

    half = share.pool_at(pool, later_us, held=WHOLE // 2, most_us=SECOND_US)
    full = share.pool_at(pool, NOW_US + 60 * SECOND_US, held=0, most_us=SECOND_US)
    back = share.pool_at(half, NOW_US, held=0, most_us=SECOND_US)

    assert half == (SECOND_US // 2, later_us)
    assert full.credit_us == SECOND_US
    assert back.credit_us == half.credit_us  # a clock that goes back gives nothing


@given(st.integers(0, 40_000))
def test_a_call_that_goes_late_does_not_put_off_the_ones_after_it(late_us: int) -> None:
    rate = Rate(100, timedelta(seconds=1))
    called_us = NOW_US + rate.interval_us

    arrival_us = as_called(called_us, rate, called_us, called_us + late_us)

    lost_us = arrival_us - called_us - rate.interval_us
    assert lost_us == max(0, late_us - rate.interval_us)


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 30_000)), max_size=150))
def test_late_calls_never_make_more_than_the_rate_the_burst_and_one(
    steps: list[tuple[int, int]],
) -> None:
    """As the guard does it: told to wait, woken late, taken as of when it was told to go."""
    rate = Rate(100, timedelta(seconds=1), burst=2)
    arrival_us, now_us, went = 0, NOW_US, []
    for pause_us, late_us in steps:
        now_us += pause_us
        before_us = arrival_us
        wait_us, arrival_us = take(before_us, rate, now_us)
        if wait_us:
            called_us = now_us + wait_us
            now_us = called_us + late_us
            arrival_us = as_called(before_us, rate, called_us, now_us)
        went.append(now_us)

    for first in range(len(went)):
        for last in range(first, len(went)):
            span_us = went[last] - went[first]
            assert (last - first + 1 - rate.burst - 1) * rate.interval_us <= span_us
