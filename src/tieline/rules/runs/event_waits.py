"""Event waits: flows come in; which types of event some wait for, and by which names, goes out."""

from collections.abc import Iterable, Mapping

from tieline.model.base.value import value
from tieline.model.hub.flow import FlowSpec
from tieline.rules.inbound.routing import wants


@value
class EventKeys:
    """What an event of one type is called by."""

    kinds: tuple[str, ...]
    """Kinds of business name, as contracts declare them; empty: nothing names it."""
    is_hidden: bool
    """Whether some contract calls such a name sensitive: then it is known by its hash."""
    sensitive: frozenset[str]
    """Fields of it whose values must not be told."""


def event_keys(flows: Iterable[FlowSpec]) -> Mapping[str, EventKeys]:
    """By type, for every type that a flow names which waits for events."""
    flows = tuple(flows)
    named = {type_ for flow in flows for type_ in flow.awaits}
    return {type_: _keys_of(type_, flows) for type_ in sorted(named)}


def _keys_of(type_: str, flows: Iterable[FlowSpec]) -> EventKeys:
    contracts = [
        flow.contract for flow in flows if flow.contract is not None and wants(flow.type, type_)
    ]
    pairs = [(field, kind, c) for c in contracts for field, kind in c.keys]
    kinds = tuple(sorted({kind for _, kind, _ in pairs}))
    sensitive = frozenset(field for c in contracts for field in c.sensitive)
    return EventKeys(kinds, any(field in c.sensitive for field, _, c in pairs), sensitive)
