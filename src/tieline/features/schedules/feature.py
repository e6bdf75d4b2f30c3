"""Schedules: flows that are due by the clock; each due time fires once."""

from typing import TYPE_CHECKING

from tieline.features.manifest import Answers, Feature, Handles
from tieline.features.schedules import checks, reading, store
from tieline.features.schedules.loops import loops
from tieline.features.schedules.model import Fire, KeepSchedule, ListSchedules
from tieline.model.runs.facts import ScheduleFired
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _endpoints() -> "tuple[Endpoint, ...]":
    from tieline.features.schedules import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.schedules import cli

    app.add_typer(cli.app, name="schedules")


def _pages() -> "Pages":
    from tieline.features.schedules import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    link = MenuLink("/schedules", "Schedules", "schedule")
    return Pages(pages.routes, menu=(MenuItem("System", link),))


SCHEDULES = Feature(
    name="schedules",
    says="Fires flows by the clock, once for each due time.",
    commands=(
        Handles(KeepSchedule, store.keep_schedule),
        Handles(Fire, store.fire),
    ),
    questions=(Answers(ListSchedules, reading.schedules, needs=Permission.READ),),
    loops=loops,
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    tables=("schedule",),
    facts=(ScheduleFired,),
    checks=(checks.of_schedules,),
)
