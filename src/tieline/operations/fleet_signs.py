"""Fleet signs: what processes say of themselves is read from the store, to be judged."""

from collections.abc import Mapping

from tieline.model.base.ids import Micros
from tieline.model.fleet.declaration import ListDeclarations
from tieline.model.hub.flow import HubSpec
from tieline.model.people.alert import AlertKind
from tieline.model.views.engine_report import StoreReport
from tieline.model.views.rows import WorkCount
from tieline.model.views.views import ListWorkers
from tieline.operations.doctor_engine import MAKE_DAYS, ends_before
from tieline.ports.views import Views
from tieline.rules.watch.fleet import FleetProblem, FleetSigns


def unfinished(counted: WorkCount) -> dict[str, int]:
    """Runs by flow that go on without a person."""
    return {
        one.flow: one.ready + one.behind + one.running + one.retrying + one.waiting
        for one in counted.flows
    }


def parts_missing(sheet: StoreReport) -> tuple[FleetProblem, ...]:
    """Tables without a part for tomorrow, as one problem."""
    server_us = sheet.server_us
    if server_us is None:
        return ()
    short = [one for one in sheet.tables if ends_before(one, server_us, days=1)]
    if not short:
        return ()
    told = ", ".join(f"{one.name} only until {one.last_day}" for one in short)
    what = f"tables have no part for tomorrow: {told}"
    return (FleetProblem(AlertKind.PARTS_MISSING, "store", what, MAKE_DAYS),)


async def fleet_signs(
    views: Views, now_us: Micros, unfinished: Mapping[str, int], hub: HubSpec | None
) -> FleetSigns:
    """The processes as they stand; *hub* is that of whoever asks."""
    return FleetSigns(
        await views.read(ListWorkers()),
        await views.read(ListDeclarations()),
        now_us,
        unfinished,
        None if hub is None else frozenset(hub.flows),
    )
