"""Workers: the processes that execute runs."""

import typer

from tieline.model.errors import NotFound
from tieline.model.view_rows import WorkerRow
from tieline.model.views import ListWorkers
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.paper import Column, exactly, when

app = o.noun("Workers: the processes that execute runs.")

COLUMNS: tuple[Column[WorkerRow], ...] = (
    Column("WORKER", lambda row: row.id),
    Column("LAST BEAT (UTC)", lambda row: when(row.beat_us)),
    Column("STARTED (UTC)", lambda row: when(row.started_us)),
    Column("ABOUT", lambda row: row.about),
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List workers, the liveliest first."""
    session = o.session_of(context)
    session.paper.table(COLUMNS, session.ask(ListWorkers()))


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
            ("last beat", exactly(row.beat_us)),
            ("started", exactly(row.started_us)),
            ("about", row.about),
        )
    )
