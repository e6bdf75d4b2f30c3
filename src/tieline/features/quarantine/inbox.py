"""Inbox of the quarantine: deliveries that nobody has decided about, grouped by their issue, and
those of tenants that nobody knows."""

from collections.abc import Callable
from functools import partial

import orjson

from tieline.adapters.sql.statement import Steps, ask
from tieline.features.manifest import InboxFeed
from tieline.features.quarantine import store
from tieline.model.inbound.receipt import UNKNOWN_TENANT
from tieline.model.views.inbox import (
    InboxAnswer,
    InboxBatch,
    InboxCount,
    InboxCursor,
    InboxItem,
    InboxPart,
)
from tieline.model.views.quarantine import CountQuarantine

LOOK = 10_000
"""Deliveries of an issue that are looked at for the oldest that waits; many may be decided."""


def _aside(part: InboxPart, kind: str, item: Callable[..., InboxItem]) -> Steps[InboxBatch]:
    sources = None if part.sources is None else orjson.dumps(part.sources).decode()
    rows = yield from ask(
        "quarantine.inbox",
        after_us=part.after.at_us,
        after_id=part.after.id,
        look=LOOK,
        sources=sources,
        tenant=part.tenant,
        limit=part.limit,
        kind=kind,
    )
    found = tuple((InboxCursor(row[0], str(row[1])), item(part.tenant, *row)) for row in rows)
    return InboxBatch(found, found[-1][0] if len(found) == part.limit else None)


def _item(  # noqa: PLR0913 - a row, in the order of its statement
    only: str | None,
    at_us: int,
    issue: str,
    receipt: str,
    source: str,
    words: str,
    tenant: str,
    count: int,
) -> InboxItem:
    what = "this delivery" if count == 1 else f"{count} deliveries"
    one = count == 1
    which = receipt if one else _named(issue, only)
    page = f"/receipts/{receipt}" if one else f"/quarantine?issue={issue}"
    return InboxItem(
        "quarantine",
        receipt if one else issue,
        f"Replay {what} of {source}, or discard? {words}",
        at_us,
        None,
        source,
        tenant,
        count,
        0,
        page,
        (
            InboxAnswer(
                "replay", f"tieline quarantine replay {which}", f"/replays/new?issue={issue}"
            ),
            InboxAnswer(
                "discard",
                f"tieline quarantine discard {which}",
                f"/quarantine/close?receipt={receipt}" if one else page,
            ),
        ),
    )


def _count() -> Steps[InboxCount]:
    found = yield from store.count(CountQuarantine())
    return InboxCount("quarantine", "deliveries in quarantine", found.waiting, exact=found.exact)


def _named(issue: str, only: str | None) -> str:
    return f"--issue {issue}" if only is None else f"--issue {issue} --tenant {only}"


def _stranger(  # noqa: PLR0913 - a row, in the order of its statement
    _: str | None,
    at_us: int,
    issue: str,
    receipt: str,
    source: str,
    words: str,
    tenant: str,
    count: int,
) -> InboxItem:
    what = "a delivery" if count == 1 else f"{count} deliveries"
    return InboxItem(
        UNKNOWN_TENANT,
        issue,
        f"Is tenant {tenant} ours? {source} brought {what} of it, which no flow was given",
        at_us,
        None,
        source,
        tenant,
        count,
        0,
        f"/issues/{issue}",
        (
            InboxAnswer("add it", f"tieline tenants add {tenant}", "/tenants/add"),
            InboxAnswer(
                "replay", f"tieline replay run --issue {issue}", f"/replays/new?issue={issue}"
            ),
            InboxAnswer(
                "discard", f"tieline quarantine discard --issue {issue}", f"/issues/{issue}"
            ),
        ),
    )


def _count_strangers() -> Steps[InboxCount]:
    waiting, exact = yield from store.unknown_tenants()
    return InboxCount(UNKNOWN_TENANT, "tenants that nobody knows", waiting, exact=exact)


FEEDS = (
    InboxFeed("quarantine", partial(_aside, kind="quarantined", item=_item), _count),
    InboxFeed(
        UNKNOWN_TENANT, partial(_aside, kind=UNKNOWN_TENANT, item=_stranger), _count_strangers
    ),
)
