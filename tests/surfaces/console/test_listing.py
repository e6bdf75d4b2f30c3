"""Listing: pages of several states become one, in order, and nothing falls between two pages."""

from itertools import chain, count

from tieline.model.base.ids import EventId, RunId
from tieline.model.views.rows import RunRow
from tieline.model.views.views import Page
from tieline.surfaces.console.listing import merged


def run(number: int, state: str = "ready") -> RunRow:
    return RunRow(
        id=RunId(f"run_{number:03}"),
        flow="book",
        event_id=EventId("evt_1"),
        state=state,
        lane=None,
        priority=0,
        generation=0,
        replay_id=None,
        created_us=number,
        moved_us=number,
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


def page_of(numbers: list[int], before: str | None, limit: int) -> Page[RunRow]:
    """As a store gives it: the cursor is the last row, while there is more."""
    left = [n for n in sorted(numbers, reverse=True) if before is None or f"run_{n:03}" < before]
    rows = tuple(run(n) for n in left[:limit])
    return Page(rows, rows[-1].id if len(left) > limit else None)


def test_every_run_is_on_exactly_one_page_in_order() -> None:
    states = [[1, 2, 3, 20, 21, 22, 23], [4, 5, 6], [], [7, 30, 31]]
    seen: list[str] = []
    before: str | None = None
    for turn in count():
        assert turn < 20, "the pages have no end"
        page = merged(tuple(page_of(one, before, 3) for one in states), 3)
        seen += [row.id for row in page.rows]
        before = page.cursor
        if before is None:
            break

    assert seen == [f"run_{n:03}" for n in sorted(chain(*states), reverse=True)]


def test_a_run_that_moved_between_two_reads_is_shown_once() -> None:
    page = merged((Page((run(1, "ready"),), None), Page((run(1, "running"),), None)), 3)

    assert [(row.id, row.state) for row in page.rows] == [("run_001", "running")]
