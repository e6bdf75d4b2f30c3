"""Records: what was received, recorded, run and tried; lists, details, search and stories."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.reading import filtering as narrowing
from tieline.adapters.sql.reading import listing, showing, tailing, tracing
from tieline.adapters.sql.reading import work_lists as more
from tieline.features.manifest import Answers, Feature
from tieline.model.views import views as v
from tieline.model.views import work_lists as m
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.records.api import deliveries, remote, runs, stories

    return (*stories.ENDPOINTS, *deliveries.ENDPOINTS, *runs.ENDPOINTS, *remote.ENDPOINTS)


def _commands(app: "typer.Typer") -> None:
    from tieline.features.records.cli import events, receipts, runs, story

    app.add_typer(receipts.app, name="deliveries")
    app.add_typer(events.app, name="events")
    app.add_typer(runs.app, name="runs")
    app.command("story")(story.tell)


def _pages() -> "Pages":
    from tieline.features.records.pages import events, live, runs, story
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        lambda desk: (
            *story.routes(desk),
            *events.routes(desk),
            *runs.routes(desk),
            *live.routes(desk),
        ),
        menu=(
            MenuItem("", MenuLink("/live", "Live", "live"), needs=Permission.READ),
            MenuItem("", MenuLink("/story", "Search", "search")),
            MenuItem("Records", MenuLink("/events", "Events", "event")),
            MenuItem("Records", MenuLink("/runs", "Runs", "run")),
        ),
    )


RECORDS = Feature(
    name="records",
    says="Shows what was received, recorded, run and tried, and finds it again.",
    questions=(
        Answers(v.ListReceipts, listing.receipts, needs=Permission.READ),
        Answers(v.ListEvents, narrowing.events, needs=Permission.READ),
        Answers(v.ListRuns, narrowing.runs, needs=Permission.READ),
        Answers(v.CountWork, listing.work, needs=Permission.READ),
        Answers(v.CountCalls, listing.calls, needs=Permission.READ),
        Answers(v.ShowReceipt, showing.receipt, needs=Permission.READ),
        Answers(v.ShowEvent, showing.event, needs=Permission.READ),
        Answers(v.ReadEventWait, showing.event_wait),
        Answers(v.ReadRun, showing.run_alone),
        Answers(v.ShowRun, showing.run, needs=Permission.READ),
        Answers(m.ListAttempts, more.attempts, needs=Permission.READ, by_number=True),
        Answers(m.ListLanes, more.lanes, needs=Permission.READ),
        Answers(m.ListMentions, more.mentions),
        Answers(m.Tail, tailing.tail),
        Answers(v.ReadTrail, tracing.trail, needs=Permission.SEARCH),
        Answers(v.FindKey, tracing.kinds_of_key, needs=Permission.SEARCH),
        Answers(m.Find, needs=Permission.SEARCH),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
)
