"""Inbox reading: each feed is asked for its part; the pages and counts of all of them go out."""

from collections.abc import Sequence

from tieline.adapters.sql.statement import Steps
from tieline.features.inbox.model import CountInbox, InboxCounts, ListInbox
from tieline.features.inbox.rules import merged, place_of
from tieline.features.manifest import InboxFeed
from tieline.model.base.errors import CommandRefused
from tieline.model.views.inbox import InboxBatch, InboxCount, InboxItem, InboxPart
from tieline.model.views.views import Page

MOST_ITEMS = 200
"""On a page: each costs a look at what waits behind it."""


def listed(q: ListInbox, feeds: Sequence[InboxFeed]) -> Steps[Page[InboxItem]]:
    """A page over all feeds, or of one kind."""
    kinds = [feed.kind for feed in feeds]
    if q.kind is not None and q.kind not in kinds:
        raise CommandRefused(f"kind is {q.kind[:80]!r}; use one of {', '.join(kinds)}")
    if q.owner is not None:
        raise CommandRefused("who owns what stands in the hub: name it with --hub, or ask it there")
    flows, sources = (q.flows, q.sources) if q.flow is None else ((q.flow,), ())
    limit = max(1, min(q.window.limit, MOST_ITEMS))
    part = InboxPart(place_of(q.window.before), limit + 1, flows, sources, q.tenant)
    slices: tuple[InboxBatch, ...] = ()
    for feed in feeds:
        if q.kind in {None, feed.kind}:
            slices += ((yield from feed.part(part)),)
    return merged(slices, limit)


def counted(_: CountInbox, feeds: Sequence[InboxFeed]) -> Steps[InboxCounts]:
    """How much waits, by kind."""
    counts: tuple[InboxCount, ...] = ()
    for feed in feeds:
        counts += ((yield from feed.count()),)
    return InboxCounts(counts)
