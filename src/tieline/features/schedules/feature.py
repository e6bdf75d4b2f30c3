"""Schedules: flows that are due by the clock; each due time fires once."""

from typing import TYPE_CHECKING

from tieline.features.manifest import Answers, Feature, Handles
from tieline.features.schedules import checks, reading, store
from tieline.features.schedules.loops import loops
from tieline.features.schedules.model import (
    Fire,
    FireAsked,
    FireSchedule,
    KeepSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
)
from tieline.model.command import name_of
from tieline.model.runs.facts import DecisionMade, ScheduleFired
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


ScheduleCommand = FireSchedule | PauseSchedule | ResumeSchedule


def _told(command: ScheduleCommand) -> DecisionMade:
    by = command.by
    return DecisionMade(name_of(type(command)), command.name, by.actor, by.reason)


def _name(command: ScheduleCommand) -> dict[str, object]:
    """Not in the path: one without a name of its own is called by its cron text, with slashes."""
    return {"name": command.name}


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
    return Pages(
        pages.routes,
        menu=(MenuItem("System", link),),
        told={
            "schedule-asked": "It fires within a few seconds, beside its times.",
            "schedule-paused": "The schedule is paused: its times pass and count as missed.",
            "schedule-resumed": "The schedule fires at its times again.",
        },
    )


SCHEDULES = Feature(
    name="schedules",
    says="Fires flows by the clock, once for each due time.",
    commands=(
        Handles(KeepSchedule, store.keep_schedule),
        Handles(Fire, store.fire),
        Handles(FireAsked, store.fire_asked),
        Handles(
            FireSchedule,
            store.ask_for,
            Permission.OPERATE,
            call="/schedules/fire",
            body=_name,
            facts=_told,
        ),
        Handles(
            PauseSchedule,
            store.pause,
            Permission.OPERATE,
            call="/schedules/pause",
            body=_name,
            inverse=ResumeSchedule,
            facts=_told,
        ),
        Handles(
            ResumeSchedule,
            store.resume,
            Permission.OPERATE,
            call="/schedules/resume",
            body=_name,
            inverse=PauseSchedule,
            facts=_told,
        ),
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
