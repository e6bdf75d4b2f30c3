"""Pages: schedules with their times."""

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.schedules.model import (
    OVERDUE_US,
    FireSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    ScheduleRow,
)
from tieline.model.base.by import By
from tieline.model.base.errors import NotFound
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act
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

    return [
        Route("/schedules", schedules),
        _route(desk, "fire", _firing, FireSchedule),
        _route(desk, "pause", _pausing, PauseSchedule),
        _route(desk, "resume", _resuming, ResumeSchedule),
    ]


TOLD_AS = {"fire": "schedule-asked", "pause": "schedule-paused", "resume": "schedule-resumed"}
HERE = "/schedules"


def _route(
    desk: PageParts,
    verb: str,
    shown: Callable[[ScheduleRow], ConfirmPage],
    command: type[FireSchedule | PauseSchedule | ResumeSchedule],
) -> BaseRoute:
    @needs(Permission.OPERATE)
    async def change(request: Request) -> Response:
        name = request.query_params.get("name", "")
        row = next((row for row in await desk.read(ListSchedules()) if row.name == name), None)
        if row is None:
            raise NotFound("schedule", name)

        async def do(_: FormData, by: By) -> str:
            await desk.parts.carry_out(command(row.name, by))
            return f"{HERE}?told={TOLD_AS[verb]}"

        return await act(desk, request, shown(row), do)

    return Route(f"/schedules/{verb}", change, methods=["GET", "POST"])


def _firing(row: ScheduleRow) -> ConfirmPage:
    does = (
        "Its flow runs once, within a few seconds; its own times stay as they are.",
        "The firing says who asked for it.",
    )
    return ConfirmPage(f"Fire {row.name} now", does, "Fire now", HERE)


def _pausing(row: ScheduleRow) -> ConfirmPage:
    does = (
        "Its times pass without a firing until somebody resumes it, and count as missed.",
        "What has begun goes on.",
    )
    return ConfirmPage(f"Pause {row.name}", does, "Pause", HERE)


def _resuming(row: ScheduleRow) -> ConfirmPage:
    does = ("It fires at its times again.", "What has passed is not made up for; fire it for that.")
    return ConfirmPage(f"Resume {row.name}", does, "Resume", HERE)
