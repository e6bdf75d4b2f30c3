"""Audit: what people did, in a chain of hashes."""

from typing import Annotated

import typer

from tieline.features.audit.chain import Chain, check_chain
from tieline.model.base.errors import NotFound, SettingsError
from tieline.model.views.rows import AuditRow
from tieline.model.views.views import ListAudit, Window
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import ListSpan

app = o.noun("Audit: what people did, when and why; doctor checks that nothing was changed.")

COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("LINE", lambda row: row.seq),
    Column("AT (UTC)", lambda row: when(row.at_us)),
    Column("WHO", lambda row: row.actor),
    Column("DID", lambda row: row.action),
    Column("TO", lambda row: row.subject),
    Column("REASON", lambda row: row.reason),
)


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    subject: Annotated[
        str | None, typer.Option(help="Only about this: a run's id, flow:NAME, …")
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Only what was said of this tenant itself.")
    ] = None,
    who: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    action: Annotated[
        str | None, typer.Option(help="Only this, such as retry or rejected-retry-dead.")
    ] = None,
    logins: Annotated[
        bool, typer.Option("--logins/--no-logins", help="Also log-ins and log-outs.")
    ] = True,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: Annotated[int | None, typer.Option(min=1, help="Only lines before this.")] = None,
) -> None:
    """List what people did, newest first."""
    session = o.session_of(context)
    if tenant is not None and subject is not None:
        raise SettingsError("--tenant", tenant, "give it or --subject, not both")
    about = subject if tenant is None else f"tenant:{tenant}"
    before = None if cursor is None else str(cursor)
    window = session.window(ListSpan(since, until, before, limit), prefix="")
    page = session.pages(lambda part: ListAudit(about, part, who, action, logins), window)
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def verify(
    context: typer.Context,
    *,
    head: Annotated[
        str | None,
        typer.Option(help="A hash that was kept elsewhere: its line must still be there."),
    ] = None,
) -> None:
    """Follow the chain of hashes from the first line; exit code 1 when one was changed or removed.

    Prints the newest hash: kept elsewhere, it shows later whether lines were cut off at the end.
    """
    session = o.session_of(context)

    async def follow() -> Chain:
        async with session.views() as views:
            return await check_chain(views, head=head)

    chain = session.run(follow())
    if session.paper.is_json:
        session.paper.json(chain)
    else:
        for oddity in chain.oddities:
            session.paper.say(f"{oddity.subject}: {oddity.words}", style="bold red")
        words = "sound" if chain.sound else "NOT sound"
        session.paper.say(f"{chain.lines} lines, the chain is {words}")
        session.paper.fields((("newest hash", chain.head),))
    raise typer.Exit(0 if chain.sound else 1)


@app.command()
def show(context: typer.Context, line: int) -> None:
    """Show one line with its hash."""
    session = o.session_of(context)
    page = session.ask(ListAudit(window=Window(before=str(line + 1), limit=1)))
    row = next((row for row in page.rows if row.seq == line), None)
    if row is None:
        raise NotFound("audit line", str(line))
    if session.paper.is_json:
        session.paper.json(row)
        return
    session.paper.fields(
        (
            ("line", row.seq),
            ("at", exactly(row.at_us)),
            ("who", row.actor),
            ("did", row.action),
            ("to", row.subject),
            ("reason", row.reason),
            ("hash", row.hash),
            ("hash before", row.previous or None),
        )
    )
