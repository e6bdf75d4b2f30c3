"""Story: everything that happened to one thing, across all systems, on one time line."""

from typing import Annotated

import typer

from tieline.operations.story import Line, Story, story
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly

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

    told = session.run(read())
    if session.paper.is_json:
        session.paper.json(told)
        return
    session.paper.table(COLUMNS, told.lines)
    session.paper.say(f"{told.about}: {told.ending}", style="bold")
    if not told.whole:
        session.paper.hint("there is more than one story can show; ask by a narrower id")
