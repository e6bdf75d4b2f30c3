"""Receipts: raw deliveries at the door, as they came and what was decided about them."""

import orjson
import typer

from tieline.model.base.ids import ReceiptId
from tieline.model.inbound.receipt import Verdict
from tieline.model.views.details import ReceiptDetail
from tieline.model.views.rows import EventRow
from tieline.model.views.views import ListReceipts, ShowReceipt
from tieline.operations import redaction as visible
from tieline.rules.formats.labels import label, labels, verdict_of_label
from tieline.rules.formats.no_body import no_body
from tieline.rules.formats.plain import plain
from tieline.rules.privacy.hidden_key import readable_identity
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.columns import DELIVERY_COLUMNS
from tieline.surfaces.cli.output import Column, Output, exactly
from tieline.surfaces.cli.session import ListSpan

app = o.noun("Raw deliveries at the door: accepted, duplicate, rejected, quarantined, unmatched.")


EVENT_COLUMNS: tuple[Column[EventRow], ...] = (
    Column("EVENT", lambda row: row.id),
    Column("TYPE", lambda row: row.type),
    Column("IDENTITY", lambda row: readable_identity(row.identity)),
)


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    status: str | None = typer.Option(None, help="Only those that were treated like this."),
    source: o.Source = None,
    containing: str | None = typer.Option(
        None, help="Only those with this text in a header, or in the query of a rejected one."
    ),
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List deliveries, newest first."""
    session = o.session_of(context)
    o.one_of("--status", status, labels(Verdict))
    verdict = None if status is None else verdict_of_label(status)
    window = session.window(ListSpan(since, until, cursor, limit), prefix="rct_")
    page = session.pages(
        lambda part: ListReceipts(source, verdict, part, tenant=tenant, header=containing), window
    )
    session.paper.table(DELIVERY_COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def show(context: typer.Context, receipt_id: str) -> None:
    """Show one delivery: headers, body (secrets and sensitive fields redacted), its events."""
    session = o.session_of(context)
    detail = session.ask(ShowReceipt(ReceiptId(receipt_id)))
    hub = session.hub_if_any()
    contract = next((row.contract for row in detail.events if row.contract), None)
    body = visible.payload(detail.receipt.body, hub, contract=session.contract(contract))
    if session.paper.is_json:
        receipt = detail.receipt._replace(headers=None, body=None)
        shown = {"headers": _headers(detail), "body": body}
        whole = {**_members(plain(receipt)), **shown, "events": detail.events}
        session.paper.json(whole)
        return
    _tell(session.paper, detail)
    session.paper.heading("Body")
    why = no_body(detail.receipt)
    if why is None:
        session.paper.document(body)
    else:
        session.paper.say(why)


def _tell(paper: Output, detail: ReceiptDetail) -> None:
    receipt = detail.receipt
    paper.fields(
        (
            ("delivery", receipt.id),
            ("tenant", o.tenant_of(receipt)),
            ("source", receipt.source),
            ("tenant", o.tenant_of(receipt)),
            ("received", exactly(receipt.received_us)),
            ("status", label(receipt.verdict)),
            ("answered", receipt.status),
            ("reason", receipt.reason),
            ("from", receipt.remote),
            ("bytes", receipt.body_bytes),
        )
    )
    paper.section("Events", EVENT_COLUMNS, detail.events)
    headers = _headers(detail)
    if headers:
        paper.heading("Headers")
        paper.fields(headers)


def _headers(detail: ReceiptDetail) -> list[tuple[str, str]]:
    stored = detail.receipt.headers
    return [] if stored is None else [(name, value) for name, value in orjson.loads(stored)]


def _members(document: object) -> dict[str, object]:
    return document if isinstance(document, dict) else {}
