"""Lists: the part of a list that is asked for comes in; a page, and the way on, goes out."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import Field

from tieline.model.base.errors import NotFound
from tieline.model.views.views import MOST_ROWS, Page, Window
from tieline.rules.formats.plain_time import moment
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest
from tieline.surfaces.api.faults import WHEN as WHEN
from tieline.surfaces.api.faults import shown
from tieline.surfaces.api.filters import check_names
from tieline.surfaces.web.problem import Problem

R = TypeVar("R")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)

LONGEST = 200
Cursors = str | re.Pattern[str]
"""What the cursors of a list are: ids, by their prefix, or of a form of their own."""
NUMBER = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed(Generic[R]):
    """A page. It may hold few or no items and still have a next one."""

    items: tuple[R, ...]
    next: str | None
    """Give it as ``cursor`` to go on; null: there is nothing behind."""


class Listing(ApiBody):
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


async def window(ask: ApiRequest, cursors: Cursors) -> Window:
    """The window of a query. Raises Problem for names, times or a cursor that make no sense."""
    await check_names(ask)
    query: Listing = ask.query
    check_cursor(query.cursor, cursors)
    since_us, until_us = span_of(ask)
    return Window(since_us, until_us, query.cursor, query.limit)


def check_cursor(cursor: str | None, cursors: Cursors) -> None:
    """Raises Problem for a cursor that no page of this list has given."""
    if cursor is not None and not _form(cursors).fullmatch(cursor):
        wanted = "use the `next` of a page of this very list, or leave it out"
        raise Problem("invalid", f"cursor is {shown(cursor)}; {wanted}")


def _form(cursors: Cursors) -> re.Pattern[str]:
    """That of ids: a prefix, and the 32 digits of a UUID."""
    if isinstance(cursors, str):
        return re.compile(rf"{cursors}[0-9a-f]{{32}}", re.ASCII)
    return cursors


def span_of(ask: ApiRequest) -> tuple[int | None, int | None]:
    """Since and until. Raises Problem when nothing lies between."""
    query, now_us = ask.query, ask.now_us()
    if not isinstance(query, TimedListing):
        return None, None
    since_us = None if query.since is None else moment(query.since, now_us, name="since")
    until_us = None if query.until is None else moment(query.until, now_us, name="until")
    if since_us is not None and until_us is not None and since_us >= until_us:
        words = f"since is {query.since!r}, which is not before until ({query.until!r})"
        raise Problem("invalid", f"{words}; swap them, or leave one out")
    return since_us, until_us


def listed(page: Page[R]) -> Listed[R]:
    """*page* as it is answered."""
    return Listed(page.rows, page.cursor)


def by_key(ask: ApiRequest, rows: Iterable[R], key: Callable[[R], str]) -> Listed[R]:
    """A page of rows that are all there, in the order of *key*, of which there are no two alike."""
    query: Listing = ask.query
    after = query.cursor or ""
    left = sorted((row for row in rows if key(row) > after), key=key)
    page = tuple(left[: query.limit])
    return Listed(page, key(page[-1]) if len(left) > len(page) else None)


def in_order(ask: ApiRequest, rows: Sequence[R]) -> Listed[R]:
    """A page of rows that are all there, in their own order; the cursor counts them."""
    query: Listing = ask.query
    check_cursor(query.cursor, NUMBER)
    first = int(query.cursor or 0)
    end = first + query.limit
    return Listed(tuple(rows[first:end]), str(end) if len(rows) > end else None)


def named(rows: Iterable[N], kind: str, name: str) -> N:
    """The one of this name. Raises NotFound."""
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        raise NotFound(kind, name)
    return found
