"""Lists: the part of a list that is asked for comes in; a page, and the way on, goes out."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import Field

from tieline.model.views import MOST_ROWS, Page, Window
from tieline.rules.plain_time import moment
from tieline.surfaces.api.endpoint import Ask, Strict
from tieline.surfaces.web.problem import Problem

R = TypeVar("R")

WHEN = r"^(\d{1,9}[smhdw]|\d{4}-\d\d-\d\d.*)$"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Listed(Generic[R]):
    """A page, newest first. It may hold few or no items and still have a next one."""

    items: tuple[R, ...]
    next: str | None
    """Give it as ``cursor`` to go on; null: there is nothing behind."""


class Listing(Strict):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=MOST_ROWS, description="Rows at most.")
    cursor: str | None = Field(
        None, max_length=LONGEST, description="Go on where the page before ended: its `next`."
    )


class TimedListing(Listing):
    """The same, of a span of time."""

    since: str | None = Field(
        None, pattern=WHEN, max_length=40, description="From then on: 30m, 2h, 7d, or ISO 8601."
    )
    until: str | None = Field(None, pattern=WHEN, max_length=40, description="Before then.")


def window(ask: Ask, *prefixes: str) -> Window:
    """The window of a query. Raises Problem for a cursor of another list."""
    query: Listing = ask.query
    cursor = query.cursor
    if cursor is not None and not any(_fits(cursor, prefix) for prefix in prefixes):
        raise Problem("invalid", "cursor: use the `next` of a page of this very list")
    since_us = until_us = None
    if isinstance(query, TimedListing):
        now_us = ask.now_us()
        since_us = None if query.since is None else moment(query.since, now_us, name="since")
        until_us = None if query.until is None else moment(query.until, now_us, name="until")
    return Window(since_us, until_us, cursor, query.limit)


def _fits(cursor: str, prefix: str) -> bool:
    """Numbers where the prefix is ``#``, any printable text where it is ``*``, else ids."""
    if prefix == "#":
        return cursor.isascii() and cursor.isdigit() and len(cursor) < 19
    is_plain = cursor.isascii() and cursor.isprintable()
    return is_plain and (prefix == "*" or cursor.startswith(prefix))


def listed(page: Page[R]) -> Listed[R]:
    """*page* as it is answered."""
    return Listed(page.rows, page.cursor)
