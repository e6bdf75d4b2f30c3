"""Process: run a hub, ask how it is, and examine it."""

from dataclasses import replace
from typing import Annotated

import typer

from tieline.model.base.errors import DeclarationError, SettingsError
from tieline.model.fleet.declaration import ListDeclarations
from tieline.model.people.alert import AlertState
from tieline.model.views.rows import WorkCount
from tieline.model.views.views import (
    CheckStore,
    CountWork,
    ListAlerts,
    ListConnectionStates,
    ListPauses,
    ListWorkers,
)
from tieline.model.views.work_lists import CountWaiting
from tieline.operations import doctor as doctors
from tieline.operations.doctor import Level
from tieline.operations.doctor_hub import DoctorHub
from tieline.operations.doctor_standing import DoctorStandings, gather_standings, of_standings
from tieline.operations.fleet_signs import unfinished
from tieline.rules.formats.labels import label
from tieline.rules.formats.plain_time import ago
from tieline.rules.privacy.address import shown
from tieline.rules.runs.waiting import all_in_words
from tieline.rules.store.name import file_of
from tieline.rules.watch.fleet import FleetProblem, FleetSigns, problems
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


def status(context: typer.Context) -> None:
    """Say whether a hub is running, and how its work stands."""
    session = o.session_of(context)
    store = session.target().store if session.far is None else session.far.url
    health = session.ask(CheckStore())
    counted = session.ask(CountWork())
    wrong = _of_fleet(session, counted)
    told = {
        ("url" if session.far else "store"): shown(store),
        "process": health.holder,
        "processes": health.openers,
        "hub": None if session.far else session.run(session.build.hub_status(store)),
        "flows": counted.flows,
        "oldest": counted.oldest,
        "paused": session.ask(ListPauses()),
        "waits": _waits(session),
        "wrong": _wrong(session),
        "alerts": _firing(session),
        "workers": session.ask(ListWorkers()),
        "problems": wrong,
    }
    if session.paper.is_json:
        session.paper.json(told)
        return
    _tell(session, health.openers)
    for one in wrong:
        session.paper.say(f"{one.what}; do: {one.do}", style="yellow")


def _tell(session: CliSession, openers: tuple[str, ...]) -> None:
    counted = session.ask(CountWork())
    running = f"running in {' and '.join(openers)}" if openers else "no hub is running"
    totals = {
        name: sum(getattr(count, name) for count in counted.flows)
        for name in ("ready", "behind", "running", "retrying", "waiting", "held", "dead")
    }
    oldest = counted.oldest
    session.paper.fields(
        (
            (
                ("hub at", shown(session.far.url))
                if session.far
                else ("store", shown(session.target().store))
            ),
            ("hub", running),
            *((label(name), count) for name, count in totals.items()),
            (
                "oldest unfinished",
                oldest
                and f"{oldest.id} of {oldest.flow}, {label(oldest.state)}, made "
                f"{ago(oldest.created_us, session.now_us())}",
            ),
        )
    )
    for words in (*_waits(session), *_wrong(session)):
        session.paper.say(words, style="yellow")
    firing = _firing(session)
    if firing:
        many = "1 alert fires" if firing == 1 else f"{firing} alerts fire"
        session.paper.say(f"{many}: tieline alerts", style="yellow")
    for pause in session.ask(ListPauses()):
        session.paper.say(
            f"{pause.kind} {pause.name} is paused by {pause.actor}: {pause.reason}", style="yellow"
        )


def _of_fleet(session: CliSession, counted: WorkCount) -> tuple[FleetProblem, ...]:
    """What is wrong with the processes together, whatever hub is here."""
    workers, known = session.ask(ListWorkers()), session.ask(ListDeclarations())
    return problems(FleetSigns(workers, known, session.now_us(), unfinished(counted)))


def _waits(session: CliSession) -> tuple[str, ...]:
    """How many runs wait for which connection, and for what it has to become."""
    counts = session.ask(CountWaiting())
    if not counts:
        return ()
    pauses, states = session.ask(ListPauses()), session.ask(ListConnectionStates())
    return all_in_words(counts, pauses, states, session.now_us())


def _wrong(session: CliSession) -> tuple[str, ...]:
    """Sources that let nothing in, and connections that take no calls; what runs wait for says
    itself why."""
    vault, now_us = session.target().vault, session.now_us()

    async def look() -> DoctorStandings:
        async with session.views() as views:
            return await gather_standings(views, now_us)

    standings, waited = session.run(look()), dict(session.ask(CountWaiting()))
    states = tuple(state for state in standings.states if state.connection not in waited)
    found = of_standings(replace(standings, states=states), None, vault, now_us)
    return tuple(f"{one.what}; do: {one.do}" for one in found)


def _firing(session: CliSession) -> int:
    return sum(row.state == AlertState.FIRING for row in session.ask(ListAlerts()))


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
