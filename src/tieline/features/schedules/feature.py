"""Schedules: flows that are due by the clock; each due time fires once."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.reading import listing
from tieline.adapters.sql.runs import scheduling
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model import commands as c
from tieline.model.views import views as v
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.console.frame import Pages


def _commands(app: "typer.Typer") -> None:
    from tieline.surfaces.cli import schedules

    app.add_typer(schedules.app, name="schedules")


def _pages() -> "Pages":
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import Entry, Link

    link = Link("/schedules", "Schedules", "schedule")
    return Pages(lambda _: (), menu=(Entry("System", link),))


SCHEDULES = Feature(
    name="schedules",
    says="Fires flows by the clock, once for each due time.",
    commands=(
        Handles(c.KeepSchedule, scheduling.keep_schedule),
        Handles(c.Fire, scheduling.fire),
    ),
    questions=(Answers(v.ListSchedules, listing.schedules, needs=Permission.READ),),
    pages=_pages,
    commands_of_people=_commands,
    tables=("schedule",),
)
