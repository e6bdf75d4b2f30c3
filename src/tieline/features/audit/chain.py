"""Chain: every line of the audit log continues the one before; whether all of them do."""

from dataclasses import dataclass

from tieline.model.views.details import Oddity
from tieline.model.views.views import CheckRows, ListAudit, Window
from tieline.ports.views import Views

MOST_TOLD = 100
PAGE = 500


@dataclass(frozen=True, slots=True)
class Chain:
    """Whether the audit log is as it was written."""

    lines: int
    """That were looked at."""
    sound: bool
    head: str | None
    """The hash of the newest line: kept elsewhere, it shows whether lines were cut off."""
    oddities: tuple[Oddity, ...]
    """The first hundred."""


async def check_chain(views: Views, *, head: str | None = None) -> Chain:
    """Follow the chain from the first line to the last; *head*: a hash that must be in it."""
    oddities: list[Oddity] = []
    looked, after = 0, ""
    while True:
        part = await views.read(CheckRows("audit", after))
        oddities += part.oddities
        looked += part.looked
        if part.cursor is None:
            break
        after = part.cursor
    if head is not None and not await _has(views, head):
        words = "no line has the hash that was kept elsewhere: the end of the log was cut off"
        oddities.append(Oddity("audit-chain", "the end", words))
    newest = await views.read(ListAudit(window=Window(limit=1)))
    last = newest.rows[0].hash if newest.rows else None
    return Chain(looked, not oddities, last, tuple(oddities[:MOST_TOLD]))


async def _has(views: Views, head: str) -> bool:
    window = Window(limit=PAGE)
    while True:
        page = await views.read(ListAudit(window=window))
        if any(row.hash == head for row in page.rows):
            return True
        if page.cursor is None:
            return False
        window = Window(before=page.cursor, limit=PAGE)
