"""Schedules: when flows are due by the clock."""

import typer

from tieline.features.schedules.model import ListSchedules, ScheduleRow
from tieline.model.base.errors import NotFound
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when

app = o.noun("Schedules: when flows are due by the clock.")

COLUMNS: tuple[Column[ScheduleRow], ...] = (
    Column("SCHEDULE", lambda row: row.name),
    Column("CRON", lambda row: row.cron),
    Column("ZONE", lambda row: row.zone),
    Column("NEXT (UTC)", lambda row: when(row.next_us)),
    Column("LAST (UTC)", lambda row: when(row.last_us)),
    Column("MISSED", lambda row: row.missed),
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List schedules, the next to fire first."""
    session = o.session_of(context)
    session.paper.table(COLUMNS, session.ask(ListSchedules()))


@app.command()
def show(context: typer.Context, name: str) -> None:
    """Show one schedule; the prefix 'schedule:' may be left out."""
    session = o.session_of(context)
    names = {name, f"schedule:{name}"}
    row = next((row for row in session.ask(ListSchedules()) if row.name in names), None)
    if row is None:
        raise NotFound("schedule", name)
    if session.paper.is_json:
        session.paper.json(row)
        return
    session.paper.fields(
        (
            ("schedule", row.name),
            ("cron", row.cron),
            ("zone", row.zone),
            ("next", exactly(row.next_us)),
            ("last", exactly(row.last_us)),
            ("missed", row.missed),
        )
    )
