"""Frame: what features add to the console, put together: routes, menu, templates and words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from tieline.model.question import Question
from tieline.surfaces.console.ids import ShortId
from tieline.surfaces.console.menu import MenuItem
from tieline.surfaces.console.page_parts import STATIC, PageParts
from tieline.surfaces.web.authorize import open_to_all


@dataclass(frozen=True, slots=True)
class Pages:
    """What one feature adds to the console."""

    routes: Callable[[PageParts], Sequence[BaseRoute]]
    """Each says who may see it."""
    menu: tuple[MenuItem, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    """What the page after a change says, by the word that stands in its address."""
    counted: Mapping[str, Question[Any]] = field(default_factory=dict)
    """What its lines of the menu count, by a name of ``MenuCounts.more``: asked with the others."""
    short_ids: Mapping[str, ShortId] = field(default_factory=dict)
    """What of it the search finds by the end of its id, by the prefix."""


@open_to_all
async def favicon(_: Request) -> Response:
    """For what asks for it unasked."""
    return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")


def console_routes(desk: PageParts, pages: Sequence[Pages]) -> list[BaseRoute]:
    """All pages of all features."""
    added = [route for one in pages for route in one.routes(desk)]
    return [Route("/favicon.ico", favicon), *added]
