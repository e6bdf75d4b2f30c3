"""Paging: a question in pages comes in; as many of its rows as were asked for go out."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tieline.model.views.views import Page, Window

R = TypeVar("R")


async def gather(
    read: Callable[[Window], Awaitable[Page[R]]], window: Window, *, looks: int
) -> Page[R]:
    """Rows up to the window's limit, in at most *looks* short reads.

    A filter may leave little of what a read looks at; then the page has few rows and a cursor.
    """
    found: list[R] = []
    before = window.before
    for _ in range(looks):
        left = window.limit - len(found)
        page = await read(Window(window.since_us, window.until_us, before, left))
        found += page.rows
        before = page.cursor
        if before is None or len(found) >= window.limit:
            break
    return Page(tuple(found), before)
