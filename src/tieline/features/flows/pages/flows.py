"""Flows: declared ones with how they go, one of them with its lanes, and pausing it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.flows import declared_lines as overview
from tieline.features.flows.pages.pauses import holding
from tieline.model.base.errors import NotFound
from tieline.model.views.declared import FlowLine
from tieline.model.views.series import Point, ReadSums
from tieline.model.views.views import ListRuns, Window
from tieline.model.views.work_lists import ListLanes
from tieline.rules.people.access import Permission
from tieline.surfaces.console.format import days
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.web.authorize import needs

HOUR_US = 3_600_000_000


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/flows`` and one of them."""

    @needs(Permission.READ)
    async def list_(request: Request) -> Response:
        lines = await _lines(desk)
        lanes = await desk.read(ListLanes())
        return await desk.page(
            request,
            "flows.html",
            title="Flows",
            lines=lines,
            sums=await _sums(desk),
            lanes=lanes,
            blocked={name: sum(lane.flow == name for lane in lanes) for name in _names(lines)},
            specs=desk.parts.hub.flows,
        )

    @needs(Permission.READ)
    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        line = next((line for line in await _lines(desk) if line.name == name), None)
        if line is None:
            raise NotFound("flow", name)
        spec = desk.parts.hub.flows.get(name)
        latest = await desk.read(ListRuns(name, window=Window(limit=10)))
        return await desk.page(
            request,
            "flow.html",
            here="/flows",
            title=name,
            line=line,
            spec=spec,
            limit=None if spec is None else days(spec.time_limit),
            lanes=await desk.read(ListLanes(name)),
            latest=latest.rows,
        )

    return [
        Route("/flows", list_),
        Route("/flows/{name}", show),
        *holding(desk, "flow"),
    ]


async def _lines(desk: PageParts) -> tuple[FlowLine, ...]:
    standing = await desk.standing()
    return overview.flows(desk.parts.hub, standing.counted, standing.pauses)


def _names(lines: tuple[FlowLine, ...]) -> list[str]:
    return [line.name for line in lines]


async def _sums(desk: PageParts) -> Mapping[str, Point]:
    now_us = desk.now_us
    return await desk.read(ReadSums("flow", now_us - HOUR_US, now_us))
