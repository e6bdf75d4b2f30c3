"""Routes: the desk comes in; every page of the console goes out."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from tieline.surfaces.console.desk import STATIC, Desk
from tieline.surfaces.console.pages import (
    connections,
    events,
    flows,
    issues,
    letters,
    live,
    now,
    people,
    replays,
    runs,
    sources,
    story,
    system,
)
from tieline.surfaces.console.tail import TailHub
from tieline.surfaces.web.guard import open_to_all


@open_to_all
async def favicon(_: Request) -> Response:
    """For what asks for it unasked."""
    return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")


def console_routes(desk: Desk) -> list[BaseRoute]:
    """All pages; each says who may see it."""
    tail = TailHub(desk.parts.views, desk.parts.observer)
    return [
        Route("/favicon.ico", favicon),
        *now.routes(desk),
        *story.routes(desk),
        *issues.routes(desk),
        *events.routes(desk),
        *runs.routes(desk),
        *letters.routes(desk),
        *replays.routes(desk),
        *flows.routes(desk),
        *connections.routes(desk),
        *sources.routes(desk),
        *system.routes(desk),
        *live.routes(desk, tail),
        *people.routes(desk),
    ]
