"""Occurrences: a vouched-for delivery comes in; what it says happened, each event, goes out."""

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol

from tieline.model.base.headers import Named
from tieline.model.base.ids import TenantId
from tieline.model.base.json_text import text_again
from tieline.model.base.value import value
from tieline.model.inbound.signature import BodyForm, EventFacts
from tieline.rules.inbound.delivery_body import read_body
from tieline.rules.inbound.event_shape import EventReader

UNKNOWN_TYPE = "unknown"
LONGEST_NAME = 255


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


def occurrences(
    reader: EventReader, form: BodyForm, body: DeliveryBody, headers: Named
) -> list[Occurrence]:
    """What a delivery says happened. Raises PayloadRejected for a body that cannot be read."""
    return told(reader, form, body, headers)[0]


def told(
    reader: EventReader, form: BodyForm, body: DeliveryBody, headers: Named
) -> tuple[list[Occurrence], Sequence[object], object]:
    """Each event, the part of the body that tells of it, and all the body."""
    decoded = body.decoded
    document = read_body(form, decoded)
    stored_as_it_is = form is BodyForm.JSON and body.raw is decoded
    parts = reader.split(document)
    found = []
    for index, part in enumerate(parts):
        facts = reader.read(headers, part)
        payload = facts.data
        data = None if stored_as_it_is and payload is document else text_again(payload)
        found.append(Occurrence(_type(facts), _identity(facts, decoded, index), payload, data))
    return found, parts, document


def _type(facts: EventFacts) -> str:
    """What the provider calls it; ``unknown`` for a name that nobody could write in a flow."""
    name = facts.type
    return name if name and len(name) <= LONGEST_NAME and name.isprintable() else UNKNOWN_TYPE


def _identity(facts: EventFacts, body: bytes, index: int) -> str:
    """The provider's event id; a hash of the body where it gives none."""
    if facts.id and len(facts.id) <= LONGEST_NAME and facts.id.isprintable():
        return facts.id
    digest = hashlib.sha256(body).hexdigest()
    return f"sha256:{digest}" if index == 0 else f"sha256:{digest}:{index}"
