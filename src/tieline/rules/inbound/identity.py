"""Identity: what events are named by comes in; whether one is a repeat of another goes out."""

from tieline.model.base.ids import EventId
from tieline.model.inbound.receipt import CHANGED
from tieline.model.inbound.signature import (
    FormHmacScheme,
    SignatureScheme,
    TokenScheme,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import HeaderPiece
from tieline.rules.formats.plain_text import inert

LONGEST_SHOWN = 80
BY_BODY = "body:"
"""Begins the second name of a delivery whose first one nobody signed: it is made of its body."""


def is_named_unsigned(scheme: WebhookScheme) -> bool:
    """Whether the header that names an event is not signed, though the body is: then the same body
    can be sent again under another name."""
    name = scheme.shape.id_header
    if name is None or not scheme.covers_body:
        return False
    return any(not _signs(one, name.lower()) for one in scheme.schemes)


def _signs(scheme: SignatureScheme, header: str) -> bool:
    if isinstance(scheme, FormHmacScheme):
        return False
    if isinstance(scheme, TokenScheme):
        return True  # whoever has it can send any body
    pieces = [part for part in scheme.content if isinstance(part, HeaderPiece)]
    return any(piece.header.lower() == header for piece in pieces)


def is_same(first: bytes | None, now: bytes | None) -> bool:
    """Whether the events of these digests are the same, as far as anybody knows."""
    return first is None or now is None or first == now


def identity_of_change(identity: str, digest: bytes) -> str:
    """The name of another event that came under a known *identity*: each of them is kept once."""
    return f"{identity}~{digest.hex()}"


def other_body(identity: str, first: EventId) -> str:
    """Why a delivery under a known name is no repeat."""
    shown = inert(identity, LONGEST_SHOWN)
    return f"{CHANGED}: another body under the known id {shown!r}, which stands for {first}"


def other_name(identity: str, first: EventId) -> str:
    """Why a delivery under a new name may be a repeat: only what is signed says so."""
    shown = inert(identity, LONGEST_SHOWN)
    why = "which is not signed, is new, but the body is that of"
    return f"{CHANGED}: the id {shown!r}, {why} {first}"
