"""Slow calls: against a connection's own past, and only where enough is known of both."""

import pytest

from tieline.model.views.series import Point
from tieline.rules.watch.connection_health import word_of
from tieline.rules.watch.slow_calls import CallTimes, slow_now

MS = 1_000


def point(attempts: int, p50_ms: int, p95_ms: int | None = None) -> Point:
    return Point(0, {"done": attempts}, p50_ms * MS, (p95_ms or 2 * p50_ms) * MS)


USUAL = point(400, 20)


@pytest.mark.parametrize(
    ("now", "past", "slow"),
    [
        (point(5, 2_000), USUAL, True),
        (point(4, 2_000), USUAL, False),
        (point(5, 240), USUAL, False),
        (point(5, 260), USUAL, True),
        (point(5, 2_000), point(19, 20), False),
        (point(5, 2_000), point(400, 500), False),
        (point(5, 2_000), point(400, 20, 5_000), False),
        (point(50, 30), USUAL, False),
        (None, USUAL, False),
        (point(5, 2_000), None, False),
    ],
)
def test_slow_is_far_longer_than_usual_and_long(
    now: Point | None, past: Point | None, slow: bool
) -> None:
    assert (slow_now(now, past) is not None) is slow


def test_the_first_past_that_knows_enough_is_the_past() -> None:
    now = point(9, 2_000)

    assert slow_now(now, point(3, 1_900), USUAL) == CallTimes(2_000 * MS, 20 * MS)
    assert slow_now(now, point(400, 1_900), USUAL) is None


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({}, "healthy"),
        ({"is_slow": True}, "slow"),
        ({"is_slow": True, "failures": 10}, "slow"),
        ({"failures": 10}, "unsteady"),
        ({"is_slow": True, "failures": 50}, "failing"),
        ({"attempts": 0, "last_outcome": None}, "not called yet"),
        ({"attempts": 0}, "healthy"),
        ({"last_outcome": "unauthorised"}, "credential rejected"),
        ({"refusals": 1, "failures": 99}, "credential rejected"),
        ({"breaker": "probing", "refusals": 1}, "circuit open"),
        ({"is_paused": True, "breaker": "open"}, "paused"),
    ],
)
def test_the_gravest_is_the_word(changed: dict[str, object], word: str) -> None:
    well: dict[str, object] = {
        "is_paused": False,
        "breaker": "closed",
        "refusals": 0,
        "last_outcome": "done",
        "attempts": 100,
        "failures": 0,
        "is_slow": False,
    }
    assert word_of(**(well | changed)) == word  # type: ignore[arg-type]
