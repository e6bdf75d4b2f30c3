"""Fleet: processes beat, one of them has each duty, and they share the limits of connections."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.fleet import limits
from tieline.adapters.sql.reading import listing, more
from tieline.adapters.sql.runs import sweeping
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model.fleet.limits import KeepStandings, LeaseShares
from tieline.model.fleet.presence import Beat, Leave, TakeDuty
from tieline.model.views import more as m
from tieline.model.views import views as v
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.console.frame import Pages


def _commands(app: "typer.Typer") -> None:
    from tieline.surfaces.cli import workers

    app.add_typer(workers.app, name="workers")


def _pages() -> "Pages":
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import Entry, Link
    from tieline.surfaces.console.pages import system

    return Pages(
        system.routes,
        menu=(
            Entry("System", Link("/workers", "Workers", "worker")),
            Entry("Records", Link("/audit", "Audit", "audit")),
        ),
    )


FLEET = Feature(
    name="fleet",
    says="Keeps several processes of one store apart, and lets them share what is limited.",
    commands=(
        Handles(Beat, sweeping.beat),
        Handles(Leave, sweeping.leave),
        Handles(TakeDuty, sweeping.take_duty),
        Handles(LeaseShares, limits.lease_shares),
        Handles(KeepStandings, limits.keep_standings),
    ),
    questions=(
        Answers(v.ListWorkers, listing.workers, needs=Permission.READ),
        Answers(m.ShowWorker, more.worker, needs=Permission.READ),
        Answers(m.CountHands, more.hands, needs=Permission.READ),
        Answers(v.ListStandings, limits.standings),
    ),
    pages=_pages,
    commands_of_people=_commands,
    tables=("worker", "duty", "standing", "share"),
)
