"""Pages of the quarantine: what is kept aside, what was rejected, and discarding many of them."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.by import NOBODY
from tieline.model.base.ids import ReceiptId
from tieline.model.commands import By, CloseDeliveries
from tieline.model.people.decisions import MOST_DECIDED
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, ended, planned
from tieline.surfaces.console.deliveries import delivery_page
from tieline.surfaces.console.format import counted
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/quarantine`` and ``/refused``."""

    @needs(Permission.READ)
    async def quarantine(request: Request) -> Response:
        return await delivery_page(
            desk, request, "quarantined", title="Quarantine", template="receipts.html"
        )

    @needs(Permission.READ)
    async def refused(request: Request) -> Response:
        return await delivery_page(
            desk, request, "refused", title="Rejected at the door", template="receipts.html"
        )

    @needs(Permission.OPERATE)
    async def close(request: Request) -> Response:
        ids = tuple(ReceiptId(text) for text in request.query_params.getlist("receipt"))

        page = _closing(ids)
        if page.is_possible:
            page = await planned(desk, CloseDeliveries(ids, NOBODY), page)

        async def do(_: FormData, by: By) -> str | Response:
            done = await desk.parts.carry_out(CloseDeliveries(ids, by))
            return await ended(desk, request, page, done, "/quarantine?told=closed")

        return await act(desk, request, page, do)

    return [
        Route("/quarantine", quarantine),
        Route("/quarantine/close", close, methods=["GET", "POST"]),
        Route("/refused", refused),
    ]


def _closing(ids: tuple[ReceiptId, ...]) -> ConfirmPage:
    if not 1 <= len(ids) <= MOST_DECIDED:
        words = f"Select 1 to {MOST_DECIDED} deliveries; {len(ids)} are selected."
        return ConfirmPage("Nothing is selected", (words,), "", "/quarantine", is_possible=False)
    return ConfirmPage(
        f"Discard {counted(len(ids), 'delivery', 'deliveries')}",
        (
            "Each leaves the quarantine; nothing is done for its event.",
            "One that is decided by then is left alone.",
            "Every decision gets its own line in the audit log.",
        ),
        "Discard them",
        "/quarantine",
        is_dangerous=True,
    )
