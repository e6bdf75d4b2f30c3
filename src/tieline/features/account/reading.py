"""Account reading: a window comes in; a slice of its account, or a list behind it, goes out."""

from tieline.adapters.sql.reading.listing import paged
from tieline.adapters.sql.statement import Steps, Value, ask, do
from tieline.features.account.model import (
    LISTED,
    AccountCount,
    AccountPart,
    AccountRow,
    CountDeliveries,
    CountEvents,
    ListAccount,
    ListLostDeliveries,
)
from tieline.model.base.errors import CommandRefused
from tieline.model.commands import Purge
from tieline.model.views.series import HOUR_US
from tieline.model.views.views import Page, Window
from tieline.rules.formats.id_time import end_id, first_id

LOOK = 10_000
"""Rows of a slice: some tens of milliseconds."""
BEGINNING_OF_TIME = 0
END_OF_TIME = 2**62
MARK = "runs-forgotten"
"""Runs that had ended are forgotten if they were made before it (table ``mark``)."""


def events(q: CountEvents) -> Steps[AccountPart]:
    """Where a slice of the events stands."""
    forgotten_us = yield from _forgotten_us()
    return (yield from _counted("account.events", "event", q, forgotten_us=forgotten_us))


def deliveries(q: CountDeliveries) -> Steps[AccountPart]:
    """What became of a slice of the deliveries."""
    return (yield from _counted("account.deliveries", "receipt", q))


def listed(q: ListAccount) -> Steps[Page[AccountRow]]:
    """A page of the events behind a number."""
    if q.stands not in LISTED:
        raise CommandRefused(f"stands is {q.stands[:80]!r}; use one of {', '.join(LISTED)}")
    where: dict[str, Value] = {
        "source": q.source,
        "stands": q.stands,
        "forgotten_us": (yield from _forgotten_us()),
    }
    return (yield from paged("account.events_page", "event", q.window, where, AccountRow))


def unrecorded(q: ListLostDeliveries) -> Steps[Page[AccountRow]]:
    """A page of the deliveries without their event."""
    where = {"source": q.source}
    return (yield from paged("account.deliveries_page", "receipt", q.window, where, AccountRow))


def note_forgotten(command: Purge) -> Steps[None]:
    """How far runs are forgotten, to the hour: an event of before may be without its runs."""
    reached_us = -(-command.runs_before_us // HOUR_US) * HOUR_US
    if reached_us > (yield from _forgotten_us()):
        yield from do("mark_set", name=MARK, reached=str(reached_us))


def _forgotten_us() -> Steps[int]:
    rows = yield from ask("mark_get", name=MARK)
    return int(rows[0][0]) if rows else 0


def _counted(
    name: str, kind: str, q: CountEvents | CountDeliveries, **more: Value
) -> Steps[AccountPart]:
    window = q.window
    before = end_id(kind, window.until_us)
    rows = yield from ask(
        name,
        first=first_id(kind, window.since_us),
        before=min(window.before, before) if window.before else before,
        look=LOOK,
        source=q.source,
        **_times(window),
        **more,
    )
    looked, last = rows[0][:2]
    counts = tuple(
        AccountCount(str(row[2]), str(row[3]), int(row[4]), int(row[5]))
        for row in rows
        if row[2] is not None
    )
    return AccountPart(counts, last if looked == LOOK else None)


def _times(window: Window) -> dict[str, int]:
    return {
        "since_us": BEGINNING_OF_TIME if window.since_us is None else window.since_us,
        "until_us": END_OF_TIME if window.until_us is None else window.until_us,
    }
