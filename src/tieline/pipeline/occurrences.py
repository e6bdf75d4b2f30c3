"""Occurrences: a vouched-for delivery comes in; what it says happened, each event, goes out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import orjson

from tieline.model.base.headers import Named
from tieline.model.base.ids import TenantId
from tieline.model.base.value import value
from tieline.model.inbound.body import BodyLimits
from tieline.model.inbound.signature import EventFacts, WebhookScheme
from tieline.rules.inbound.delivery_body import BodyReader
from tieline.rules.inbound.event_shape import EventReader

UNKNOWN_TYPE = "unknown"
UNREAD = "unread:"
"""Begins the identity of an event that stands for a body which could not be read."""
LONGEST_NAME = 255
_DIGEST = "sha256:"


class DeliveryBody(Protocol):
    """The body of a delivery: as it came, and the very same object again unless it was decoded."""

    @property
    def raw(self) -> bytes: ...

    @property
    def decoded(self) -> bytes: ...


@value
class Occurrence:
    """One event before it has an envelope."""

    type: str
    identity: str
    payload: Any
    data: bytes | None
    """The payload as JSON; None when the receipt's body is exactly that."""
    tenant: TenantId | None = None
    """Whose it is; None: the origin's."""
    stranger: str | None = None
    """Why it gets no run, though some flow may want it: whose it is nobody knows."""


@value
class SourceShape:
    """How the deliveries of one source are read; worked out once."""

    body: BodyReader
    events: EventReader


def shape_of(scheme: WebhookScheme, limits: BodyLimits) -> SourceShape:
    """How what *scheme* describes is read."""
    return SourceShape(BodyReader(scheme.body, scheme.charset, limits), EventReader(scheme.shape))


def occurrences(shape: SourceShape, body: DeliveryBody, headers: Named) -> list[Occurrence]:
    """What a delivery says happened. Raises PayloadRejected for a body that cannot be read."""
    return told(shape, body, headers)[0]


def told(
    shape: SourceShape, body: DeliveryBody, headers: Named
) -> tuple[list[Occurrence], Sequence[object], object]:
    """Each event, the part of the body that tells of it, and all the body."""
    decoded = body.decoded
    document, is_document = shape.body.read(decoded)
    stored_as_it_is = is_document and body.raw is decoded
    reader = shape.events
    parts = reader.split(document)
    found = []
    for index, part in enumerate(parts):
        facts = reader.read(headers, part)
        payload = facts.data
        data = None if stored_as_it_is and payload is document else to_json(payload)
        found.append(Occurrence(_type(facts), _identity(facts, decoded, index), payload, data))
    return found, parts, document


def unread(shape: SourceShape, raw: bytes, headers: Named) -> Occurrence:
    """The one event that stands for a delivery whose body nobody could read: by its headers."""
    facts = shape.events.read(headers, None)
    return Occurrence(_type(facts), f"{UNREAD}{_identity(facts, raw, 0)}", None, None)


def named_by_sender(found: Occurrence, name: str) -> Occurrence:
    """The same under *name*, unless what was read in it names it."""
    return replace(found, identity=name) if found.identity.startswith(_DIGEST) else found


def _type(facts: EventFacts) -> str:
    """What the provider calls it; ``unknown`` for a name that nobody could write in a flow."""
    name = facts.type
    return name if name and len(name) <= LONGEST_NAME and name.isprintable() else UNKNOWN_TYPE


def to_json(document: object) -> bytes:
    """*document* as JSON bytes. Raises TypeError when it is none."""
    try:
        return orjson.dumps(document)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(document, separators=(",", ":")).encode()


def _identity(facts: EventFacts, body: bytes, index: int) -> str:
    """The provider's event id; a hash of the body where it gives none."""
    if facts.id and len(facts.id) <= LONGEST_NAME and facts.id.isprintable():
        return facts.id
    digest = _DIGEST + hashlib.sha256(body).hexdigest()
    return digest if index == 0 else f"{digest}:{index}"
