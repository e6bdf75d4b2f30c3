"""Fleet: processes beat, one of them has each duty, and they share the limits of connections."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.fleet import declaring, limits
from tieline.adapters.sql.reading import listing
from tieline.adapters.sql.reading import work_lists as more
from tieline.adapters.sql.runs import sweeping
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model.fleet.declaration import KeepDeclaration, ListDeclarations
from tieline.model.fleet.limits import KeepConnectionStates, LeaseQuotas
from tieline.model.fleet.presence import Beat, EndPresence, TakeLeaderLease
from tieline.model.views import views as v
from tieline.model.views import work_lists as m
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.console.frame import Pages


def _commands(app: "typer.Typer") -> None:
    from tieline.features.fleet import cli as workers

    app.add_typer(workers.app, name="workers")


def _pages() -> "Pages":
    from tieline.features.fleet import pages as system
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        system.routes,
        menu=(MenuItem("System", MenuLink("/workers", "Workers", "worker")),),
    )


FLEET = Feature(
    name="fleet",
    says="Keeps several processes of one store apart, and lets them share what is limited.",
    commands=(
        Handles(Beat, sweeping.beat),
        Handles(EndPresence, sweeping.leave),
        Handles(TakeLeaderLease, sweeping.take_duty),
        Handles(KeepDeclaration, declaring.keep_declaration),
        Handles(LeaseQuotas, limits.lease_shares),
        Handles(KeepConnectionStates, limits.keep_standings),
    ),
    questions=(
        Answers(v.ListWorkers, listing.workers, needs=Permission.READ),
        Answers(ListDeclarations, declaring.declarations, needs=Permission.READ),
        Answers(m.ShowWorker, more.worker, needs=Permission.READ),
        Answers(m.CountHands, more.hands, needs=Permission.READ),
        Answers(v.ListConnectionStates, limits.standings, needs=Permission.READ),
    ),
    pages=_pages,
    commands_of_people=_commands,
    tables=("worker", "declaration", "duty", "standing", "share"),
)
