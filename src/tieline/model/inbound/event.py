"""Event: an immutable fact in a CloudEvents 1.0 envelope, and the references that find it again."""

from typing import NamedTuple

from tieline.model.base.ids import EventId, Micros, ReceiptId, RunId, TenantId


class Event(NamedTuple):
    """One row of the event table, in column order."""

    id: EventId
    tenant: TenantId
    source: str
    type: str
    identity: str
    """What makes two deliveries the same occurrence: the provider's event id, or a body hash."""
    recorded_us: Micros
    correlation: str
    """Carried from the door through every call, so that one search finds all of it."""
    traceparent: str | None
    """W3C trace context, as received or made at the door."""
    receipt_id: ReceiptId | None
    cause: str | None
    """The run that emitted it, the schedule that fired it, or the event it is an edit of."""
    contract: str | None
    """``name@version`` of the contract it was held against."""
    data: bytes | None
    """The payload as JSON; None when the receipt's body is the payload, or after retention."""


class Reference(NamedTuple):
    """A business name of a thing, such as ``order:84219``."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Mention(NamedTuple):
    """One row of the reference table: who mentioned a business name, and when."""

    kind: str
    key: str
    event_id: EventId
    run_id: RunId | str
    """Empty when the event itself carries the name."""
    at_us: Micros
