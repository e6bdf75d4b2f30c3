"""Owning: a flow or a source comes in; who is responsible for it, as the hub says, goes out."""

from tieline.model.hub.flow import HubSpec


def owner_of(
    hub: HubSpec, flow: str | None, source: str | None, connection: str | None = None
) -> str | None:
    """The owner of *flow*; without one, that of the flows of *source*, or of those that use
    *connection*, when it is one."""
    if flow is not None:
        found = hub.flows.get(flow)
        return None if found is None else found.owner or None
    owners = {
        one.owner
        for one in hub.flows.values()
        if (connection in one.uses if source is None else one.source.name == source)
    }
    return owners.pop() or None if len(owners) == 1 else None
