"""The state table: every pair of states, and what must be true of the whole."""

import pytest

from tieline.model.base.errors import TransitionRefused
from tieline.model.runs.run import Dead, Held, Outcome, RetryAt, Returned, RunState, Waiting
from tieline.rules.runs.transitions import (
    FINAL,
    LIVE,
    NEXT,
    ODD,
    PARKED,
    STUCK,
    TERMINAL,
    UNFINISHED,
    may_move,
    move,
    state_of,
)

ALL = list(RunState)

EDGES = {
    "ready": "running cancelled dead",
    "running": "done retrying waiting held dead cancelled ready",
    "retrying": "ready cancelled dead",
    "waiting": "ready cancelled dead",
    "held": "ready dead cancelled",
    "dead": "ready",
    "done": "",
    "cancelled": "",
}
"""The law, written a second time, so that no edge appears or goes by accident."""


@pytest.mark.parametrize("now", ALL)
@pytest.mark.parametrize("to", ALL)
def test_a_run_moves_only_along_the_table(now: RunState, to: RunState) -> None:
    if to in EDGES[now].split():
        assert may_move(now, to)
        assert move(now, to) is to
    else:
        assert not may_move(now, to)
        with pytest.raises(TransitionRefused, match=f"{now} cannot become {to}") as caught:
            move(now, to)
        assert (caught.value.now, caught.value.to) == (now, to)


def test_the_table_knows_every_state() -> None:
    assert set(NEXT) == set(ALL) == LIVE | TERMINAL
    assert not LIVE & TERMINAL


@pytest.mark.parametrize("state", ALL)
def test_no_state_leads_to_itself(state: RunState) -> None:
    assert state not in NEXT[state]


@pytest.mark.parametrize("state", sorted(LIVE))
def test_every_live_state_has_a_way_to_an_end_and_to_the_front(state: RunState) -> None:
    assert RunState.CANCELLED in NEXT[state]
    assert _reaches(state, RunState.DONE)


@pytest.mark.parametrize("state", [RunState.DONE, RunState.CANCELLED])
def test_what_is_done_or_cancelled_stays_so(state: RunState) -> None:
    assert NEXT[state] == frozenset()


def test_only_a_worker_that_owns_a_run_finishes_it() -> None:
    for state in (RunState.DONE, RunState.RETRYING, RunState.WAITING, RunState.HELD):
        assert {now for now in ALL if may_move(now, state)} == {RunState.RUNNING}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Returned(), "done"),
        (RetryAt(7, "429"), "retrying"),
        (Waiting(7, None, "it sleeps"), "waiting"),
        (Held("who knows"), "held"),
        (Dead("refused-404", "not found"), "dead"),
    ],
    ids=["returned", "again", "waiting", "held", "dead"],
)
def test_an_outcome_leads_to_one_state(outcome: Outcome, state: str) -> None:
    assert state_of(outcome) == state


@pytest.mark.parametrize(
    ("some", "states"),
    [
        (UNFINISHED, "ready running retrying waiting"),
        (PARKED, "retrying waiting held"),
        (FINAL, "done cancelled"),
        (STUCK, "held dead"),
        (ODD, "held dead cancelled"),
    ],
)
def test_a_set_of_states_is_what_its_name_says(some: frozenset[RunState], states: str) -> None:
    assert some == set(states.split())


def _reaches(start: RunState, goal: RunState) -> bool:
    seen, edge = {start}, {start}
    while edge:
        edge = {to for state in edge for to in NEXT[state]} - seen
        seen |= edge
    return goal in seen
