"""Forms: what an address or a form says comes in; filters, windows and pages of a list go out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import Micros
from tieline.model.views.views import Page, Window
from tieline.rules.formats.plain_time import moment

ROWS = 50
LOOKS = 6
"""Pages of the store that one page of the console looks through to fill itself."""


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The filters of a list, as they stand in its address."""

    path: str
    values: Mapping[str, str]
    """Those that are set."""
    before: str | None
    now_us: Micros
    wrong: str | None = field(default=None)
    """What cannot be understood of it."""

    def get(self, name: str) -> str | None:
        """One filter."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """One filter, or nothing."""
        return self.values.get(name, "")

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.values)

    @property
    def query(self) -> str:
        """The filters as the end of an address, for links that keep them."""
        return urlencode(dict(self.values))

    def since_us(self) -> Micros | None:
        """The start of the span. Raises SettingsError."""
        text = self.get("since")
        return None if text is None else moment(text, self.now_us, name="since")

    def until_us(self) -> Micros | None:
        """The end of the span. Raises SettingsError."""
        text = self.get("until")
        return None if text is None else moment(text, self.now_us, name="until")

    def window(self, limit: int = ROWS) -> Window:
        """The part of the list. Raises SettingsError for a time that is none."""
        return Window(self.since_us(), self.until_us(), self.before, limit)


def asked(request: Request, names: tuple[str, ...], now_us: Micros) -> FilterForm:
    """The filters *names* of *request*; others are left alone. A wrong time is told, not raised."""
    given = {name: request.query_params.get(name, "").strip()[:300] for name in names}
    values = {name: value for name, value in given.items() if value}
    wrong = None
    for name in ("since", "until"):
        if name in values:
            try:
                moment(values[name], now_us, name=name)
            except SettingsError as error:
                wrong = str(error)
                del values[name]
    before = request.query_params.get("before") or None
    return FilterForm(request.url.path, values, before, now_us, wrong)


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links under a list."""

    shown: int
    older: str | None
    newest: str
    is_later: bool
    """Whether this is not the first page."""


def pages(of: FilterForm, page: Page[Any], shown: int | None = None) -> PageLinks:
    """Links to the pages around *page*."""
    older = None
    if page.cursor is not None:
        older = f"{of.path}?{urlencode({**of.values, 'before': page.cursor})}"
    newest = f"{of.path}?{of.query}" if of.values else of.path
    count = len(page.rows) if shown is None else shown
    return PageLinks(count, older, newest, of.before is not None)
