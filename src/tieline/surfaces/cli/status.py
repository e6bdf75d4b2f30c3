"""Status: whether a hub is running, and how its work stands; everything is read once."""

from dataclasses import dataclass

import typer

from tieline.model.fleet.declaration import ListDeclarations
from tieline.model.people.alert import AlertState
from tieline.model.views.details import StoreHealth
from tieline.model.views.rows import PauseRow, WorkCount, WorkerRow
from tieline.model.views.views import (
    CheckStore,
    CountWork,
    ListAlerts,
    ListConnectionStates,
    ListPauses,
    ListWorkers,
)
from tieline.model.views.work_lists import CountWaiting
from tieline.operations.doctor_standing import gather_standings, of_standings
from tieline.operations.fleet_signs import unfinished
from tieline.ports.vault import Vault
from tieline.ports.views import Views
from tieline.rules.formats.labels import label
from tieline.rules.formats.plain_time import ago
from tieline.rules.privacy.address import shown
from tieline.rules.runs.waiting import all_in_words
from tieline.rules.watch.fleet import FleetProblem, FleetSigns, problems
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.session import CliSession


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What is told."""

    health: StoreHealth
    counted: WorkCount
    paused: tuple[PauseRow, ...]
    waits: tuple[str, ...]
    """How many runs wait for which connection, and for what it has to become."""
    wrong: tuple[str, ...]
    """Sources that let nothing in, and connections that take no calls; what runs wait for says
    itself why."""
    firing: int
    """Alerts."""
    workers: tuple[WorkerRow, ...]
    problems: tuple[FleetProblem, ...]
    """What is wrong with the processes together, whatever hub is here."""


def status(context: typer.Context) -> None:
    """Say whether a hub is running, and how its work stands."""
    session = o.session_of(context)
    vault, now_us = session.target().vault, session.now_us()

    async def look() -> StatusFacts:
        async with session.views() as views:
            return await _gathered(views, vault, now_us)

    facts = session.run(look())
    if session.paper.is_json:
        session.paper.json(_document(session, facts))
    else:
        _tell(session, facts, now_us)


async def _gathered(views: Views, vault: Vault, now_us: int) -> StatusFacts:
    counted, paused = await views.read(CountWork()), await views.read(ListPauses())
    waiting = await views.read(CountWaiting())
    states = await views.read(ListConnectionStates())
    waited = dict(waiting)
    rest = tuple(state for state in states if state.connection not in waited)
    found = of_standings(await gather_standings(views, rest, now_us), None, vault, now_us)
    alerts, workers = await views.read(ListAlerts()), await views.read(ListWorkers())
    known = await views.read(ListDeclarations())
    return StatusFacts(
        health=await views.read(CheckStore()),
        counted=counted,
        paused=paused,
        waits=all_in_words(waiting, paused, states, now_us) if waiting else (),
        wrong=tuple(f"{one.what}; do: {one.do}" for one in found),
        firing=sum(row.state == AlertState.FIRING for row in alerts),
        workers=workers,
        problems=problems(FleetSigns(workers, known, now_us, unfinished(counted))),
    )


def _document(session: CliSession, facts: StatusFacts) -> dict[str, object]:
    store = _place(session)
    return {
        ("url" if session.far else "store"): shown(store),
        "process": facts.health.holder,
        "processes": facts.health.openers,
        "hub": None if session.far else session.run(session.build.hub_status(store)),
        "flows": facts.counted.flows,
        "oldest": facts.counted.oldest,
        "paused": facts.paused,
        "waits": facts.waits,
        "wrong": facts.wrong,
        "alerts": facts.firing,
        "workers": facts.workers,
        "problems": facts.problems,
    }


def _place(session: CliSession) -> str:
    return session.target().store if session.far is None else session.far.url


def _tell(session: CliSession, facts: StatusFacts, now_us: int) -> None:
    openers, oldest = facts.health.openers, facts.counted.oldest
    running = f"running in {' and '.join(openers)}" if openers else "no hub is running"
    totals = {
        name: sum(getattr(count, name) for count in facts.counted.flows)
        for name in ("ready", "behind", "running", "retrying", "waiting", "held", "dead")
    }
    session.paper.fields(
        (
            ("hub at" if session.far else "store", shown(_place(session))),
            ("hub", running),
            *((label(name), count) for name, count in totals.items()),
            (
                "oldest unfinished",
                oldest
                and f"{oldest.id} of {oldest.flow}, {label(oldest.state)}, made "
                f"{ago(oldest.created_us, now_us)}",
            ),
        )
    )
    for words in _warnings(facts):
        session.paper.say(words, style="yellow")


def _warnings(facts: StatusFacts) -> tuple[str, ...]:
    firing = facts.firing
    many = "1 alert fires" if firing == 1 else f"{firing} alerts fire"
    return (
        *facts.waits,
        *facts.wrong,
        *([f"{many}: tieline alerts"] if firing else []),
        *(f"{row.kind} {row.name} is paused by {row.actor}: {row.reason}" for row in facts.paused),
        *(f"{one.what}; do: {one.do}" for one in facts.problems),
    )
