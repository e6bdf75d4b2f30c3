"""Sources: entry points as they were heard of, and how anything went over time."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.reading import series
from tieline.features.manifest import Answers, Feature
from tieline.model.views import series as s
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.sources import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.sources import cli as sources

    app.add_typer(sources.app, name="sources")


def _pages() -> "Pages":
    from tieline.features.sources import pages as sources
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        sources.routes,
        menu=(MenuItem("System", MenuLink("/sources", "Sources", "source")),),
    )


SOURCES = Feature(
    name="sources",
    says="Counts what comes in and what becomes of it, by minute and hour.",
    questions=(
        Answers(s.ListSources, series.sources, needs=Permission.READ),
        Answers(s.CountBacklog, series.backlog, needs=Permission.READ),
        Answers(s.ReadSums, series.sums, needs=Permission.READ, one_of={"kind": s.KINDS}),
        Answers(s.ReadSeries, series.series, needs=Permission.READ, one_of={"kind": s.KINDS}),
        Answers(s.ReadSeriesCounts, series.sparks),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    tables=("rhythm", "tally"),
)
