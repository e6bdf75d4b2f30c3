"""Listing: a question in pages comes in; as many of its rows as one page shows go out."""

from collections.abc import Callable
from typing import TypeVar

from tieline.model.views import Page, Question, Window
from tieline.surfaces.console.desk import Desk
from tieline.surfaces.console.forms import LOOKS

R = TypeVar("R")


async def rows_of(
    desk: Desk, question: Callable[[Window], Question[Page[R]]], window: Window
) -> Page[R]:
    """Rows up to the window's limit, in a bounded number of short reads.

    A filter may leave little of what a read looks at; then the page has few rows and a cursor.
    """
    found: list[R] = []
    before = window.before
    for _ in range(LOOKS):
        left = window.limit - len(found)
        part = Window(window.since_us, window.until_us, before, left)
        page = await desk.read(question(part))
        found += page.rows
        before = page.cursor
        if before is None or len(found) >= window.limit:
            break
    return Page(tuple(found), before)
