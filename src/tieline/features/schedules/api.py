"""API: schedules, as they are stored."""

from tieline.features.schedules.model import ListSchedules, ScheduleRow
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import Listed, Listing, by_key, named


async def list_schedules(ask: ApiRequest) -> Listed[ScheduleRow]:
    """Schedules by name."""
    rows = await ask.parts.views.read(ListSchedules())
    return by_key(ask, rows, lambda row: row.name)


async def show_schedule(ask: ApiRequest) -> ScheduleRow:
    """One schedule."""
    return named(await ask.parts.views.read(ListSchedules()), "schedule", ask.path["name"])


_READ = Permission.READ
ENDPOINTS = (
    Endpoint("GET", "/schedules", _READ, "List schedules", list_schedules,
             Listed[ScheduleRow], query=Listing),
    Endpoint("GET", "/schedules/{name}", _READ, "Show a schedule", show_schedule, ScheduleRow,
             problems=("not-found",)),
)  # fmt: skip
