"""Inbox rules: parts of several feeds come in; one page of them, the oldest first, goes out."""

from collections.abc import Iterable
from dataclasses import replace

from tieline.features.inbox.model import ListInbox
from tieline.model.base.errors import CommandRefused
from tieline.model.hub.flow import HubSpec
from tieline.model.views.inbox import BEGINNING, InboxBatch, InboxCursor, InboxItem
from tieline.model.views.views import Page
from tieline.rules.people.owning import owner_of


def merged(slices: Iterable[InboxBatch], limit: int) -> Page[InboxItem]:
    """One page: nothing is behind its cursor that should stand before it.

    A feed that did not look further holds the others back: what they have behind that place may
    not be shown before what it has not found yet.
    """
    every = list(slices)
    ends = [one.looked_to for one in every if one.looked_to is not None]
    end = min(ends, default=None)
    found = sorted(
        (pair for one in every for pair in one.items if end is None or pair[0] <= end),
        key=lambda pair: pair[0],
    )
    page = found[:limit]
    rows = tuple(item for _, item in page)
    if len(found) > limit:
        return Page(rows, cursor(page[-1][0]))
    return Page(rows, None if end is None else cursor(end))


def cursor(place: InboxCursor) -> str:
    """*place* as pages go on behind it."""
    return f"{place.at_us}:{place.id}"


def place_of(text: str | None) -> InboxCursor:
    """The place that a cursor names. Raises CommandRefused."""
    if not text:
        return BEGINNING
    at, colon, id_ = text.partition(":")
    if not (at.isascii() and at.isdigit() and len(at) < 19 and colon):
        raise CommandRefused(f"cursor is {text[:80]!r}; use one that this very list gave")
    return InboxCursor(int(at), id_)


def narrowed(hub: HubSpec, asked: ListInbox) -> ListInbox:
    """The same question for a store: what an owner owns by name."""
    flows, sources = asked.flows, asked.sources
    if asked.flow is not None:
        flows, sources = (asked.flow,), ()
    if asked.owner is not None:
        own = {name for name, flow in hub.flows.items() if flow.owner == asked.owner}
        fed = {flow.source.name for flow in hub.flows.values()}
        theirs = {name for name in fed if owner_of(hub, None, name) == asked.owner}
        flows = tuple(sorted(own if flows is None else own.intersection(flows)))
        sources = tuple(sorted(theirs if sources is None else theirs.intersection(sources)))
    return replace(asked, flow=None, owner=None, flows=flows, sources=sources)


def with_owners(hub: HubSpec, page: Page[InboxItem]) -> Page[InboxItem]:
    """Each item with who is responsible for it."""
    rows = tuple(replace(row, owner=owner_of(hub, row.flow, row.source)) for row in page.rows)
    return Page(rows, page.cursor)
