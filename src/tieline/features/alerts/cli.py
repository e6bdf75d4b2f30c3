"""Alerts: what the hub itself says is wrong."""

from typing import Annotated

import typer

from tieline.model.people.alert import AlertRow, unwritten
from tieline.model.views.views import ListAlerts
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, when

COLUMNS: tuple[Column[AlertRow], ...] = (
    Column("ALERT", lambda row: row.kind),
    Column("SUBJECT", lambda row: row.subject),
    Column("STATE", lambda row: row.state),
    Column("SINCE (UTC)", lambda row: when(row.since_us)),
    Column("OWNER", lambda row: row.owner or None),
    Column("REASON", lambda row: row.reason),
)


def list_alerts(
    context: typer.Context,
    *,
    ended: Annotated[
        bool, typer.Option("--ended", help="Also what fired within the last days.")
    ] = False,
) -> None:
    """List what fires, and what will unless it is soon over (pending)."""
    session = o.session_of(context)
    rows = session.ask(ListAlerts(ended=ended, pending=True))
    if session.far is None:  # what it cannot write down, the hub that runs says from memory
        status = session.run(session.build.hub_status(session.target().store))
        if status is not None and status.get("unwritten"):
            rows = (unwritten(str(status["unwritten"]), session.now_us()), *rows)
    session.paper.table(COLUMNS, rows)
    if not rows and not session.paper.is_json:
        session.paper.hint("nothing fires")
