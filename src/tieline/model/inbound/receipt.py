"""Receipt: the raw inbound request as it came, and what was decided about it."""

from enum import StrEnum
from typing import NamedTuple

from tieline.model.base.ids import EventId, Micros, ReceiptId, TenantId


class Verdict(StrEnum):
    """What became of a delivery at the door."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """Same (source, event id) as an earlier one: answered as the first was, counted, not run."""
    REFUSED = "refused"
    """Not authentic, malformed or over a limit: the sender was told, nothing was run."""
    QUARANTINED = "quarantined"
    """Authentic, but against the contract, not to be read, or neither new nor a repeat for sure:
    kept until somebody decides."""
    UNMATCHED = "unmatched"
    """Authentic, but no flow wants this type, or its tenant is not known: kept for a replay."""
    CHALLENGE = "challenge"
    """A provider's handshake, answered; there is no event in it."""


UNKNOWN_TENANT = "unknown-tenant"
"""Begins the reason of an unmatched delivery whose tenant nobody declared."""
LIMITED = "rate-limited"
"""The reason of deliveries beyond the rate of their source or tenant: told to come back, counted,
not kept."""
UNREADABLE = "unreadable"
"""Begins the reason of a delivery in quarantine whose body could not be read."""
CHANGED = "changed"
"""Begins the reason of a delivery in quarantine whose id and body do not agree about what it
repeats; counted by itself, too."""
COUNTED_APART = (LIMITED, CHANGED)
"""Reasons that are counted beside the verdict that they are a part of."""
NAMELESS = "no-tenant"
"""Begins that of one which does not say whose it is, where its source says that it must."""


def is_kept_aside(verdict: str, reason: str | None) -> bool:
    """Whether a delivery waits for a person: in quarantine, or of a tenant that nobody knows."""
    if verdict == Verdict.UNMATCHED:
        return (reason or "").startswith(f"{UNKNOWN_TENANT}:")
    return verdict == Verdict.QUARANTINED


def is_changed(reason: str | None) -> bool:
    """Whether (an event of) a delivery with this reason is kept since its id and body disagree."""
    return reason is not None and f"{CHANGED}: " in reason


class Receipt(NamedTuple):
    """One row of the receipt table, in column order."""

    id: ReceiptId
    tenant: TenantId
    source: str
    received_us: Micros
    verdict: Verdict
    status: int
    """The HTTP status the sender was given."""
    reason: str | None
    event_id: EventId | None
    remote: str | None
    headers: bytes | None
    """JSON array of [name, value] pairs, credentials redacted."""
    body: bytes | None
    """The exact bytes; None when refused unverified, or after retention."""
    body_bytes: int
