"""Checks: what the doctor says of schedules."""

from collections.abc import Iterator

from tieline.features.schedules.model import OVERDUE_US, ListSchedules, ScheduleRow
from tieline.model.hub.flow import HubSpec
from tieline.operations.finding import CheckParts, Finding, Level
from tieline.rules.formats.plain_time import span


async def of_schedules(seen: CheckParts) -> list[Finding]:
    """Those that nobody fires."""
    rows = await seen.views.read(ListSchedules())
    return [found for row in rows for found in _of_one(row, seen)]


def _of_one(row: ScheduleRow, seen: CheckParts) -> Iterator[Finding]:
    late_us = seen.now_us - row.next_us
    if seen.is_open and late_us > OVERDUE_US:
        what = f"{row.name} is overdue by {span(late_us)}"
        yield Finding(Level.ERROR, what, "look at the hub's log")
    if seen.hub is not None and row.name not in _declared(seen.hub):
        yield Finding(Level.NOTE, f"{row.name} is not declared any more and never fires")


def _declared(hub: HubSpec) -> frozenset[str]:
    return frozenset(flow.source.name for flow in hub.flows.values())
