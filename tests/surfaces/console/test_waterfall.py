"""The waterfall: bars lie where the tries were, however short or long."""

from typing import Any

from tieline.features.records.pages.waterfall import NARROWEST, WIDTH, waterfall
from tieline.model.runs.run import AttemptRecord
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import EventRow, RunRow, StepRow

ID: Any = "run_1"
SECOND_US = 1_000_000


def a_step(
    name: str, state: str = "done", *, at_us: int = 0, until_us: int | None = None
) -> StepRow:
    return StepRow(ID, name, "#1", state, "read", None, 1, at_us, until_us, None, None)


def a_try(name: str, number: int, at_us: int, took_us: int, outcome: str = "done") -> AttemptRecord:
    return AttemptRecord(
        ID, name, "#1", number, "books", at_us, took_us, 200, outcome, None, None, None
    )


def detail(steps: tuple[StepRow, ...], tries: tuple[AttemptRecord, ...]) -> RunDetail:
    event: Any = "evt_1"
    run = RunRow(
        id=ID,
        flow="book",
        event_id=event,
        state="done",
        lane=None,
        priority=5,
        generation=0,
        replay_id=None,
        created_us=0,
        moved_us=0,
        deadline_us=None,
        reason=None,
        due_us=None,
        waits_kind=None,
        waits_key=None,
        doubt_step=None,
        doubt_key=None,
        behind=False,
        tries=0,
        worker=None,
    )
    row = EventRow(event, "billing", "paid", "evt", 0, "c", None, None, None)
    return RunDetail(run, row, steps, tries, (), None, None, None, (), ())


def test_tries_of_a_step_lie_side_by_side_on_one_axis() -> None:
    tries = (
        a_try("post", 1, 0, 2 * SECOND_US, "unavailable"),
        a_try("post", 2, 8 * SECOND_US, 2 * SECOND_US),
    )
    made = waterfall(detail((a_step("post", until_us=10 * SECOND_US),), tries), 0, {})

    (step,) = made.steps
    assert [(bar.x, bar.width, bar.tone) for bar in step.bars] == [
        (0.0, 200.0, "bad"),
        (800.0, 200.0, "good"),
    ]
    assert step.took_us == 10 * SECOND_US


def test_a_bar_is_seen_however_short_and_never_leaves_the_axis() -> None:
    tries = (a_try("a", 1, 0, 3_600 * SECOND_US), a_try("b", 1, 3_600 * SECOND_US, 0))
    made = waterfall(detail((), tries), 0, {})

    for step in made.steps:
        for bar in step.bars:
            assert bar.width >= NARROWEST
            assert bar.x >= 0
            assert bar.x + bar.width <= WIDTH


def test_an_effect_whose_end_is_not_known_is_in_doubt() -> None:
    made = waterfall(detail((a_step("post", "intent"),), ()), 0, {})

    assert made.steps[0].state == "in-doubt"


def test_a_run_that_has_done_nothing_has_no_steps() -> None:
    assert waterfall(detail((), ()), 0, {}).steps == ()
