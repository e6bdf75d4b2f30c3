"""Occurrences: a vouched-for delivery comes in; what it says happened, each event, goes out."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b, sha256
from typing import Any, Protocol

from tieline.model.base.headers import Named
from tieline.model.base.ids import TenantId
from tieline.model.base.json_text import text_again
from tieline.model.base.value import value
from tieline.model.inbound.body import BodyLimits
from tieline.model.inbound.signature import EventFacts, WebhookScheme
from tieline.rules.inbound.delivery_body import BodyReader
from tieline.rules.inbound.event_shape import EventReader
from tieline.rules.inbound.identity import BY_BODY, is_named_unsigned

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
    digest: bytes | None = None
    """Of what it says, where somebody gave it its identity."""
    by_body: str | None = None
    """A second identity, where nobody signed the first."""
    tenant: TenantId | None = None
    """Whose it is; None: the origin's."""
    stranger: str | None = None
    """Why it gets no run, though some flow may want it: whose it is nobody knows."""


@value
class SourceShape:
    """How the deliveries of one source are read; worked out once."""

    body: BodyReader
    events: EventReader
    varies: tuple[str, ...]
    is_named_unsigned: bool
    """Whether the header that names an event can be changed without the body being refused."""


def shape_of(scheme: WebhookScheme, limits: BodyLimits) -> SourceShape:
    """How what *scheme* describes is read."""
    reader = BodyReader(scheme.body, scheme.charset, limits)
    shape = scheme.shape
    unsigned = is_named_unsigned(scheme)
    return SourceShape(reader, EventReader(shape), shape.varies, unsigned)


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
        data = None if stored_as_it_is and payload is document else text_again(payload)
        found.append(_occurrence(shape, facts, data, decoded, index))
    return found, parts, document


def _occurrence(
    shape: SourceShape, facts: EventFacts, data: bytes | None, decoded: bytes, index: int
) -> Occurrence:
    type_, identity = _type(facts), _identity(facts, decoded, index)
    if identity.startswith(_DIGEST):
        return Occurrence(type_, identity, facts.data, data)
    said = decoded if data is None else data
    if shape.varies and isinstance(facts.data, dict):
        said = text_again({n: one for n, one in facts.data.items() if n not in shape.varies})
    by_body = None
    if facts.id_is_in_header and shape.is_named_unsigned:
        by_body = f"{BY_BODY}{blake2b(decoded, digest_size=16).hexdigest()}:{index}"
    return Occurrence(type_, identity, facts.data, data, digest_of(type_, said), by_body)


def digest_of(type_: str, said: bytes) -> bytes:
    """What tells two events under one name apart."""
    digest = blake2b(said, digest_size=16)
    digest.update(type_.encode())
    return digest.digest()


def unread(shape: SourceShape, raw: bytes, headers: Named) -> Occurrence:
    """The one event that stands for a delivery whose body nobody could read: by its headers."""
    facts = shape.events.read(headers, None)
    found = _occurrence(shape, facts, None, raw, 0)
    return replace(found, identity=f"{UNREAD}{found.identity}", by_body=None)


def named_by_sender(found: Occurrence, name: str) -> Occurrence:
    """The same under *name*, unless what was read in it names it."""
    return replace(found, identity=name) if found.identity.startswith(_DIGEST) else found


def _type(facts: EventFacts) -> str:
    """What the provider calls it; ``unknown`` for a name that nobody could write in a flow."""
    name = facts.type
    return name if name and len(name) <= LONGEST_NAME and name.isprintable() else UNKNOWN_TYPE


def _identity(facts: EventFacts, body: bytes, index: int) -> str:
    """The provider's event id; a hash of the body where it gives none."""
    if facts.id and len(facts.id) <= LONGEST_NAME and facts.id.isprintable():
        return facts.id
    digest = _DIGEST + sha256(body).hexdigest()
    return digest if index == 0 else f"{digest}:{index}"
