"""Probes: connections are asked when a person says so."""

from typing import TYPE_CHECKING

from tieline.features.manifest import Answers, Feature, Handles
from tieline.features.probes import reading, store
from tieline.features.probes.loops import on_path
from tieline.features.probes.model import (
    EndProbe,
    ListProbes,
    ProbeConnection,
    ShowProbe,
    TakeProbe,
)
from tieline.model.runs.facts import DecisionMade
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _told(command: ProbeConnection) -> DecisionMade:
    by = command.by
    return DecisionMade("probe", f"connection:{command.connection}", by.actor, by.reason)


def _path(command: ProbeConnection) -> dict[str, object]:
    return {"path": command.path}


def _endpoints() -> "tuple[Endpoint, ...]":
    from tieline.features.probes import api

    return api.ENDPOINTS


def _commands(_: "typer.Typer") -> None:
    from tieline.features.probes import cli  # noqa: F401 - its verb joins those of connections


def _pages() -> "Pages":
    from tieline.features.probes import pages
    from tieline.surfaces.console.frame import Pages

    return Pages(pages.routes)


PROBES = Feature(
    name="probes",
    says="Asks a connection's other side when a person says so, and lets calls through again.",
    needs=("flows",),
    commands=(
        Handles(
            ProbeConnection,
            store.ask_for,
            Permission.OPERATE,
            call="/connections/{connection}/probe",
            body=_path,
            facts=_told,
        ),
        Handles(TakeProbe, store.take),
        Handles(EndProbe, store.end),
    ),
    questions=(
        Answers(ListProbes, reading.probes, needs=Permission.READ),
        Answers(ShowProbe, reading.probe, needs=Permission.READ),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    tables=("probe",),
    on_path=on_path,
)
