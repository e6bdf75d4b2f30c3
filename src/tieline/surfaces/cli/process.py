"""Process: run a hub or a demo of one, and examine it."""

from typing import Annotated

import typer

from tieline.model.base.errors import DeclarationError, SettingsError
from tieline.operations import doctor as doctors
from tieline.operations.doctor import Level
from tieline.operations.doctor_hub import DoctorHub
from tieline.rules.store.name import file_of
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.build import DemoOptions
from tieline.surfaces.cli.session import CliSession

STYLES = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.NOTE: ""}


def serve(  # noqa: PLR0913 - the settings that one gives by hand
    context: typer.Context,
    *,
    host: Annotated[str | None, typer.Option(help="Address of the webhook door.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the door; 0 takes a free one.")] = None,
    console_port: Annotated[
        int | None, typer.Option(help="Port of the console; 0 takes a free one.")
    ] = None,
    roles: Annotated[
        str | None,
        typer.Option(help="Some of ingest,worker,scheduler,console; all unless told otherwise."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(help="Processes that share the work; needs PostgreSQL.")
    ] = None,
    reload: Annotated[
        bool, typer.Option("--reload", help="While you write: serve again when a file changes.")
    ] = False,
) -> None:
    """Run the hub until it is told to stop (SIGTERM, Ctrl-C).

    Of several processes, SIGHUP replaces one after the other.
    """
    session = o.session_of(context)
    own = {
        "host": host,
        "port": port,
        "console_port": console_port,
        "roles": roles,
        "processes": processes,
    }
    overrides = {**session.overrides, **own}
    serve_ = session.build.serve_again if reload else session.build.serve
    raise typer.Exit(serve_(overrides))


def demo(
    context: typer.Context,
    *,
    seconds: Annotated[
        float, typer.Option(min=3, max=3_600, help="Of traffic; draining comes on top.")
    ] = 30.0,
    rate: Annotated[
        float, typer.Option(min=1, max=200, help="Events a second, all senders together.")
    ] = 30.0,
    kill: Annotated[
        bool, typer.Option(help="Kill the hub with -9 in the middle, and start it again.")
    ] = True,
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on afterwards, for looking around in the console.")
    ] = False,
) -> None:
    """Run a hub among simulated vendors that fail; exit code 1 when something is lost or doubled.

    The store is a temporary file unless --store names one.
    """
    session = o.session_of(context)
    store = None if session.store is None else file_of(session.store).resolve()
    paper = session.paper
    wishes = DemoOptions(seconds, rate, kill, store, paper.is_json, paper.is_terminal, keep)
    raise typer.Exit(session.build.demo(wishes))


def doctor(
    context: typer.Context,
    *,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Also read every page and every row.")
    ] = False,
) -> None:
    """Examine store and hub; exit code 1 when something is wrong."""
    session = o.session_of(context)
    vault, now_us = session.target().vault, session.now_us()
    place, mistakes = _place(session)

    async def look() -> tuple[doctors.Finding, ...]:
        async with session.views() as views:
            return await doctors.examine(
                views, place, vault, now_us, checks=session.build.checks, thorough=thorough
            )

    findings = (*mistakes, *session.run(look()))
    if session.paper.is_json:
        for finding in findings:
            session.paper.json(finding)
    else:
        for finding in findings:
            advice = f"; do: {finding.do}" if finding.do else ""
            session.paper.say(
                f"{finding.level}: {finding.what}{advice}", style=STYLES[finding.level]
            )
        if session.far is not None:
            session.paper.hint(
                "only what the store there says was examined; for its hub, secrets and settings "
                "run tieline doctor on its machine, without --url"
            )
        elif place is None and not mistakes:
            session.paper.hint("the hub was not found, so only the store was examined; give --hub")
    raise typer.Exit(doctors.exit_code(findings))


def _place(session: CliSession) -> tuple[DoctorHub | None, tuple[doctors.Finding, ...]]:
    """The hub where it runs, or what is wrong with it."""
    if not session.may_have_hub():
        return None, ()
    try:
        hub, target = session.load_hub(), session.target()
        files = session.build.hub_files(session.overrides)
        return DoctorHub(hub, target.vault, target.public_url, files), ()
    except (SettingsError, DeclarationError) as error:
        told = str(error).splitlines()
        return None, tuple(
            doctors.Finding(Level.ERROR, f"the hub cannot be loaded: {line.strip(' -')}")
            for line in (told[1:] or told)
        )
