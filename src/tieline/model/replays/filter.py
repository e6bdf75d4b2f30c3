"""Replay filter: which recorded events are meant."""

from tieline.model.base.ids import EventId, IssueId, Micros
from tieline.model.base.value import value


@value
class ReplayFilter:
    """Which recorded events to replay, and into which flow."""

    event_ids: tuple[EventId, ...] = ()
    source: str | None = None
    type: str | None = None
    flow: str | None = None
    since_us: Micros | None = None
    until_us: Micros | None = None
    states: tuple[str, ...] = ()
    """Only events that have a run in one of these states, or a verdict such as ``unmatched``."""
    issue: IssueId | None = None
    """Only events whose run, or whose delivery, belongs to it."""
    kind: str | None = None
    """Only events with an undecided dead run of this kind."""
    connection: str | None = None
    """Only events with an undecided dead run that died of a call of this connection."""
    tenant: str | None = None
