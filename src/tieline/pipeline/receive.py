"""Receive: a raw request comes in; the bytes to verify, or a problem to answer, goes out."""

import zlib
from collections.abc import Set as AbstractSet
from dataclasses import replace

from tieline.model.base.headers import Named
from tieline.model.base.value import value
from tieline.model.hub.flow import WebhookSource
from tieline.model.inbound.request import Inbound, RequestProblem
from tieline.rules.privacy.redact import KnownSecrets, redact_bytes, told_headers

DECODERS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
ENCODING = "content-encoding"


@value
class ReceivedRequest:
    """A request within its limits: the body as it came, and as it reads when decoded."""

    raw: bytes
    decoded: bytes
    """The same object unless the body was compressed."""


def receive(inbound: Inbound, door: WebhookSource) -> ReceivedRequest | RequestProblem:
    """Hold the body against the limits of its door, before anything in it is believed."""
    if len(inbound.body) > door.limits.bytes:
        return too_large(door.limits.bytes)
    return unpacked(inbound.body, inbound.named, door.limits.bytes)


def unpacked(body: bytes, headers: Named, limit: int) -> ReceivedRequest | RequestProblem:
    """The body as it reads, at most *limit* bytes, by what its headers say of how it was packed."""
    if headers.first(ENCODING) is None:
        return ReceivedRequest(body, body)
    encoding = ", ".join(headers.every(ENCODING)).strip().lower()
    if encoding in {"", "identity"}:
        return ReceivedRequest(body, body)
    return _decode(body, encoding, limit)


def discreet(
    inbound: Inbound,
    received: ReceivedRequest | RequestProblem,
    known: KnownSecrets,
    names: AbstractSet[str],
) -> tuple[Inbound, ReceivedRequest | RequestProblem]:
    """The same without a secret of the hub in it, which somebody repeats, rarely; *names* are the
    headers that anything is made of.

    Hot path: a delivery in which there is none costs a search for each of their forms.
    """
    if isinstance(received, RequestProblem):
        return inbound, received
    body, headers = (
        redact_bytes(received.decoded, known),
        told_headers(inbound.headers, names, known),
    )
    if body is received.decoded and headers is inbound.headers:
        return inbound, received
    if body is not received.decoded:  # it is kept as it reads, and says so
        headers = tuple(one for one in headers if one[0] != ENCODING)
        received = ReceivedRequest(body, body)
    return replace(inbound, headers=headers, body=received.raw), received


def too_large(limit: int) -> RequestProblem:
    """The answer to a body over the door's limit."""
    return RequestProblem(
        413, "body-too-large", "The body is too large", f"this source takes at most {limit} bytes"
    )


def _decode(body: bytes, encoding: str, limit: int) -> ReceivedRequest | RequestProblem:
    """One coding, and never more bytes than the limit: a bomb is noticed while it unfolds."""
    window = DECODERS.get(encoding)
    if window is None:
        return _unknown(encoding)
    decoder = zlib.decompressobj(window)
    try:
        decoded = decoder.decompress(body, limit + 1)
    except zlib.error:
        return _bad(f"it is not {encoding}")
    if len(decoded) > limit:
        return too_large(limit)
    if not decoder.eof or decoder.unused_data:
        return _bad(f"the {encoding} stream is cut short or followed by other bytes")
    return ReceivedRequest(body, decoded)


def _unknown(encoding: str) -> RequestProblem:
    return RequestProblem(
        415,
        "unknown-encoding",
        "The content encoding is not known",
        f"content-encoding {encoding[:40]!r} is not one of gzip, deflate, identity",
        headers=(("accept-encoding", "gzip, deflate, identity"),),
    )


def _bad(detail: str) -> RequestProblem:
    return RequestProblem(400, "bad-encoding", "The body cannot be decoded", detail)
