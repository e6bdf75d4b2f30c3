"""Routes: the desk comes in; every page of the console goes out."""

from starlette.routing import BaseRoute

from tieline.surfaces.console.desk import Desk
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
    story,
    system,
)
from tieline.surfaces.console.tail import TailHub


def console_routes(desk: Desk) -> list[BaseRoute]:
    """All pages; each says who may see it."""
    tail = TailHub(desk.parts.views, desk.parts.observer)
    return [
        *now.routes(desk),
        *story.routes(desk),
        *issues.routes(desk),
        *events.routes(desk),
        *runs.routes(desk),
        *letters.routes(desk),
        *replays.routes(desk),
        *flows.routes(desk),
        *connections.routes(desk),
        *system.routes(desk),
        *live.routes(desk, tail),
        *people.routes(desk),
    ]
