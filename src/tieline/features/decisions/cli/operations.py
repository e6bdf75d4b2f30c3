"""Operations: long work (replays, decisions about many runs), how far it is, and stopping it."""

from typing import Annotated

import typer

from tieline.model.base.ids import ReplayId
from tieline.model.commands import CancelReplay
from tieline.model.replays.operation import PREFIX, CancelOperation
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import Page, Window
from tieline.operations.in_progress import CURSOR, KINDS, REPLAY, LongWork, kind_of, under_way
from tieline.operations.in_progress import show as one
from tieline.rules.runs.decided import choice_words
from tieline.rules.runs.replayed import filter_words
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Operations: replays and decisions about many runs, which go on by themselves.")

STATES = ("running", "done", "partly", "cancelled")
COLUMNS: tuple[Column[LongWork], ...] = (
    Column("OPERATION", lambda row: row.id),
    Column("STARTED (UTC)", lambda row: when(row.started_us)),
    Column("KIND", kind_of),
    Column("STATE", lambda row: row.state),
    Column("OF", lambda row: _of(row)),
    Column("DONE", lambda row: row.admitted if isinstance(row, ReplayRow) else row.done),
    Column("NOT DONE", lambda row: _missing(row)),
    Column("WHAT", lambda row: what(row)),
)
Id = Annotated[str, typer.Argument(metavar="OPERATION", help=f"An id: {PREFIX}… or {REPLAY}…")]


def what(row: LongWork) -> str:
    """What is done, to what."""
    if isinstance(row, ReplayRow):
        return filter_words(row.filter)
    return f"{row.action} {choice_words(row.filter, 0)}"


def _of(row: LongWork) -> int:
    """What it was to make; of one that an earlier release began, what it found."""
    if row.would is not None:
        return row.would
    return row.planned if isinstance(row, ReplayRow) else row.total


def _missing(row: LongWork) -> int | None:
    """What it was to make and has not made, once it has ended."""
    if row.would is None:
        return None if isinstance(row, ReplayRow) else row.refused
    if row.state == "running":
        return None
    return max(row.would - (row.admitted if isinstance(row, ReplayRow) else row.done), 0)


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    kind: Annotated[str | None, typer.Option(help="replay or decision.")] = None,
    state: Annotated[str | None, typer.Option(help="running, done, partly or cancelled.")] = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List long work, newest first."""
    session = o.session_of(context)
    o.one_of("--kind", kind, KINDS)
    o.one_of("--state", state, STATES)
    window = session.window(ListSpan(since, until, cursor, limit), prefix=CURSOR)
    page = session.run(_page(session, window, state, KINDS if kind is None else (kind,)))
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


async def _page(
    session: CliSession, window: Window, state: str | None, kinds: tuple[str, ...]
) -> Page[LongWork]:
    async with session.views() as views:
        return await under_way(views, window, state=state, kinds=kinds)


@app.command()
def show(context: typer.Context, id_: Id) -> None:
    """Show how far one is."""
    session = o.session_of(context)

    async def read() -> LongWork:
        async with session.views() as views:
            return await one(views, id_)

    row = session.run(read())
    if session.paper.is_json:
        session.paper.json(row)
        return
    shown = ((column.title.lower(), column.of(row)) for column in COLUMNS)
    session.paper.fields((*shown, ("ending", row.ending or None), ("moved", exactly(row.moved_us))))


@app.command()
def cancel(context: typer.Context, id_: Id, *, reason: o.Reason = None) -> None:
    """Stop it; what is done stays done."""
    session = o.session_of(context)
    by = session.by(reason)
    is_replay = id_.startswith(REPLAY)
    command = CancelReplay(ReplayId(id_), by) if is_replay else CancelOperation(id_, by)
    session.change(lambda journal: journal.commit(command))
    session.done(f"{id_} is stopped; what is done stays done", operation=id_)
