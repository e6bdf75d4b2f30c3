"""Hops: the event that a run works on comes in; how long its chain of causes is goes out.

A flow that listens to what it causes would go on for ever. So an emitted event carries how many
emissions led to it, in its own identity, where it costs nothing and survives replay: the first of
a chain has the plain key of its emission, the second ``<key>#hop-2``.
"""

from tieline.model.inbound.event import Event
from tieline.rules.runs.edited import original_identity

TOPIC = "topic"
"""The source of what flows emit: nobody else can send with it."""
MOST_HOPS = 32
"""The longest chain. Real ones have a few; a loop has no end."""
MARK = "#hop-"


def hops_of(event: Event) -> int:
    """How many emissions led to *event*; 0 for what came from outside."""
    if event.source != TOPIC:
        return 0
    _, mark, number = original_identity(event).rpartition(MARK)
    return int(number) if mark and number.isdecimal() else 1


def identity_of_emitted(key: str, event: Event) -> str:
    """The identity of what a run of *event* emits under *key*."""
    hops = hops_of(event) + 1
    return key if hops == 1 else f"{key}{MARK}{hops}"


def endless(event: Event, flow: str, type_: str) -> str | None:
    """Why a run of *flow* for *event* may not emit *type_*; None: it may."""
    if hops_of(event) < MOST_HOPS:
        return None
    return (
        f"{flow} emits {type_!r} for {event.id} ({event.type}), the last of a chain of {MOST_HOPS} "
        f"events that caused each other since {event.correlation}; a flow that listens to what it "
        "causes has no end: narrow its topic, or emit under a type that it does not listen to"
    )
