"""Probing: the other side of a connection is asked at once, and its answer is waited for."""

import asyncio
from typing import Annotated

import typer

from tieline.features.flows.cli.connections import app
from tieline.features.probes.model import ProbeConnection, ProbeRow, ShowProbe
from tieline.features.probes.rules import answered, in_words, path_of
from tieline.model.base.errors import NotFound
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.session import CliSession

LOOK_S = 0.2
LOOKS = 150
"""30 s: longer than the usual deadline of a call; its end is stored whoever waits."""
NO_ANSWER = 1


@app.command()
def probe(
    context: typer.Context,
    name: str,
    *,
    path: Annotated[str, typer.Option(help="What to GET there.")] = "/",
    reason: o.Reason = None,
) -> None:
    """Ask the other side now, past an open breaker or a pause; if it answers, its breaker lets one
    call through at once instead of at its next probe. Exit code 1: it did not answer."""
    session = o.session_of(context)
    path = path_of(path, name="--path")
    hub = session.hub_if_any()
    if hub is not None and name not in hub.connections:
        raise NotFound("connection", name)
    command = ProbeConnection(name, session.by(reason), path)
    session.change(lambda journal: journal.commit(command))
    row = session.run(_ended(session, name))
    if session.paper.is_json:
        session.paper.json(row)
    else:
        session.paper.say(in_words(row))
    if not answered(row):
        raise typer.Exit(NO_ANSWER)


async def _ended(session: CliSession, name: str) -> ProbeRow:
    async with session.views() as views:
        for _ in range(LOOKS):
            row = await views.read(ShowProbe(name))
            if row.ended_us is not None:
                break
            await asyncio.sleep(LOOK_S)
        return row
