"""Now: the first sentence that somebody on call reads is true, and the worst comes first."""

from typing import Any

import pytest

from tieline.model.alert import AlertRow
from tieline.model.view_issues import IssueRow, IssueState
from tieline.model.view_rows import FlowCount, PauseRow, WorkCount
from tieline.model.view_series import Point
from tieline.surfaces.console.pages.now import charted, verdict
from tieline.surfaces.console.standing import Standing

NOW_US = 1_000_000_000
PAUSE = PauseRow("flow", "book", "ada", "maintenance", 0)
ALERT = AlertRow("k", "dead-letters", "flow:book", "ops", "3 wait", "firing", 0, 0, None, None, 0)


def standing(*, dead: int = 0, held: int = 0, pauses: tuple[PauseRow, ...] = ()) -> Standing:
    counted = WorkCount((FlowCount("book", dead=dead, held=held),), None, exact=True)
    return Standing(counted, pauses, 0, 0, NOW_US)


def an_issue() -> IssueRow:
    id_: Any = "iss_1"
    return IssueRow(
        id=id_,
        flow="book",
        source=None,
        connection="books",
        kind="unavailable",
        status=503,
        words="busy",
        count=3,
        subjects=3,
        first_us=0,
        last_us=0,
        state=IssueState.OPEN,
        until_us=None,
        actor=None,
        reason=None,
        changed_us=None,
        regressions=0,
    )


@pytest.mark.parametrize(
    ("given", "issues", "alerts", "tone", "words"),
    [
        (standing(), (), [], "good", "All is well"),
        (standing(pauses=(PAUSE,)), (), [], "wait", "1 thing paused"),
        (standing(held=1), (), [], "person", "1 run held waits for a person"),
        (standing(dead=2, held=1), (), [], "person", "2 dead letters and 1 run held wait"),
        (standing(), (an_issue(),), [], "bad", "1 open issue"),
        (standing(dead=2), (an_issue(),), [ALERT], "bad", "1 alert firing and 1 open issue"),
    ],
)
def test_the_worst_is_said_first(
    given: Standing, issues: tuple[IssueRow, ...], alerts: list[AlertRow], tone: str, words: str
) -> None:
    said = verdict(given, issues, alerts, NOW_US, NOW_US)

    assert (said.tone, said.words[: len(words)]) == (tone, words)


@pytest.mark.parametrize("beat_us", [None, NOW_US - 60_000_000])
def test_that_nobody_works_is_worse_than_anything(beat_us: int | None) -> None:
    said = verdict(standing(dead=5), (an_issue(),), [ALERT], beat_us, NOW_US)

    assert (said.tone, said.words) == ("bad", "No worker is running")


def test_charts_leave_out_what_was_not_measured() -> None:
    empty = Point(0, {}, None, None)
    full = Point(60_000_000, {"done": 3, "dead": 1, "most-age-us": 2_000_000}, 1_000, 2_000)

    drawn = charted((empty, full), full)

    assert drawn["t"] == [0, 60]
    assert drawn["done"] == [0, 3]
    assert drawn["success"] == [None, 75.0]
    assert drawn["p95"] == [None, 0.002]
    assert drawn["age"] == [0, 2.0]
