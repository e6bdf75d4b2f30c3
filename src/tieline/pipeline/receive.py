"""Receive: a raw request comes in; the bytes to verify, or a problem to answer, goes out."""

import zlib

from tieline.model.flow import WebhookSource
from tieline.model.inbound import Inbound, Problem
from tieline.model.value import value

MAX_HEADER_BYTES = 64 * 1024
DECODERS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


@value
class Received:
    """A request within its limits: the body as it came, and as it reads when decoded."""

    raw: bytes
    decoded: bytes
    """The same bytes unless the body was compressed."""


def receive(inbound: Inbound, door: WebhookSource) -> Received | Problem:
    """Hold the request against the limits of its door, before anything in it is believed."""
    if len(inbound.body) > door.max_body_bytes:
        return too_large(door.max_body_bytes)
    size = sum(len(name) + len(value) for name, value in inbound.headers)
    if size > MAX_HEADER_BYTES:
        return Problem(
            431,
            "headers-too-large",
            "The headers are too large",
            f"the headers have {size} bytes; the limit is {MAX_HEADER_BYTES}",
        )
    names = [name for name, _ in inbound.headers]
    if "content-length" in names and "transfer-encoding" in names:
        return Problem(
            400,
            "ambiguous-length",
            "The length of the body is ambiguous",
            "content-length and transfer-encoding were both sent; send one of them (RFC 9112)",
        )
    encoding = inbound.header("content-encoding")
    if encoding is None or encoding == "identity":
        return Received(inbound.body, inbound.body)
    return _decode(inbound.body, encoding.strip().lower(), door.max_body_bytes)


def too_large(limit: int) -> Problem:
    """The answer to a body over the door's limit."""
    return Problem(
        413, "body-too-large", "The body is too large", f"this source takes at most {limit} bytes"
    )


def _decode(body: bytes, encoding: str, limit: int) -> Received | Problem:
    window = DECODERS.get(encoding)
    if window is None:
        return Problem(
            415,
            "unknown-encoding",
            "The content encoding is not known",
            f"content-encoding {encoding[:40]!r} is not one of gzip, deflate, identity",
        )
    decoder = zlib.decompressobj(window)
    try:
        decoded = decoder.decompress(body, limit + 1)
    except zlib.error:
        return Problem(400, "bad-encoding", "The body cannot be decoded", f"it is not {encoding}")
    if len(decoded) > limit:
        return too_large(limit)
    if not decoder.eof or decoder.unused_data:
        detail = f"the {encoding} stream is cut short or followed by other bytes"
        return Problem(400, "bad-encoding", "The body cannot be decoded", detail)
    return Received(body, decoded)
