"""Window account: a window comes in; its parts are read one by one, and the account goes out."""

from dataclasses import replace

from tieline.features.account.model import (
    LOST,
    AccountCount,
    AccountRow,
    CountDeliveries,
    CountEvents,
    HubAccount,
    ListAccount,
    ListLostDeliveries,
)
from tieline.features.account.rules import account, sentences
from tieline.model.base.ids import Micros
from tieline.model.views.views import Page, Window
from tieline.operations.paging import gather
from tieline.ports.views import Views

RECEIPT = "rct_"
MOST_LOOKS = 10_000


async def whole_account(
    views: Views, window: Window, *, source: str | None = None, looks: int
) -> HubAccount:
    """The account of *window*, in at most *looks* short reads; each is true of its own moment."""
    events: list[AccountCount] = []
    deliveries: list[AccountCount] = []
    before = window.before or ""
    question: CountEvents | CountDeliveries = CountEvents(source, window)
    if before.startswith(RECEIPT):
        question = CountDeliveries(source, window)
    for _ in range(looks):
        part = await views.read(question)
        is_events = isinstance(question, CountEvents)
        (events if is_events else deliveries).extend(part.counts)
        if part.cursor is not None:
            before = part.cursor
            question = replace(question, window=replace(window, before=before))
        elif is_events:
            before = RECEIPT + "~"
            question = CountDeliveries(source, replace(window, before=None))
        else:
            return account(events, deliveries, window)
    return account(events, deliveries, window, before)


async def account_since(views: Views, since_us: Micros) -> tuple[bool, tuple[str, ...]]:
    """Whether the account of all since then is balanced, and the account in sentences."""
    found = await whole_account(views, Window(since_us=since_us), looks=MOST_LOOKS)
    return found.balanced, sentences(found)


async def behind(
    views: Views, stands: str, window: Window, *, source: str | None = None, looks: int
) -> Page[AccountRow]:
    """The list behind a number. What is lost may be deliveries too; they come after the events."""
    found: tuple[AccountRow, ...] = ()
    if not (window.before or "").startswith(RECEIPT):

        def part(of: Window) -> ListAccount:
            return ListAccount(stands, source, of)

        page = await gather(lambda of: views.read(part(of)), window, looks=looks)
        if stands != LOST or page.cursor is not None:
            return page
        found = page.rows
        window = replace(window, before=None, limit=max(1, window.limit - len(found)))
    rest = await gather(lambda of: views.read(ListLostDeliveries(source, of)), window, looks=looks)
    return Page((*found, *rest.rows), rest.cursor)
