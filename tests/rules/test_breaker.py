"""A connection's breaker: when it opens, probes and closes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.failure import FailureKind
from tieline.rules.outbound.breaker import (
    ASK_AGAIN_US,
    CLOSED,
    LONGEST_OPEN_US,
    OPEN_US,
    PROBE_FORGOTTEN_US,
    Closed,
    Open,
    Probing,
    State,
    counts_against,
    let_go,
    may_call,
    saw_failure,
    saw_life,
    saw_success,
    stood_still,
)

NOW_US = 1_795_000_000_000_000
SECOND_US = 1_000_000


def after(endings: str, state: State = CLOSED, now_us: int = NOW_US) -> State:
    """The state after a row of endings at one moment: ``s`` a success, ``f`` a failure."""
    for ending in endings:
        state = (saw_success if ending == "s" else saw_failure)(state, now_us)
    return state


@pytest.mark.parametrize(
    ("endings", "opens"),
    [
        ("ffff", False),
        ("fffff", True),
        ("ffffsffff", False),  # nine calls are too few for the share
        ("ffffsffffs", False),  # only a failure opens it
        ("ffffsffffsf", True),
        ("sfsfsfsfsf", True),
        ("ssfsfsfsfsf", False),
        ("ssfsfsfsfsff", True),
        ("sssssssssssfffff", True),
    ],
)
def test_it_opens_on_five_in_a_row_or_on_half_of_ten(endings: str, opens: bool) -> None:
    assert isinstance(after(endings), Open) == opens


def test_failures_of_more_than_seventy_seconds_ago_are_forgotten() -> None:
    old = after("sfsfsfsf")

    later = after("sf", old, NOW_US + 71 * SECOND_US)

    assert isinstance(later, Closed)
    assert isinstance(after("sf", old), Open)


def test_open_lets_nothing_through_until_its_time_and_says_when() -> None:
    state = after("fffff")

    assert may_call(state, NOW_US) == (False, state, NOW_US + OPEN_US)
    assert may_call(state, NOW_US + OPEN_US - 1) == (False, state, NOW_US + OPEN_US)
    assert may_call(state, NOW_US + OPEN_US)[0]


def test_one_probe_goes_at_a_time() -> None:
    when_us = NOW_US + OPEN_US

    allowed, probing, _ = may_call(after("fffff"), when_us)
    second, same, ask_us = may_call(probing, when_us + 1)

    assert allowed
    assert not second
    assert same == probing
    assert ask_us == when_us + 1 + ASK_AGAIN_US


def test_three_good_probes_close_it() -> None:
    state: State = after("fffff")
    when_us = NOW_US + OPEN_US

    for _ in range(3):
        assert not isinstance(state, Closed)
        allowed, state, _ = may_call(state, when_us)
        assert allowed
        state = saw_success(state, when_us)

    assert state == CLOSED


def test_each_bad_probe_doubles_the_wait_up_to_ten_minutes() -> None:
    state, when_us, waits = after("fffff"), NOW_US, []

    for _ in range(8):
        assert isinstance(state, Open)
        waits.append((state.until_us - when_us) // SECOND_US)
        when_us = state.until_us
        _, state, _ = may_call(state, when_us)
        state = saw_failure(state, when_us)

    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]


def test_a_bad_probe_after_good_ones_opens_it_again() -> None:
    assert saw_failure(Probing(0, 2, NOW_US), NOW_US) == Open(NOW_US + 2 * OPEN_US, 1)


def test_once_closed_the_next_opening_is_short_again() -> None:
    closed = saw_success(Probing(4, 2, NOW_US), NOW_US)

    assert after("fffff", closed) == Open(NOW_US + OPEN_US, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CLOSED, CLOSED),
        (Open(900 * SECOND_US, 4), Probing(4, 1, 0)),
        (Probing(2, 2, 7), Probing(2, 2, 7)),
    ],
)
def test_an_answer_to_a_person_is_the_first_good_probe(before: State, after: State) -> None:
    state = saw_life(before)

    assert state == after
    assert may_call(state, 5)[0] is not isinstance(before, Probing)


def test_a_probe_that_was_never_sent_gives_its_place_back() -> None:
    _, probing, _ = may_call(Open(NOW_US), NOW_US)

    assert may_call(let_go(probing), NOW_US)[0]
    assert let_go(CLOSED) == CLOSED


def test_a_probe_whose_end_is_never_told_is_forgotten() -> None:
    _, probing, _ = may_call(Open(NOW_US), NOW_US)

    assert not may_call(probing, NOW_US + PROBE_FORGOTTEN_US - 1)[0]
    assert may_call(probing, NOW_US + PROBE_FORGOTTEN_US)[0]


def test_late_news_of_older_calls_does_not_move_an_open_breaker() -> None:
    state = after("fffff")

    assert after("sssssfffff", state) == state


def test_a_clock_that_goes_back_cannot_hold_it_open_for_long() -> None:
    hour_us = 3600 * SECOND_US

    assert may_call(Open(NOW_US + OPEN_US), NOW_US - hour_us)[0]
    assert may_call(Probing(0, 0, NOW_US + OPEN_US), NOW_US - hour_us)[0]


def test_only_signs_of_ill_health_count_against_it() -> None:
    assert {kind for kind in FailureKind if counts_against(kind)} == {
        FailureKind.UNREACHABLE,
        FailureKind.SLOW,
        FailureKind.BROKEN,
        FailureKind.UNAVAILABLE,
    }


@given(st.lists(st.tuples(st.sampled_from("csfl"), st.integers(0, 40 * SECOND_US)), max_size=200))
def test_it_never_waits_longer_than_ten_minutes_and_always_lets_a_call_through_then(
    walk: list[tuple[str, int]],
) -> None:
    state: State = CLOSED
    now_us = NOW_US
    moves = {"s": saw_success, "f": saw_failure}

    for move, step_us in walk:
        now_us += step_us
        if move == "c":
            allowed, state, ask_us = may_call(state, now_us)
            assert allowed == (ask_us is None)
            assert ask_us is None or now_us < ask_us <= now_us + LONGEST_OPEN_US
        else:
            state = let_go(state) if move == "l" else moves[move](state, now_us)

    assert may_call(state, now_us + LONGEST_OPEN_US)[0]


@given(st.text("sf", max_size=100))
def test_while_closed_neither_limit_has_been_passed(endings: str) -> None:
    state: State = CLOSED

    for at, ending in enumerate(endings, start=1):
        state = after(ending, state)
        failed = endings[:at].count("f")
        if isinstance(state, Closed):
            assert "fffff" not in endings[:at]
            assert ending == "s" or at < 10 or failed * 2 < at
        else:
            return


@pytest.mark.parametrize(
    ("took_s", "patience_s", "is_so"),
    [(0.2, 15, False), (15.0, 15, False), (15.9, 15, False), (16.1, 15, True), (40.0, 15, True)],
)
def test_a_call_that_ends_long_after_its_deadline_says_that_we_stood_still(
    took_s: float, patience_s: float, is_so: bool
) -> None:
    assert stood_still(int(took_s * 1e6), int(patience_s * 1e6)) is is_so
