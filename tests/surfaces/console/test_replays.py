"""Replays: what a plan is about is said in words, and progress tells what is left."""

from dataclasses import fields, replace
from typing import Any

import pytest

from tieline.features.replays.pages import _view
from tieline.model.base.ids import EventId, IssueId
from tieline.model.commands import ReplayFilter
from tieline.model.views.details import ReplayDetail
from tieline.model.views.rows import ReplayRow
from tieline.rules.runs.replayed import filter_words

ID: Any = "rpl_1"
EVENTS: Any = ("evt_1", "evt_2")


def a_replay(state: str, *states: tuple[str, int]) -> ReplayDetail:
    row = ReplayRow(
        id=ID,
        filter=ReplayFilter(flow="book"),
        per_second=10,
        as_new_action=False,
        state=state,
        cursor="",
        planned=60,
        admitted=sum(count for _, count in states),
        started_us=0,
        moved_us=0,
    )
    return ReplayDetail(row, states, True, ())


@pytest.mark.parametrize(
    ("detail", "over", "most", "is_over"),
    [
        (a_replay("running"), 0, 60, False),
        (a_replay("running", ("done", 5), ("ready", 2)), 5, 60, False),
        (a_replay("done", ("done", 3)), 3, 3, True),
        (a_replay("done", ("done", 2), ("running", 1)), 2, 3, False),
        (a_replay("cancelled", ("done", 1), ("cancelled", 4)), 5, 5, True),
    ],
)
def test_progress_counts_what_may_still_come(
    detail: ReplayDetail, over: int, most: int, is_over: bool
) -> None:
    view = _view(detail)

    assert (view["over"], view["most"], view["is_over"]) == (over, most, is_over)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (ReplayFilter(), "everything"),
        (ReplayFilter(event_ids=EVENTS), "2 named events"),
        (ReplayFilter(flow="book", states=("dead",)), "flow book, state dead"),
        (ReplayFilter(since_us=0), "since 1970-01-01 00:00:00 UTC"),
    ],
)
def test_what_a_replay_is_about_is_said_in_words(wanted: ReplayFilter, words: str) -> None:
    assert filter_words(wanted) == words


WHOLE = ReplayFilter(
    event_ids=(EventId("evt_1"),),
    source="billing",
    type="invoice.paid",
    flow="post_invoice",
    since_us=1,
    until_us=2_000_000_000_000,
    states=("dead",),
    issue=IssueId("iss_1"),
    kind="refused-422",
    connection="books",
    tenant="shop-a",
)


@pytest.mark.parametrize("name", [field.name for field in fields(ReplayFilter)])
def test_what_a_replay_is_about_names_every_part_of_its_filter(name: str) -> None:
    less: Any = {name: getattr(ReplayFilter(), name)}

    assert getattr(WHOLE, name) != less[name]
    assert filter_words(replace(WHOLE, **less)) != filter_words(WHOLE)
