"""Schedule rules: whether a schedule can fire here."""

from tieline.model.base.errors import Conflict
from tieline.model.hub.flow import HubSpec


def check_declared(hub: HubSpec, name: str) -> None:
    """Raises Conflict for a schedule that no flow of *hub* has: nobody would ever fire it."""
    if all(flow.source.name != name for flow in hub.flows.values()):
        raise Conflict(f"{name} is not declared any more: no flow has it, and it would never fire")
