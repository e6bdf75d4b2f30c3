"""Replays: recorded events run again, planned first."""

from typing import TYPE_CHECKING

from tieline.features.manifest import Answers, Feature, Handles, PlannedBy
from tieline.features.replays import listing, reading, store
from tieline.features.replays.plan import plan
from tieline.model import commands as c
from tieline.model.views import views as v
from tieline.model.views.plans import PlanReplay
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.replays import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.replays import cli

    app.add_typer(cli.app, name="replay")


def _pages() -> "Pages":
    from tieline.features.replays import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        pages.routes,
        menu=(MenuItem("Records", MenuLink("/replays", "Replays", "replay")),),
        told={
            "replaying": "The replay has begun, below live traffic.",
            "replay-stopped": "The replay is stopped; its runs that had not begun are cancelled.",
        },
    )


REPLAYS = Feature(
    name="replays",
    says="Runs recorded events again, bite by bite below live traffic, as it was planned.",
    commands=(
        Handles(
            c.StartReplay,
            store.start_replay,
            Permission.OPERATE,
            plan=PlannedBy(PlanReplay, lambda one: PlanReplay(one.filter, one.as_new_action)),
            inverse=c.CancelReplay,
        ),
        Handles(c.MoveReplay, store.continue_replay),
        Handles(
            c.CancelReplay,
            store.cancel_replay,
            Permission.OPERATE,
            call="/replays/{id}/cancel",
        ),
    ),
    questions=(
        Answers(v.ListReplays, listing.replays, needs=Permission.READ),
        Answers(v.ShowReplay, listing.replay, needs=Permission.READ),
        Answers(v.CountEffects, reading.effects, needs=Permission.READ),
        Answers(v.NextReplayBatch, reading.next_bite),
        Answers(v.ListBlockedLanes, reading.blocked),
        Answers(PlanReplay, needs=Permission.READ, planner=plan),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    finds={"replay": listing.with_id},
    tables=("replay",),
)
