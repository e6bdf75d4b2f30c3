"""Store time: the correction fits every answer, and moves only as far as it must."""

from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.store.store_time import corrected

NOW_US = 1_800_000_000_000_000
micros = st.integers(0, 10_000_000)


def test_a_clock_that_is_a_minute_fast_is_put_back_by_a_minute() -> None:
    fast_us = 60_000_000

    ahead_us = corrected(
        0,
        asked_us=NOW_US + fast_us,
        answered_us=NOW_US + fast_us + 2_000,
        store_us=NOW_US + 1_000,
    )

    assert -fast_us - 1_000 <= ahead_us <= -fast_us + 1_000


def test_an_answer_that_took_long_changes_nothing_where_it_fits() -> None:
    ahead_us = corrected(
        250, asked_us=NOW_US, answered_us=NOW_US + 9_000_000, store_us=NOW_US + 4_000_000
    )

    assert ahead_us == 250


@given(
    known_us=st.integers(-(10**9), 10**9),
    wrong_us=st.integers(-(10**9), 10**9),
    to_us=micros,
    back_us=micros,
)
def test_afterwards_the_store_looked_at_its_clock_between_question_and_answer(
    known_us: int, wrong_us: int, to_us: int, back_us: int
) -> None:
    asked_us = NOW_US + wrong_us
    answered_us = asked_us + to_us + back_us
    store_us = NOW_US + to_us

    ahead_us = corrected(known_us, asked_us=asked_us, answered_us=answered_us, store_us=store_us)

    assert asked_us + ahead_us <= store_us <= answered_us + ahead_us
    again_us = corrected(ahead_us, asked_us=asked_us, answered_us=answered_us, store_us=store_us)
    assert again_us == ahead_us
