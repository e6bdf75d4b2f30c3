"""Schedules: when flows are due by the clock."""

import typer

from tieline.features.schedules.model import (
    FireSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    ScheduleRow,
)
from tieline.features.schedules.rules import check_declared
from tieline.model.base.errors import NotFound
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import CliSession

app = o.noun("Schedules: when flows are due by the clock.")

COLUMNS: tuple[Column[ScheduleRow], ...] = (
    Column("SCHEDULE", lambda row: row.name),
    Column("CRON", lambda row: row.cron),
    Column("ZONE", lambda row: row.zone),
    Column("NEXT (UTC)", lambda row: when(row.next_us)),
    Column("LAST (UTC)", lambda row: when(row.last_us)),
    Column("MISSED", lambda row: row.missed),
    Column("PAUSED", lambda row: mark(row), is_rare=True),
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
    row = _named(session, name)
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
            ("paused", mark(row)),
            ("goes on with", f"tieline schedules resume {row.name}" if row.paused_us else None),
            ("asked to fire", _asked(row)),
        )
    )


@app.command()
def fire(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """Fire it once now, beside its times; also while it is paused."""
    session = o.session_of(context)
    row = _named(session, name)
    hub = session.hub_if_any()
    if hub is not None:
        check_declared(hub, row.name)
    command = FireSchedule(row.name, session.by(reason))
    session.change(lambda journal: journal.commit(command))
    words = "fires as soon as a scheduler looks, within a few seconds where one is running"
    session.done(f"{row.name} {words}", schedule=row.name)


@app.command()
def pause(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """Let its times pass without firing until it is resumed; they count as missed."""
    session = o.session_of(context)
    row = _named(session, name)
    command = PauseSchedule(row.name, session.by(reason))
    session.change(lambda journal: journal.commit(command))
    session.done(f"{row.name} is paused", schedule=row.name)


@app.command()
def resume(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """End its pause: it fires at its times again; what has passed is not made up for."""
    session = o.session_of(context)
    row = _named(session, name)
    command = ResumeSchedule(row.name, session.by(reason))
    session.change(lambda journal: journal.commit(command))
    session.done(f"{row.name} goes on", schedule=row.name)


def _named(session: CliSession, name: str) -> ScheduleRow:
    """The schedule of this name, with or without its prefix. Raises NotFound."""
    names = {name, f"schedule:{name}"}
    row = next((row for row in session.ask(ListSchedules()) if row.name in names), None)
    if row is None:
        raise NotFound("schedule", name)
    return row


def mark(row: ScheduleRow) -> str | None:
    """By whom it is paused, and why."""
    return None if row.paused_us is None else f"paused by {row.paused_by}: {row.paused_reason}"


def _asked(row: ScheduleRow) -> str | None:
    return None if row.asked_us is None else f"{exactly(row.asked_us)} by {row.asked_by}"
