"""Fleet signs: what processes say of themselves is read from the store, to be judged."""

from collections.abc import Mapping

from tieline.model.base.ids import Micros
from tieline.model.fleet.declaration import ListDeclarations
from tieline.model.hub.flow import HubSpec
from tieline.model.views.rows import WorkCount
from tieline.model.views.views import ListWorkers
from tieline.ports.views import Views
from tieline.rules.watch.fleet import FleetSigns


def unfinished(counted: WorkCount) -> dict[str, int]:
    """Runs by flow that go on without a person."""
    return {
        one.flow: one.ready + one.behind + one.running + one.retrying + one.waiting
        for one in counted.flows
    }


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
