"""Presence: each process is judged by what it said of itself."""

from dataclasses import replace

import pytest
from tests.makers import START_US

from tieline.model.base.ids import WorkerId
from tieline.model.views.rows import WorkerRow
from tieline.rules.fleet.presence import clock_told, is_at_work, told

SECOND_US = 1_000_000
ALICE = WorkerRow(WorkerId("wrk_1"), START_US, START_US, "host-a pid 1", "1.0", "worker", "a", 1, 0)


@pytest.mark.parametrize(
    ("silent_s", "after_s", "words"),
    [
        (30, 30, "running"),
        (30, 31, "silent for 31s"),
        (4, 5, "silent for 5s"),
        (120, 61, "running"),
        (30, -5, "running"),
    ],
)
def test_a_worker_is_silent_after_as_long_as_it_allows(
    silent_s: int, after_s: int, words: str
) -> None:
    worker = replace(ALICE, silent_us=silent_s * SECOND_US)
    now_us = START_US + after_s * SECOND_US

    assert told(worker, now_us) == words
    assert is_at_work(worker, now_us) == (words == "running")


def test_one_that_stopped_is_not_waited_for() -> None:
    stopped = replace(ALICE, stopped_us=START_US)

    assert told(stopped, START_US) == "stopped"
    assert not is_at_work(stopped, START_US)


@pytest.mark.parametrize(
    ("ahead_us", "words"), [(None, None), (0, "+0.0 s"), (-60_040_000, "-60.0 s")]
)
def test_a_clock_is_told_with_its_sign(ahead_us: int | None, words: str | None) -> None:
    assert clock_told(replace(ALICE, ahead_us=ahead_us)) == words
