"""Events and deliveries: lists, and one of them with its body, headers, verification and runs."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.errors import NotFound
from tieline.model.base.ids import EventId, ReceiptId
from tieline.model.hub.flow import HubSpec
from tieline.model.inbound.event import Reference
from tieline.model.views.details import EventDetail, ReceiptDetail
from tieline.model.views.views import ListEvents, ShowEvent, ShowReceipt
from tieline.operations import redaction as visible
from tieline.rules.formats.no_body import no_body
from tieline.rules.people.access import Permission
from tieline.surfaces.console.deliveries import RECEIPT_FILTERS, delivery_page
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

SAYS = {
    "accepted": "It is authentic, was stored, and then answered.",
    "duplicate": "It is authentic, and repeats an event that is stored already: nothing was run.",
    "refused": "It is not authentic, malformed or over a limit. Nothing was run.",
    "quarantined": "It is authentic, but against the contract: kept aside until one is fixed.",
    "unmatched": "It is authentic, but no flow takes this type, or its tenant is not known: "
    "kept for a replay.",
    "challenge": "A handshake of the provider, answered; there is no event in it.",
}

EVENT_FILTERS = (
    "source",
    "type",
    "identity",
    "reference",
    "correlation",
    "tenant",
    "since",
    "until",
)


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/events`` and ``/receipts``."""
    return [*_of_events(desk), *_of_receipts(desk)]


def _of_events(desk: PageParts) -> list[BaseRoute]:
    @needs(Permission.READ)
    async def events(request: Request) -> Response:
        of = asked(request, EVENT_FILTERS, desk.now_us)
        kind, colon, key = of.text("reference").partition(":")
        reference = Reference(kind, key) if colon else None
        page = await rows_of(
            desk,
            lambda window: ListEvents(
                of.get("source"),
                of.get("type"),
                window,
                correlation=of.get("correlation"),
                reference=reference,
                identity=of.get("identity"),
                tenant=of.get("tenant"),
            ),
            of.window(),
        )
        return await desk.page(
            request,
            "events.html",
            title="Events",
            of=of,
            rows=page.rows,
            pages=pages(of, page),
            sources=sorted(desk.parts.hub.sources()),
            types=sorted({flow.type for flow in desk.parts.hub.flows.values()}),
        )

    @needs(Permission.READ)
    async def event(request: Request) -> Response:
        detail = await desk.read(ShowEvent(EventId(request.path_params["id"])))
        return await desk.page(
            request,
            "event.html",
            here="/events",
            title=detail.event.type,
            **await _event(desk, detail),
        )

    return [Route("/events", events), Route("/events/{id}", event)]


def _of_receipts(desk: PageParts) -> list[BaseRoute]:
    @needs(Permission.READ)
    async def receipts(request: Request) -> Response:
        of = asked(request, RECEIPT_FILTERS, desk.now_us)
        return await delivery_page(
            desk, request, of.get("verdict"), title="Deliveries", template="receipts.html"
        )

    @needs(Permission.READ)
    async def receipt(request: Request) -> Response:
        detail = await desk.read(ShowReceipt(ReceiptId(request.path_params["id"])))
        verdict = detail.receipt.verdict
        here = {"refused": "/refused", "quarantined": "/quarantine"}.get(verdict, "/events")
        return await desk.page(
            request,
            "receipt.html",
            here=here,
            title=f"Delivery of {detail.receipt.source}",
            **_receipt(desk.parts.hub, detail),
        )

    return [Route("/receipts", receipts), Route("/receipts/{id}", receipt)]


async def _event(desk: PageParts, detail: EventDetail) -> dict[str, Any]:
    event, hub = detail.event, desk.parts.hub
    stored = event.data if event.data is not None else detail.body
    delivery: dict[str, Any] = {"delivery": None}
    if detail.receipt is not None:
        try:
            whole = await desk.read(ShowReceipt(detail.receipt.id))
        except NotFound:
            whole = None
        if whole is not None:
            delivery = {"delivery": _receipt(hub, whole)}
    return {
        "detail": detail,
        "event": event,
        "payload": visible.payload(stored, hub, contract=event.contract),
        "is_forgotten": stored is None,
        **delivery,
    }


def _receipt(hub: HubSpec, detail: ReceiptDetail) -> dict[str, Any]:
    receipt = detail.receipt
    contract = next((row.contract for row in detail.events if row.contract), None)
    headers = [] if receipt.headers is None else orjson.loads(receipt.headers)
    return {
        "receipt": receipt,
        "events": detail.events,
        "headers": headers,
        "body": visible.payload(receipt.body, hub, contract=contract),
        "no_body": no_body(receipt),
        "decision": detail.decision,
        "says": SAYS.get(receipt.verdict, ""),
        "scheme": scheme(hub, receipt.source),
        "contract": contract,
    }


def scheme(hub: HubSpec, source: str) -> str:
    """How deliveries of *source* prove where they come from."""
    found = hub.heard().get(source)
    return "the source is not declared any more" if found is None else found.proof
