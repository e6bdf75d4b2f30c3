"""Id time: a span of time is a range of ids."""

import uuid

import uuid_utils
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.formats.id_time import end_id, first_id

moments = st.integers(min_value=0, max_value=2**52)


@given(moments, moments)
def test_ids_of_a_time_lie_within_the_bounds_of_every_span_that_holds_it(
    at_us: int, other_us: int
) -> None:
    low, high = sorted((at_us, other_us))
    made = f"evt_{at_us // 1000:012x}" + "7" * 20

    if at_us == low:
        assert first_id("event", low) <= made < end_id("event", high + 1)
    assert first_id("event", None) <= made < end_id("event", None)


def test_the_ids_that_are_really_made_carry_their_time() -> None:
    made = uuid_utils.uuid7()
    at_us = made.timestamp * 1000

    assert first_id("run", at_us) <= f"run_{made.hex}" < end_id("run", at_us)
    assert uuid.UUID(made.hex).version == 7
