"""API: schedules, as they are stored."""

from pydantic import Field

from tieline.features.schedules.model import (
    FireSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    ScheduleRow,
)
from tieline.features.schedules.rules import check_declared
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import Why
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint, Handler
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, by_key, named


class OfSchedule(Why):
    """Which schedule. In the path its cron text could not stand, for the slashes in it."""

    name: str = Field(max_length=LONGEST)


ScheduleCommand = FireSchedule | PauseSchedule | ResumeSchedule


async def list_schedules(ask: ApiRequest) -> Listed[ScheduleRow]:
    """Schedules by name."""
    rows = await ask.parts.views.read(ListSchedules())
    return by_key(ask, rows, lambda row: row.name)


async def show_schedule(ask: ApiRequest) -> ScheduleRow:
    """One schedule."""
    return named(await ask.parts.views.read(ListSchedules()), "schedule", ask.path["name"])


def _ordered(command: type[ScheduleCommand]) -> Handler:
    async def order(ask: ApiRequest) -> ScheduleRow:
        """Order it of one schedule."""
        name = ask.body.name
        if command is FireSchedule:
            check_declared(ask.parts.hub, name)
        await ask.parts.carry_out(command(name, ask.by(ask.body.reason)))
        return named(await ask.parts.views.read(ListSchedules()), "schedule", name)

    return order


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE = ("not-found", "conflict")
ENDPOINTS = (
    Endpoint("GET", "/schedules", _READ, "List schedules", list_schedules,
             Listed[ScheduleRow], query=Listing),
    Endpoint("GET", "/schedules/{name}", _READ, "Show a schedule", show_schedule, ScheduleRow,
             problems=("not-found",)),
    Endpoint("POST", "/schedules/fire", _OPERATE, "Fire it now, beside its times",
             _ordered(FireSchedule), ScheduleRow, body=OfSchedule, problems=_CHANGE),
    Endpoint("POST", "/schedules/pause", _OPERATE, "Let its times pass",
             _ordered(PauseSchedule), ScheduleRow, body=OfSchedule, problems=_CHANGE),
    Endpoint("POST", "/schedules/resume", _OPERATE, "End its pause",
             _ordered(ResumeSchedule), ScheduleRow, body=OfSchedule, problems=_CHANGE),
)  # fmt: skip
