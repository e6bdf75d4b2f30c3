"""Owners: what is declared comes in; who is asked about an issue of it goes out."""

from tieline.features.issues.model import IssueRow
from tieline.model.hub.flow import HubSpec


def owner_of(hub: HubSpec, issue: IssueRow) -> str | None:
    """The owner of its flow; at the door, that of the source's flows when it is one."""
    if issue.flow is not None:
        flow = hub.flows.get(issue.flow)
        return None if flow is None else flow.owner or None
    owners = {flow.owner for flow in hub.flows.values() if flow.source.name == issue.source}
    return owners.pop() or None if len(owners) == 1 else None
