"""Counting over the last minute, held against a plain list."""

from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.outbound.window import (
    EMPTY,
    OLDER_SLOTS,
    SLOT_US,
    count,
    count_marked,
    roll,
    totals,
)

START_US = 1_795_000_000_000_000
steps = st.lists(st.tuples(st.integers(0, 30_000_000), st.booleans()), min_size=1, max_size=60)


@given(steps, st.integers(0, 100_000_000))
def test_it_counts_what_a_list_of_all_the_moments_would_count(
    walk: list[tuple[int, bool]], pause_us: int
) -> None:
    window, seen, now_us = EMPTY, [], START_US

    for step_us, marked in walk:
        now_us += step_us
        window = (count_marked if marked else count)(window, now_us)
        seen.append((now_us, marked))
    now_us += pause_us
    first_slot = now_us // SLOT_US - OLDER_SLOTS
    inside = [marked for at_us, marked in seen if at_us // SLOT_US >= first_slot]

    assert totals(roll(window, now_us)) == (len(inside), sum(inside))


@given(steps)
def test_it_covers_at_least_the_last_minute_and_at_most_seventy_seconds(
    walk: list[tuple[int, bool]],
) -> None:
    window, seen, now_us = EMPTY, [], START_US

    for step_us, _ in walk:
        now_us += step_us
        window = count(window, now_us)
        seen.append(now_us)
    counted, _ = totals(window)

    assert counted >= sum(at_us > now_us - 60_000_000 for at_us in seen)
    assert counted <= sum(at_us > now_us - 70_000_000 for at_us in seen)


def test_a_clock_that_goes_back_loses_no_count() -> None:
    window = count(EMPTY, START_US)

    window = count_marked(window, START_US - 3600 * 1_000_000)

    assert totals(window) == (2, 1)
