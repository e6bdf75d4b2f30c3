"""Pages: schedules with their times."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.schedules.model import OVERDUE_US, ListSchedules
from tieline.rules.people.access import Permission
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/schedules``."""

    @needs(Permission.READ)
    async def schedules(request: Request) -> Response:
        hub = desk.parts.hub
        return await desk.page(
            request,
            "schedules.html",
            title="Schedules",
            rows=await desk.read(ListSchedules()),
            flows={flow.source.name: flow for flow in hub.flows.values()},
            overdue_us=desk.now_us - OVERDUE_US,
        )

    return [Route("/schedules", schedules)]
