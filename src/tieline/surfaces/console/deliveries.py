"""Deliveries: the page that lists them, all or those of one verdict."""

from starlette.requests import Request
from starlette.responses import Response

from tieline.model.base.ids import IssueId
from tieline.model.views.views import ListReceipts
from tieline.surfaces.console.format import said
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of
from tieline.surfaces.console.page_parts import PageParts

VERDICTS = ("accepted", "duplicate", "refused", "quarantined", "unmatched", "challenge")
RECEIPT_FILTERS = ("source", "verdict", "reason", "issue", "tenant", "decided", "since")


async def delivery_page(
    desk: PageParts, request: Request, verdict: str | None, *, title: str, template: str
) -> Response:
    """A list of deliveries with one verdict, or with any."""
    of = asked(request, RECEIPT_FILTERS, desk.now_us)
    issue = of.get("issue")
    page = await rows_of(
        desk,
        lambda window: ListReceipts(
            of.get("source"),
            verdict,
            window,
            issue=None if issue is None else IssueId(issue),
            reason=of.get("reason"),
            tenant=of.get("tenant"),
            decided=of.get("decided") is not None if verdict == "quarantined" else None,
        ),
        of.window(),
    )
    return await desk.page(
        request,
        template,
        title=title,
        of=of,
        rows=page.rows,
        pages=pages(of, page),
        sources=sorted(desk.parts.hub.heard()),
        verdicts=[(one, said(one)) for one in VERDICTS],
        verdict=verdict,
    )
