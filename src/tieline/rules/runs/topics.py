"""Topics: the type of an event that a flow emits comes in; whether it can be, and whether somebody
takes it, goes out."""

from collections.abc import Iterable, Iterator

from tieline.model.base.errors import ArgumentRefused
from tieline.model.hub.flow import FlowSpec, TopicSource
from tieline.rules.inbound.routing import wants

LONGEST_TYPE = 255


def check_emitted(type_: str) -> None:
    """Raises ArgumentRefused for what names no type, or many."""
    if not type_ or not type_.isprintable() or type_ != type_.strip() or "*" in type_:
        raise ArgumentRefused(f"emit: type is {type_!r}; use a name such as 'invoice.posted'")
    if len(type_) > LONGEST_TYPE:
        raise ArgumentRefused(f"emit: type has {len(type_)} characters; use {LONGEST_TYPE} at most")


def is_heard(flows: Iterable[FlowSpec], type_: str) -> bool:
    """Whether some flow takes events of *type_* from the topic, or waits for them."""
    return any(
        type_ in flow.awaits or (isinstance(flow.source, TopicSource) and wants(flow.type, type_))
        for flow in flows
    )


def unheard(flows: Iterable[FlowSpec]) -> Iterator[tuple[str, str]]:
    """(flow, type) of what is emitted, as it stands in the code, and nobody takes."""
    flows = tuple(flows)
    for flow in flows:
        for type_ in sorted(flow.emits):
            if not is_heard(flows, type_):
                yield flow.name, type_


def said_unheard(type_: str) -> str:
    """In words, with what to write."""
    return (
        f"nobody takes {type_!r} (no flow is on hub.topic({type_!r})); "
        "fix the name, or say run.emit(…, optional=True)"
    )
