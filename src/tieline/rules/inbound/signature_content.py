"""Signature content: a delivery comes in; the very bytes its sender signed go out, or a refusal."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from tieline.model.base.headers import Named
from tieline.model.inbound.signature import RefusalReason, Refused, SignedDelivery
from tieline.model.inbound.signed_content import DecodedUrl, HeaderPiece, Part, Piece

Write = Callable[[SignedDelivery, str], bytes | Refused]
"""Makes signed bytes of a delivery and the text of its timestamp."""


def writer(content: tuple[Part, ...]) -> Write:
    """The function that puts *content* together."""
    if content == (Piece.BODY,):
        return lambda delivery, _: delivery.body
    fixed = [part.replace(b"%", b"%%") if isinstance(part, bytes) else b"%b" for part in content]
    template = b"".join(fixed)
    pieces = [_piece(part) for part in content if not isinstance(part, bytes)]

    def write(delivery: SignedDelivery, stamp: str) -> bytes | Refused:
        texts = tuple([piece(delivery, stamp) for piece in pieces])
        try:
            return template % texts
        except TypeError:  # one of them is a refusal
            return next(text for text in texts if isinstance(text, Refused))

    return write


def single_header(headers: Named, name: str) -> str | Refused:
    """The value of header *name* (lower case); it must be there once, in ASCII.

    Of two copies, another reader of the request might take the one that was not signed.
    """
    value = headers.only(name)
    if value is not None and value.isascii():
        return value
    values = headers.every(name)
    if not values:
        return Refused(RefusalReason.MISSING_HEADER, f"there is no {name} header")
    problem = "is not ASCII" if len(values) == 1 else f"came {len(values)} times"
    return Refused(RefusalReason.MALFORMED_HEADER, f"the {name} header {problem}")


def url_bytes(url: str) -> bytes:
    """The URL as the sender wrote it; surrogates fit no signature, but must not stop us."""
    return url.encode("utf-8", "surrogatepass")


def _piece(part: Piece | HeaderPiece | DecodedUrl) -> Write:
    match part:
        case Piece.BODY:
            return lambda delivery, _: delivery.body
        case Piece.TIMESTAMP:
            return lambda _, stamp: stamp.encode()
        case Piece.METHOD:
            return lambda delivery, _: delivery.method.encode()
        case Piece.URL:
            return lambda delivery, _: url_bytes(delivery.url)
        case Piece.PATH:
            return _path
        case HeaderPiece(header):
            return _header_piece(header.lower())
        case DecodedUrl(characters):
            return _decoded_url(characters)


def _path(delivery: SignedDelivery, _: str) -> bytes | Refused:
    try:
        return url_bytes(urlsplit(delivery.url).path)
    except ValueError:
        return Refused(RefusalReason.MALFORMED_URL, "the URL cannot be read")


def _header_piece(name: str) -> Write:
    def write(delivery: SignedDelivery, _: str) -> bytes | Refused:
        value = single_header(delivery.named, name)
        return value if isinstance(value, Refused) else value.encode()

    return write


def _decoded_url(characters: str) -> Write:
    encoded = re.compile("|".join(f"%{ord(one):02x}" for one in characters), re.IGNORECASE)

    def decode(found: re.Match[str]) -> str:
        return chr(int(found[0][1:], 16))

    return lambda delivery, _: url_bytes(encoded.sub(decode, delivery.url))
