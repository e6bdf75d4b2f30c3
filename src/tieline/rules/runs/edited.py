"""Edited: an event comes in; the identity that its effects go by, or that of a new edit, goes out.

An edited copy is an event of its own to the log, and the same occurrence to the outside: it has its
own identity, so that it is no duplicate, but its effects keep the keys of the original.
"""

from tieline.model.base.ids import EventId
from tieline.model.inbound.event import Event

MARK = "#edit-"


def identity_of_edit(original: Event, copy: EventId) -> str:
    """What the edited *copy* of *original* is known by; an edit of an edit has one mark too."""
    return f"{original_identity(original)}{MARK}{_digits(copy)}"


def original_identity(event: Event) -> str:
    """The identity that the effects of *event* go by.

    A mark counts only with the event's own id in it: no sender can know that, so none can pass
    a new occurrence off as an old one.
    """
    if MARK not in event.identity:
        return event.identity
    return event.identity.removesuffix(f"{MARK}{_digits(event.id)}")


def _digits(event_id: EventId) -> str:
    return event_id.rpartition("_")[2]
