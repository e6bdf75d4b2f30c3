"""Db: the store itself: how it is, bring it up to date, move it to another engine."""

from typing import Annotated

import typer

from tieline.model.base.errors import CommandRefused
from tieline.model.views.engine_report import StoreReport, TableReport
from tieline.model.views.transfer import Copied
from tieline.operations.copying import CopyOptions, copy, reopen
from tieline.rules.formats.plain_time import span
from tieline.rules.privacy.address import shown
from tieline.rules.store.name import SQLITE, file_of, is_postgres
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column
from tieline.surfaces.cli.session import CliSession

app = o.noun("Db: the store itself: status, migrations, a move to another engine.")

MEGABYTE = 1024 * 1024
TABLES: tuple[Column[TableReport], ...] = (
    Column("TABLE", lambda row: row.name),
    Column("ROWS (ABOUT)", lambda row: row.rows),
    Column("MB", lambda row: None if row.bytes is None else f"{row.bytes / MEGABYTE:.1f}"),
    Column("DEAD ROWS", lambda row: row.dead_rows),
    Column("DAYS", lambda row: row.partitions or None),
    Column("LAST DAY", lambda row: row.last_day),
)
COPIED: tuple[Column[Copied], ...] = (
    Column("TABLE", lambda row: row.table),
    Column("ROWS", lambda row: row.rows),
    Column("DIGEST, THE SAME ON BOTH SIDES", lambda row: row.digest),
)


@app.command()
def status(context: typer.Context) -> None:
    """Show engine, migrations, sizes, who is connected and the oldest open transaction."""
    session = o.session_of(context)
    sheet = session.run(session.build.sheet(session.target().store))
    if session.paper.is_json:
        session.paper.json(sheet)
        return
    _tell(session, sheet)


def _tell(session: CliSession, sheet: StoreReport) -> None:
    connections = sheet.connections and f"{sheet.connections} of {sheet.most_connections}"
    oldest = None
    if sheet.snapshot_s is not None:
        oldest = f"{span(int(sheet.snapshot_s * 1e6))}, {sheet.snapshot_holder}"
    session.paper.fields(
        (
            ("store", sheet.shown),
            ("engine", f"{sheet.engine} {sheet.version}"),
            ("applied", ", ".join(sheet.applied)),
            ("pending", ", ".join(sheet.pending) or "nothing"),
            ("size", f"{sheet.bytes / MEGABYTE:.1f} MB"),
            ("in use by", "; ".join(sheet.holders) or "nobody"),
            ("connections of the server", connections),
            ("oldest open transaction", oldest),
            ("closed to hubs", sheet.shut),
        )
    )
    for risk in sheet.risks:
        session.paper.say(f"warning: {risk}", style="yellow")
    session.paper.section("tables:", TABLES, sheet.tables)


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the store up to this release; nothing is taken from an older hub that runs."""
    session = o.session_of(context)
    store = session.target().store

    async def done() -> list[str]:
        rows = await session.build.open_rows(store)
        await rows.close()
        return list(rows.migrated)

    applied = session.run(done())
    session.done(
        f"applied: {', '.join(applied)}" if applied else "nothing to do: it is up to date",
        applied=applied,
    )


@app.command("copy")
def copy_(
    context: typer.Context,
    *,
    to: Annotated[
        str,
        typer.Option("--to", help="An empty store: postgresql://user@host/database, a file."),
    ],
    new_file: Annotated[
        bool,
        typer.Option("--new-file", help="Make the file of --to; sqlite:///path says so as well."),
    ] = False,
    rows: Annotated[
        int, typer.Option("--rows", min=1, max=10_000, help="Rows in one transaction, at most.")
    ] = 500,
) -> None:
    """Copy all of a stopped store into an empty one, compare both, and close the first.

    Whatever ends it, the same command goes on where it was.
    """
    session = o.session_of(context)
    target = session.target()
    is_new = new_file or to.startswith(SQLITE)
    _refuse_slips(target.store, to, is_new=is_new)

    def tell(words: str) -> None:
        if not session.paper.is_json:
            session.paper.say(words)

    async def done() -> list[Copied]:
        source = await session.build.open_rows(target.store)
        try:
            sink = await session.build.open_rows(to, is_new=is_new)
            try:
                wishes = CopyOptions(target.ids.replay().removeprefix("rpl_"), rows)
                return await copy(source, sink, wishes, tell)
            finally:
                await sink.close()
        finally:
            await source.close()

    copied = session.run(done())
    if not copied:
        session.done(f"copied already, nothing to do: all of it is in {shown(to)}", copied=[])
        return
    session.paper.table(COPIED, copied)
    session.paper.hint(
        f"all of it is in {shown(to)}: set store there (tieline.toml or TIELINE_STORE) and start "
        f"the hub; {shown(target.store)} is closed to hubs now"
    )


def _refuse_slips(store: str, to: str, *, is_new: bool) -> None:
    """A slip in *to* must not make a file that then counts as the store."""
    is_same = store == to
    if not is_postgres(to):
        path = file_of(to)
        is_same = not is_postgres(store) and path.resolve() == file_of(store).resolve()
        if not is_same and not is_new and not path.is_file():
            raise CommandRefused(
                f"--to is {to!r}, and there is no such file; say --new-file to make it, "
                "or name a database: postgresql://user@host/database"
            )
    if is_same:
        raise CommandRefused(f"--to is {shown(to)!r}, which is the store itself; name another")


@app.command("reopen")
def reopen_(
    context: typer.Context,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Yes: what the copy has done since may happen twice.")
    ] = False,
) -> None:
    """Let hubs work again on a store that was moved, or whose copy is given up."""
    session = o.session_of(context)
    store = session.target().store
    if not force:
        raise CommandRefused(
            f"{shown(store)} stays closed: if a hub has worked on its copy, what it did would be "
            "done twice; say --force if none has, or if the copy is lost"
        )

    async def done() -> str:
        rows = await session.build.open_rows(store)
        try:
            return (await reopen(rows)).other
        finally:
            await rows.close()

    other = session.run(done())
    session.done(f"hubs may work on {shown(store)} again; let none work on {other}", other=other)
