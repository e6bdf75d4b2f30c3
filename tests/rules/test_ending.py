"""Ending: of several waits of one execution, the run is put down for one, and finds the others."""

from itertools import permutations

import pytest

from tieline.model.base.ids import RunId
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.runs.run import Held, RetryAt, Waiting
from tieline.model.runs.waits import RunWait, waits_for_connection, waits_for_run
from tieline.rules.runs.ending import RetryState, outcome_of

CHANCE = RetryState(policy=RetryPolicy(), tries=0, now_us=1, jitter=0.5)
ASLEEP = Waiting(50, None, "asleep")
CRM = Waiting(None, waits_for_connection("crm"), "it is paused")
OTHER = Waiting(70, waits_for_run("run_1"), "it has not ended", RunWait(RunId("run_1")))


@pytest.mark.parametrize("stops", list(permutations((ASLEEP, CRM, OTHER))))
def test_a_connection_comes_first_and_the_earliest_time(stops: tuple[Waiting, ...]) -> None:
    ended = outcome_of(None, list(stops), CHANCE)

    assert ended == Waiting(50, CRM.on, CRM.reason)


@pytest.mark.parametrize("stops", list(permutations((ASLEEP, OTHER))))
def test_what_is_named_goes_with_how_it_is_looked_for(stops: tuple[Waiting, ...]) -> None:
    ended = outcome_of(None, list(stops), CHANCE)

    assert ended == Waiting(50, OTHER.on, OTHER.reason, OTHER.unless)


def test_what_needs_a_person_is_not_slept_away() -> None:
    held, retry = Held("who knows"), RetryAt(90, "again")

    assert outcome_of(None, [CRM, held, retry, OTHER], CHANCE) == held
    assert outcome_of(None, [CRM, retry, OTHER], CHANCE) == retry
