"""Respawn: waits double and are spread, a healthy life makes up for bad ones, mistakes end it."""

import pytest

from tieline.rules.fleet.respawn import (
    FIRST_S,
    HEALTHY_S,
    LONGEST_S,
    MISTAKE,
    MOST_MISTAKES,
    RespawnCount,
    after,
    is_hopeless,
    wait_s,
)


def lives(*codes: int, ready_s: float | None = None) -> RespawnCount:
    past = RespawnCount()
    for code in codes:
        past = after(past, code=code, ready_s=ready_s)
    return past


def test_waits_double_up_to_a_limit() -> None:
    longest = [wait_s(RespawnCount(failures=n), 1.0) for n in range(1, 12)]

    assert longest[:4] == [FIRST_S, FIRST_S * 2, FIRST_S * 4, FIRST_S * 8]
    assert longest[-1] == LONGEST_S
    assert wait_s(RespawnCount(failures=10_000), 1.0) == LONGEST_S


@pytest.mark.parametrize("failures", [1, 3, 50])
def test_waits_are_spread_over_their_upper_half(failures: int) -> None:
    past = RespawnCount(failures=failures)

    assert wait_s(past, 0.0) == wait_s(past, 1.0) / 2


def test_the_first_life_waits_for_nothing() -> None:
    assert wait_s(RespawnCount(), 0.5) == 0


def test_a_healthy_life_makes_up_for_those_before_it() -> None:
    past = after(lives(1, 1, 1, 1), code=-9, ready_s=HEALTHY_S)

    assert past == RespawnCount(failures=1)


def test_a_short_life_does_not() -> None:
    assert after(lives(1, 1), code=-9, ready_s=HEALTHY_S - 1).failures == 3


def test_a_mistake_ends_it_at_once_when_nobody_was_ever_ready() -> None:
    assert is_hopeless(lives(MISTAKE), anybody_was_ready=False)
    assert not is_hopeless(lives(1, 4, -9), anybody_was_ready=False)


def test_later_it_takes_the_same_mistake_several_times_in_a_row() -> None:
    some = [MISTAKE] * (MOST_MISTAKES - 1)

    assert not is_hopeless(lives(*some), anybody_was_ready=True)
    assert not is_hopeless(lives(*some, 4, MISTAKE), anybody_was_ready=True)
    assert is_hopeless(lives(*some, MISTAKE), anybody_was_ready=True)


def test_the_exit_code_of_a_process_that_was_ready_is_no_mistake() -> None:
    assert lives(MISTAKE, MISTAKE, MISTAKE, ready_s=1.0).mistakes == 0
