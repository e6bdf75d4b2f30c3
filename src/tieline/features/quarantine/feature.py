"""Quarantine: authentic deliveries that fit no contract are kept until somebody decides."""

from typing import TYPE_CHECKING

from tieline.features.manifest import Answers, Feature, Handles, PlannedBy
from tieline.features.quarantine import store
from tieline.features.quarantine.inbox import FEEDS
from tieline.features.quarantine.plan import plan
from tieline.model import commands as c
from tieline.model.runs.facts import DecisionMade
from tieline.model.views.plans import PlanClosing
from tieline.model.views.quarantine import CountQuarantine
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _closed(command: c.CloseDeliveries) -> DecisionMade:
    by, count = command.by, len(command.receipt_ids)
    return DecisionMade("close-deliveries", f"{count} deliveries", by.actor, by.reason)


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.quarantine import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.quarantine import cli

    app.add_typer(cli.app, name="quarantine")


def _pages() -> "Pages":
    from tieline.features.quarantine import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import DAY, LAST, MenuItem, MenuLink

    return Pages(
        pages.routes,
        menu=(
            MenuItem(
                "Needs a decision",
                MenuLink("/quarantine", "Quarantine", "quarantined", tone="wait"),
                lambda standing: standing.quarantined,
            ),
            MenuItem(
                "Needs a decision",
                MenuLink("/refused", "Rejected at the door", "refused", says=DAY, query=LAST),
                lambda standing: standing.refused,
            ),
        ),
        told={"closed": "Your decision is recorded for every delivery that it fitted."},
    )


QUARANTINE = Feature(
    name="quarantine",
    needs=("replays",),
    says="Keeps deliveries that fit no contract until somebody discards or replays them.",
    commands=(
        Handles(
            c.CloseDeliveries,
            store.close,
            Permission.OPERATE,
            call="/quarantined-receipts/close",
            plan=PlannedBy(PlanClosing, lambda one: PlanClosing(one.receipt_ids)),
            facts=_closed,
        ),
    ),
    questions=(
        Answers(CountQuarantine, store.count, needs=Permission.READ),
        Answers(PlanClosing, needs=Permission.READ, planner=plan),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    tables=("receipt_decision",),
    inbox=FEEDS,
)
