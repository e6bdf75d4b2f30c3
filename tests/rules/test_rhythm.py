"""How often a source delivers is learned from what several processes tell, in any order."""

from datetime import timedelta

import pytest

from tieline.model.commands import DeliveryTime
from tieline.model.views.series import SourceRow
from tieline.rules.inbound.cadence import Cadence, heard_again, longest_pause_us

MINUTE = 60_000_000
DAY = 1440 * MINUTE


def test_one_delivery_is_no_rhythm() -> None:
    assert heard_again(None, DeliveryTime("s", 5, 5, 1)) == Cadence(5, None, None, 1)


def test_several_at_first_have_a_mean_pause() -> None:
    assert heard_again(None, DeliveryTime("s", 0, 4 * MINUTE, 5)).gap_us == MINUTE


def test_the_usual_pause_follows_slowly_and_the_longest_at_once() -> None:
    known = Cadence(0, MINUTE, MINUTE, 100)

    later = heard_again(known, DeliveryTime("s", 10 * MINUTE, 10 * MINUTE, 1))

    assert later.longest_us == 10 * MINUTE
    assert MINUTE < (later.gap_us or 0) < 2 * MINUTE
    assert later.heard == 101


def test_a_steady_source_settles_at_its_pause() -> None:
    rhythm = heard_again(None, DeliveryTime("s", 0, 0, 1))
    for number in range(1, 200):
        at_us = number * MINUTE
        rhythm = heard_again(rhythm, DeliveryTime("s", at_us, at_us, 1))

    assert rhythm.gap_us == MINUTE
    assert rhythm.longest_us == MINUTE


def test_a_long_pause_is_forgotten_in_weeks() -> None:
    rhythm = Cadence(0, MINUTE, 3 * DAY, 100)
    for number in range(1, 29):
        rhythm = heard_again(rhythm, DeliveryTime("s", (number - 1) * DAY + 1, number * DAY, 1000))

    assert (rhythm.longest_us or 0) < DAY


def test_what_is_told_late_changes_only_the_count() -> None:
    known = Cadence(9 * MINUTE, MINUTE, 2 * MINUTE, 4)

    later = heard_again(known, DeliveryTime("s", MINUTE, 2 * MINUTE, 2))

    assert later == Cadence(9 * MINUTE, MINUTE, 2 * MINUTE, 6)


@pytest.mark.parametrize(
    ("heard", "over", "declared", "pause"),
    [
        (20, 60, None, 20),
        (2000, 600, None, 20),
        (19, 600, None, None),
        (2000, 59, None, None),
        (0, 0, 5, 5),
        (2000, 600, 5, 5),
    ],
)
def test_a_pause_may_be_as_long_as_declared_or_as_was_learned_for_long_enough(
    heard: int, over: int, declared: int | None, pause: int | None
) -> None:
    row = SourceRow("s", DAY, MINUTE, 10 * MINUTE, {}, heard, DAY - over * MINUTE)
    wanted = None if declared is None else timedelta(minutes=declared)

    assert longest_pause_us(row, wanted) == (None if pause is None else pause * MINUTE)


def test_a_busy_source_may_rest_for_a_quarter_of_an_hour() -> None:
    row = SourceRow("s", DAY, 1, 2, {}, 10_000, 0)

    assert longest_pause_us(row, None) == 15 * MINUTE
    assert longest_pause_us(None, None) is None
