"""Now: the first sentence that somebody on call reads is true, and the worst comes first."""

import pytest

from tieline.features.issues.model import IssueCounts
from tieline.features.overview.pages import charted, verdict
from tieline.model.people.alert import AlertRow
from tieline.model.views.rows import FlowCount, PauseRow, WorkCount
from tieline.model.views.series import Point
from tieline.surfaces.console.menu_counts import MenuCounts

NOW_US = 1_000_000_000
PAUSE = PauseRow("flow", "book", "ada", "maintenance", 0)
ALERT = AlertRow("k", "dead-letters", "flow:book", "ops", "3 wait", "firing", 0, 0, None, None, 0)


def standing(
    *, dead: int = 0, held: int = 0, aside: int = 0, pauses: tuple[PauseRow, ...] = ()
) -> MenuCounts:
    counted = WorkCount((FlowCount("book", dead=dead, held=held),), None, exact=True)
    return MenuCounts(counted, pauses, aside, 0, NOW_US)


def issues(need_person: int = 0, healing: int = 0, *, exact: bool = True) -> IssueCounts:
    return IssueCounts(need_person, healing, 3, exact)


@pytest.mark.parametrize(
    ("given", "issues", "alerts", "tone", "words"),
    [
        (standing(), issues(), [], "good", "Everything is healthy"),
        (standing(pauses=(PAUSE,)), issues(), [], "wait", "1 thing paused"),
        (standing(held=1), issues(), [], "person", "1 run held waits for a person"),
        (standing(dead=2, held=1), issues(), [], "person", "2 dead letters and 1 run held wait"),
        (standing(aside=2), issues(), [], "person", "2 deliveries in quarantine wait"),
        (standing(dead=1), issues(healing=9), [], "person", "1 dead letter waits for a person"),
        (standing(), issues(1), [], "bad", "1 open issue needs a person"),
        (standing(), issues(24, exact=False), [], "bad", "at least 24 open issues need a person"),
        (standing(), issues(healing=1), [], "wait", "1 open issue recovers by itself"),
        (standing(), issues(healing=21), [], "wait", "21 open issues recover by themselves"),
        (
            standing(dead=2),
            issues(1),
            [ALERT],
            "bad",
            "1 alert firing and 1 open issue needs a person",
        ),
        (standing(), issues(), [ALERT], "bad", "1 alert firing"),
    ],
)
def test_the_worst_is_said_first(
    given: MenuCounts, issues: IssueCounts, alerts: list[AlertRow], tone: str, words: str
) -> None:
    said = verdict(given, issues, alerts, 0, ())

    assert (said.tone, said.words[: len(words)]) == (tone, words)


def test_what_runs_wait_for_is_said_of_the_largest_crowds() -> None:
    waits = tuple(
        f"{n} runs wait for connection c{n}, which is paused by ada: x" for n in (9, 5, 2)
    )

    alone = verdict(standing(), issues(), [], 0, waits)
    beside = verdict(standing(dead=1), issues(), [], 0, waits[:1])

    assert alone.tone == "wait"
    assert alone.words == f"{waits[0]}. {waits[1]}; and others wait for 1 more connection"
    assert (beside.tone, beside.more) == ("person", f"{waits[0]}.")


@pytest.mark.parametrize("quiet_us", [None, 60_000_000])
def test_that_nobody_works_is_worse_than_anything(quiet_us: int | None) -> None:
    said = verdict(standing(dead=5), issues(1), [ALERT], quiet_us, ())

    assert (said.tone, said.words) == ("bad", "No worker is running")


def test_charts_leave_out_what_was_not_measured() -> None:
    empty = Point(0, {}, None, None)
    full = Point(60_000_000, {"done": 3, "dead": 1, "most-age-us": 2_000_000}, 1_000, 2_000)

    drawn = charted((empty, full), full)

    assert drawn["t"] == [0, 60]
    assert drawn["whole"] == 0, "the minute that runs is not whole"
    assert drawn["done"] == [0, 3]
    assert drawn["success"] == [None, 75.0]
    assert drawn["p95"] == [None, 0.002]
    assert drawn["age"] == [0, 2.0]
