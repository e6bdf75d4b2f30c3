"""Sources: entry points with their rhythm, and one of them with what it delivered."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.errors import NotFound
from tieline.model.views.series import ListSources, SourceRow
from tieline.model.views.views import ListReceipts, Window
from tieline.rules.inbound.cadence import silent_ones
from tieline.rules.people.access import Permission
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

SHOWN = 15


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/sources`` and one of them."""

    @needs(Permission.READ)
    async def list_(request: Request) -> Response:
        heard, known = await _heard(desk), desk.parts.hub.heard()
        return await desk.page(
            request,
            "sources.html",
            title="Sources",
            rows=[
                (name, known.get(name), heard.get(name), _flows(desk, name))
                for name in sorted({*known, *heard})
            ],
            silent=silent_ones(heard.values(), desk.parts.hub, desk.now_us),
        )

    @needs(Permission.READ)
    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        hub = desk.parts.hub
        source, heard = hub.heard().get(name), (await _heard(desk)).get(name)
        if source is None and heard is None:
            raise NotFound("source", name)
        latest = await desk.read(ListReceipts(name, None, Window(limit=SHOWN)))
        refused = await desk.read(ListReceipts(name, "refused", Window(limit=5)))
        return await desk.page(
            request,
            "source.html",
            here="/sources",
            title=name,
            name=name,
            source=source,
            heard=heard,
            is_silent=heard is not None and bool(silent_ones((heard,), hub, desk.now_us)),
            flows=_flows(desk, name),
            latest=latest.rows,
            refused=refused.rows,
        )

    return [Route("/sources", list_), Route("/sources/{name}", show)]


async def _heard(desk: PageParts) -> dict[str, SourceRow]:
    return {row.name: row for row in await desk.read(ListSources(desk.now_us))}


def _flows(desk: PageParts, name: str) -> list[str]:
    return [flow.name for flow in desk.parts.hub.flows.values() if flow.source.name == name]
