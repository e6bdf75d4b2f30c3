"""Listing: a question in pages comes in; as many of its rows as one page shows go out."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tieline.model.views.rows import RunRow
from tieline.model.views.views import MOST_ROWS, ListRuns, Page, Question, Window
from tieline.operations.paging import gather
from tieline.rules.runs.transitions import UNFINISHED
from tieline.surfaces.console.forms import LOOKS
from tieline.surfaces.console.page_parts import PageParts

R = TypeVar("R")


async def rows_of(
    desk: PageParts, question: Callable[[Window], Question[Page[R]]], window: Window
) -> Page[R]:
    """Rows up to the window's limit, in a bounded number of short reads."""
    return await gather(lambda part: desk.read(question(part)), window, looks=LOOKS)


async def slowest_of(
    desk: PageParts,
    question: Callable[[Window], Question[Page[R]]],
    window: Window,
    took_us: Callable[[R], int],
) -> Page[R]:
    """The slowest of the newest rows in the window, as many as one page shows; it has no next."""
    page = await rows_of(desk, question, replace(window, before=None, limit=MOST_ROWS))
    return Page(tuple(sorted(page.rows, key=took_us, reverse=True)[: window.limit]), None)


async def unfinished_of(desk: PageParts, question: ListRuns) -> Page[RunRow]:
    """Runs that have not ended and wait for nobody, newest first: pages of each state in one."""
    found = []
    for state in sorted(UNFINISHED):
        of_state = replace(question, state=state)
        found.append(await rows_of(desk, partial(_within, of_state), question.window))
    return merged(tuple(found), question.window.limit)


def _within(question: ListRuns, window: Window) -> ListRuns:
    return replace(question, window=window)


def merged(found: tuple[Page[RunRow], ...], limit: int) -> Page[RunRow]:
    """One page of several; ids are in the order of time, and a cursor is an id."""
    # Below the highest cursor another page may still have rows that are not here.
    least = max((page.cursor for page in found if page.cursor is not None), default=None)
    distinct = {row.id: row for page in found for row in page.rows if row.id >= (least or "")}
    rows = sorted(distinct.values(), key=lambda row: row.id, reverse=True)
    if len(rows) > limit:
        return Page(tuple(rows[:limit]), rows[limit - 1].id)
    return Page(tuple(rows), least)
