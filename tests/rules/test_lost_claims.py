"""Lost claims: of all that is at work in processes that end, only what ends them is held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.runs.run import RunState
from tieline.rules.runs.lost_claims import (
    MOST,
    PLACES,
    places_of,
    rescued,
    taken,
)


@pytest.mark.parametrize(
    ("lost", "goes_on", "state", "count"),
    [
        (0, False, RunState.READY, 1),
        (2, False, RunState.READY, 3),
        (3, False, RunState.HELD, 4),
        (9, False, RunState.HELD, 10),
        (3, True, RunState.READY, 1),
        (0, True, RunState.READY, 1),
    ],
)
def test_it_is_held_when_it_took_too_many_processes_with_it(
    lost: int, goes_on: bool, state: RunState, count: int
) -> None:
    found = rescued(lost, goes_on=goes_on)

    assert (found.state, found.lost) == (state, count)


def test_whoever_has_lost_one_claim_is_as_any_other_and_a_last_chance_is_alone() -> None:
    assert [places_of(lost) for lost in range(MOST + 1)] == [0, 0, 1, PLACES, PLACES]


def test_whoever_was_first_comes_first_and_others_go_on() -> None:
    picked = [("a", 0), ("b", 2), ("last", 3), ("c", 2), ("d", 1)]

    assert list(taken(picked, PLACES)) == ["a", "b", "d"]
    assert list(taken(picked[2:], PLACES)) == ["last", "d"]
    assert list(taken(picked, 0)) == ["a", "d"]


@given(st.integers(1, 200), st.sets(st.integers(0, 199), min_size=1, max_size=4))
def test_only_what_ends_its_process_is_held(count: int, culprits: set[int]) -> None:
    """The worst process: whatever else is at work in it gets no further before it ends."""
    lost = dict.fromkeys(range(count), 0)
    culprits &= lost.keys()
    held: set[int] = set()
    executions = dict.fromkeys(lost, 0)
    while lost:
        claimed = list(taken(list(lost.items()), PLACES))
        assert claimed
        is_ended = not culprits.isdisjoint(claimed)
        for run in claimed:
            executions[run] += 1
            if not is_ended:
                del lost[run]
            elif (after := rescued(lost[run], goes_on=False)).state is RunState.HELD:
                held.add(run)
                del lost[run]
            else:
                lost[run] = after.lost

    assert held == culprits
    assert max(executions.values()) <= MOST
