"""Workers: the processes that execute runs."""

import typer

from tieline.model.base.errors import NotFound
from tieline.model.base.ids import Micros
from tieline.model.views.rows import WorkerRow
from tieline.model.views.views import ListWorkers
from tieline.rules.fleet.presence import clock_told, told
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when

app = o.noun("Workers: the processes that execute runs.")


def columns(now_us: Micros) -> tuple[Column[WorkerRow], ...]:
    """What of a worker is shown in a list."""
    return (
        Column("WORKER", lambda row: row.id),
        Column("STATE", lambda row: told(row, now_us)),
        Column("HOST", lambda row: row.host or row.about),
        Column("PID", lambda row: row.pid or None),
        Column("VERSION", lambda row: row.version or None),
        Column("ROLES", lambda row: row.roles or None),
        Column("RUNS", lambda row: row.runs),
        Column("CLOCK", clock_told),
        Column("LAST BEAT (UTC)", lambda row: when(row.beat_us)),
        Column("STARTED (UTC)", lambda row: when(row.started_us)),
    )


@app.command("list")
def list_(context: typer.Context) -> None:
    """List workers, the liveliest first."""
    session = o.session_of(context)
    session.paper.table(columns(session.now_us()), session.ask(ListWorkers()))


@app.command()
def show(context: typer.Context, worker_id: str) -> None:
    """Show one worker."""
    session = o.session_of(context)
    row = next((row for row in session.ask(ListWorkers()) if row.id == worker_id), None)
    if row is None:
        raise NotFound("worker", worker_id)
    if session.paper.is_json:
        session.paper.json(row)
        return
    session.paper.fields(
        (
            ("worker", row.id),
            ("state", told(row, session.now_us())),
            ("about", row.about),
            ("version", row.version or None),
            ("roles", row.roles or None),
            ("runs it executes", row.runs),
            ("clock, against the store's", clock_told(row)),
            ("last beat", exactly(row.beat_us)),
            ("started", exactly(row.started_us)),
            ("hub", row.hub or None),
            ("goes by", row.declares or None),
            ("trouble", row.troubles or None),
        )
    )
