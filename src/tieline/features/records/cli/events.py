"""Events: what was recorded, with its payload and what came of it."""

import typer

from tieline.model.base.ids import EventId
from tieline.model.views.details import EventDetail
from tieline.model.views.rows import EventRow
from tieline.model.views.views import ListEvents, ShowEvent
from tieline.operations import redaction as visible
from tieline.rules.privacy.hidden_key import readable_identity
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.columns import DELIVERY_COLUMNS, RUN_COLUMNS
from tieline.surfaces.cli.output import Column, Output, exactly, when
from tieline.surfaces.cli.session import ListSpan

app = o.noun("Recorded events: immutable facts, and the runs they caused.")

COLUMNS: tuple[Column[EventRow], ...] = (
    Column("EVENT", lambda row: row.id),
    Column("RECORDED (UTC)", lambda row: when(row.recorded_us)),
    Column("TENANT", o.tenant_of, is_rare=True),
    Column("SOURCE", lambda row: row.source),
    Column("TYPE", lambda row: row.type),
    Column("IDENTITY", lambda row: readable_identity(row.identity)),
    Column("CAUSE", lambda row: row.cause),
)


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    source: o.Source = None,
    type_: o.Type = None,
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List events, newest first."""
    session = o.session_of(context)
    window = session.window(ListSpan(since, until, cursor, limit), prefix="evt_")
    page = session.pages(lambda part: ListEvents(source, type_, part, tenant=tenant), window)
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def show(context: typer.Context, event_id: str) -> None:
    """Show one event: payload (secrets and sensitive fields redacted), runs, keys, repeats."""
    session = o.session_of(context)
    detail = session.ask(ShowEvent(EventId(event_id)))
    event = detail.event
    stored = event.data if event.data is not None else detail.body
    payload = visible.payload(
        stored, session.hub_if_any(), contract=session.contract(event.contract)
    )
    if session.paper.is_json:
        envelope = {f: getattr(event, f) for f in event._fields if f != "data"}
        session.paper.json(
            {
                **envelope,
                "payload": payload,
                "references": [{"kind": m.kind, "key": m.key} for m in detail.mentions],
                "receipt": detail.receipt,
                "repeats": detail.repeats,
                "runs": detail.runs,
                "caused": detail.caused,
            }
        )
        return
    _tell(session.paper, detail)
    session.paper.heading("Payload")
    session.paper.document(payload)


def _tell(paper: Output, detail: EventDetail) -> None:
    event = detail.event
    paper.fields(
        (
            ("event", event.id),
            ("type", event.type),
            ("source", event.source),
            ("tenant", o.tenant_of(event)),
            ("identity", readable_identity(event.identity)),
            ("recorded", exactly(event.recorded_us)),
            ("correlation", event.correlation),
            ("trace", event.traceparent),
            ("delivery", event.receipt_id),
            ("cause", event.cause),
            ("contract", event.contract),
            ("keys", ", ".join(f"{m.kind}:{m.key}" for m in detail.mentions) or None),
        )
    )
    paper.section("Runs", RUN_COLUMNS, detail.runs)
    paper.section("Delivered again", DELIVERY_COLUMNS, detail.repeats)
    paper.section("Caused", COLUMNS, detail.caused)
