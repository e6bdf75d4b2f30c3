"""Inbox: what waits for a person, for what, for whom, since when."""

from dataclasses import replace
from typing import Annotated

import typer

from tieline.features.inbox.model import CountInbox, InboxCounts, ListInbox
from tieline.features.inbox.rules import narrowed, with_owners
from tieline.model.hub.flow import HubSpec
from tieline.model.views.inbox import InboxItem
from tieline.model.views.views import Page, Window
from tieline.operations.paging import gather
from tieline.ports.views import Views
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, Output, when
from tieline.surfaces.cli.session import MOST_LOOKS, ListSpan

COLUMNS: tuple[Column[InboxItem], ...] = (
    Column("SINCE (UTC)", lambda row: when(row.since_us)),
    Column("KIND", lambda row: row.kind),
    Column("ID", lambda row: row.id),
    Column("WHAT IS ASKED", lambda row: row.asks),
    Column("OWNER", lambda row: row.owner),
    Column("TENANT", lambda row: None if row.tenant == "-" else row.tenant),
    Column("ALIKE", lambda row: row.count),
    Column("BEHIND IT", lambda row: row.behind),
    Column("DECIDE", lambda row: row.verbs[0].command if row.verbs else None),
)
AsKind = Annotated[
    str | None, typer.Option("--kind", help="hold, outcome-unknown, dead-letter or quarantine.")
]
OfOwner = Annotated[str | None, typer.Option("--owner", help="Only what they own.")]


def inbox(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    kind: AsKind = None,
    flow: o.Flow = None,
    owner: OfOwner = None,
    tenant: o.Tenant = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """What waits for a person, the oldest first: for what, for whom, since when."""
    session = o.session_of(context)
    window = session.window(ListSpan(None, None, cursor, limit), prefix="")
    hub = session.hub_if_any()
    asked = ListInbox(kind, flow, owner, tenant=tenant, window=window)

    async def read() -> tuple[Page[InboxItem], InboxCounts]:
        async with session.views() as views:
            return await _page(views, hub, asked), await views.read(CountInbox())

    page, counts = session.run(read())
    session.paper.table(COLUMNS, page.rows)
    if not session.paper.is_json:
        _say(session.paper, page, counts)
    o.more(session, page.cursor)


async def _page(views: Views, hub: HubSpec | None, asked: ListInbox) -> Page[InboxItem]:
    """With owners, where the hub is at hand; one elsewhere tells them itself."""
    wanted = asked if hub is None else narrowed(hub, asked)

    async def part(window: Window) -> Page[InboxItem]:
        return await views.read(replace(wanted, window=window))

    page = await gather(part, asked.window, looks=MOST_LOOKS)
    return page if hub is None else with_owners(hub, page)


def _say(paper: Output, page: Page[InboxItem], counts: InboxCounts) -> None:
    """How much waits of each kind, and the other answers to what is shown."""
    waiting = [one for one in counts.kinds if one.waiting]
    if not waiting:
        paper.hint("nothing waits for a person")
        return
    told = (f"{one.says}: {one.waiting}{'' if one.exact else '+'}" for one in waiting)
    paper.hint("; ".join(told))
    for kind, row in {row.kind: row for row in reversed(page.rows)}.items():
        for verb in row.verbs:
            paper.hint(f"{kind}: {verb.name}: {verb.command.replace(row.id, 'ID')} --reason …")
