"""Refused settle: what the store does not take becomes less, and what was done goes last."""

import pytest

from tieline.model.base.ids import Micros, RunId
from tieline.model.calls.call import Effect
from tieline.model.commands import Progress
from tieline.model.runs.run import (
    AttemptRecord,
    Dead,
    Held,
    Outcome,
    RetryAt,
    Returned,
    StepRecord,
    StepState,
)
from tieline.rules.runs.refused_settle import ExecutionEnd, instead

RUN = RunId("run_1")
ERROR = ValueError("no column takes that")


def a_step(name: str, state: StepState = StepState.DONE) -> StepRecord:
    return StepRecord(RUN, name, "#1", state, Effect.ONCE, "f", None, 1, None, Micros(1), Micros(2))


TOLD = AttemptRecord(
    RUN, "charge", "#1", 1, "shop", Micros(1), 1, 200, "done", None, "half \udc80 and \0", None
)
DONE = Progress((a_step("charge"), a_step("tried", StepState.FAILED)), (TOLD,))


@pytest.mark.parametrize("outcome", [Returned(), Held("half \udc80"), RetryAt(Micros(7), "nul \0")])
def test_first_the_same_in_words_that_any_store_takes(outcome: Outcome) -> None:
    told = instead(ExecutionEnd(outcome, DONE), 1, ERROR)

    assert type(told.outcome) is type(outcome)
    assert getattr(told.outcome, "reason", "").isprintable()
    assert told.progress.steps == DONE.steps
    assert told.progress.attempts == (TOLD._replace(detail=r"half \udc80 and \x00"),)


def test_then_what_was_done_without_how_it_was_told() -> None:
    told = instead(ExecutionEnd(Returned(), DONE), 2, ERROR)

    assert isinstance(told.outcome, Dead)
    assert (told.outcome.kind, told.outcome.reason) == (
        "engine-failure",
        "ValueError: no column takes that",
    )
    assert told.progress == Progress(DONE.steps)


@pytest.mark.parametrize("refusals", [3, 4, 99])
def test_at_last_a_person_is_told_what_was_done(refusals: int) -> None:
    told = instead(ExecutionEnd(Returned(), DONE), refusals, ERROR)

    assert isinstance(told.outcome, Held)
    assert "cannot be written down (ValueError: no column takes that): charge (#1); look" in (
        told.outcome.reason
    )
    assert not told.progress
