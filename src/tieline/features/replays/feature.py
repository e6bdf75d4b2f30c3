"""Replays: recorded events run again, planned first."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.reading import listing, showing
from tieline.adapters.sql.replays import reading, replaying
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model import commands as c
from tieline.model.views import views as v
from tieline.model.views.replay_plan import AskPlan
from tieline.operations import replay
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.model.views.replay_plan import ReplayPlan
    from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
    from tieline.surfaces.console.frame import Pages


async def _planned(ask: "ApiRequest", asked: AskPlan) -> "ReplayPlan":
    """With the hub's own flows and payloads."""
    views, admitter = ask.parts.views, ask.parts.admitter
    again, now_us = asked.as_new_action, ask.now_us()
    return await replay.plan(views, admitter, asked.filter, now_us=now_us, as_new_action=again)


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.surfaces.api import replays

    return replays.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.surfaces.cli import replay as nouns

    app.add_typer(nouns.app, name="replay")


def _pages() -> "Pages":
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink
    from tieline.surfaces.console.pages import replays

    return Pages(
        replays.routes,
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
            replaying.start_replay,
            Permission.OPERATE,
            plan=AskPlan,
            inverse=c.CancelReplay,
        ),
        Handles(c.MoveReplay, replaying.continue_replay),
        Handles(
            c.CancelReplay,
            replaying.cancel_replay,
            Permission.OPERATE,
            call="/replays/{id}/cancel",
        ),
    ),
    questions=(
        Answers(v.ListReplays, listing.replays, needs=Permission.READ),
        Answers(v.ShowReplay, showing.replay, needs=Permission.READ),
        Answers(v.CountEffects, reading.effects, needs=Permission.READ),
        Answers(v.NextReplayBatch, reading.next_bite),
        Answers(v.ListBlockedLanes, reading.blocked),
        Answers(AskPlan, needs=Permission.READ, by_hub=_planned),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    tables=("replay",),
)
