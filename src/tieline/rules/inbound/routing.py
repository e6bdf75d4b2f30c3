"""Routing: a source and an event type go in; the flows that want the event come out."""

from collections.abc import Iterable

from tieline.model.hub.flow import FlowSpec


def wants(pattern: str, event_type: str) -> bool:
    """Whether *pattern* (``*``, ``prefix.*`` or an exact type) covers *event_type*."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return event_type.startswith(pattern[:-1])
    return pattern == event_type


def flows_for(flows: Iterable[FlowSpec], *, source: str, event_type: str) -> tuple[FlowSpec, ...]:
    """The flows of *source* that want *event_type*, in the order of declaration."""
    return tuple(f for f in flows if f.source.name == source and wants(f.type, event_type))
