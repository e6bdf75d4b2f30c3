"""Inbox page: what waits for a person, the oldest first, with the answers that one can give."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.inbox.model import CountInbox, InboxCounts, ListInbox
from tieline.features.inbox.rules import narrowed, with_owners
from tieline.model.views.inbox import InboxItem
from tieline.model.views.views import Page, Window
from tieline.rules.formats.labels import spoken
from tieline.rules.people.access import Permission
from tieline.surfaces.console.forms import FilterForm, asked, pages
from tieline.surfaces.console.listing import rows_of
from tieline.surfaces.console.naming import names_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/inbox``."""

    @needs(Permission.READ)
    async def inbox(request: Request) -> Response:
        of = asked(request, ("kind", "flow", "owner", "tenant"), desk.now_us)
        counts = await desk.read(CountInbox())
        page = await _page(desk, of, counts)
        hub = desk.parts.hub
        return await desk.page(
            request,
            "inbox.html",
            title="Inbox",
            of=of,
            rows=page.rows,
            pages=pages(of, page),
            counts=counts,
            kinds=[(one.kind, spoken(one.kind)) for one in counts.kinds],
            names=await names_of(desk, page.rows),
            answers=[answers(row) for row in page.rows],
            flows=sorted(hub.flows),
            owners=sorted({flow.owner for flow in hub.flows.values() if flow.owner}),
        )

    return [Route("/inbox", inbox)]


def answers(row: InboxItem) -> tuple[tuple[str, str], ...]:
    """(Address, what its button says): several answers that one form asks for are one button."""
    asked_by: dict[str, list[str]] = {}
    for verb in row.verbs:
        asked_by.setdefault(verb.page, []).append(verb.name.capitalize())
    return tuple(
        (page, names[0] if len(names) == 1 else "Decide") for page, names in asked_by.items()
    )


async def _page(desk: PageParts, of: FilterForm, counts: InboxCounts) -> Page[InboxItem]:
    """As filtered; a kind that nothing feeds is as good as none."""
    hub = desk.parts.hub
    kinds = {one.kind for one in counts.kinds}
    kind = of.get("kind") if of.get("kind") in kinds else None
    question = narrowed(
        hub, ListInbox(kind, of.get("flow"), of.get("owner"), tenant=of.get("tenant"))
    )

    def part(window: Window) -> ListInbox:
        return replace(question, window=window)

    return with_owners(hub, await rows_of(desk, part, of.window()))
