"""Story: everything that happened to one thing, across all systems, on one time line."""

import shlex
from typing import Annotated

import typer

from tieline.model.base.errors import NotFound
from tieline.model.inbound.receipt import Verdict
from tieline.model.views.views import ListReceipts, Window
from tieline.operations.story import Line, Story, story
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly
from tieline.surfaces.cli.session import CliSession

COLUMNS: tuple[Column[Line], ...] = (
    Column("AT (UTC)", lambda line: exactly(line.at_us)),
    Column("WHAT HAPPENED", lambda line: line.words),
    Column("", lambda line: "!" if line.is_trouble else " "),
    Column("ID", lambda line: line.id),
)


def tell(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND|ID", help="A kind such as order; or any id, or order:84219."),
    ],
    key: Annotated[str | None, typer.Argument(help="With a kind: the key, such as 84219.")] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Whose, where several tenants have one of this name.")
    ] = None,
) -> None:
    """Tell the whole story of one thing, its timeline: story order 84219, or story evt_…"""
    session = o.session_of(context)

    async def read() -> Story:
        async with session.views() as views:
            return await story(views, kind, key, tenant)

    try:
        told = session.run(read())
    except NotFound:
        _hint_of_rejected(session, key or kind)
        raise
    if session.paper.is_json:
        session.paper.json(told)
        return
    session.paper.table(COLUMNS, told.lines)
    session.paper.say(f"{told.about}: {told.ending}", style="bold")
    if not told.whole:
        session.paper.hint("there is more than one story can show; ask by a narrower id")


def _hint_of_rejected(session: CliSession, text: str) -> None:
    """What has no event may have come all the same, and been turned away."""
    rejected = session.ask(ListReceipts(None, Verdict.REFUSED, Window(limit=1), header=text))
    if rejected.rows:
        session.paper.hint(
            "a delivery that was rejected carries it in a header or its query: "
            f"tieline deliveries list --status rejected --containing {shlex.quote(text)}"
        )
