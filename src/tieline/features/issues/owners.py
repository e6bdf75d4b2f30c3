"""Owners: what is declared comes in; who is asked about an issue of it goes out."""

from tieline.features.issues.model import IssueRow
from tieline.model.hub.flow import HubSpec
from tieline.rules.people import owning


def owner_of(hub: HubSpec, issue: IssueRow) -> str | None:
    """The owner of its flow; else that of the source's, or connection's, flows when it is one."""
    return owning.owner_of(hub, issue.flow, issue.source, issue.connection)
