"""Body: the pieces of an answer's body come in; the decoded bytes, never too many, go out."""

import zlib

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind

_GZIP_BITS = 16 + zlib.MAX_WBITS
_LONGEST_GZIP_CHAIN = 100
"""How many gzip members may follow each other; empty ones would cost time without adding bytes."""


def body_for(coding: str, limit_bytes: int) -> "PlainBody | DecodedBody":
    """What collects a body in content coding *coding* ('' for none). Raises CallFailed."""
    if not coding:
        return PlainBody(limit_bytes)
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        return PlainBody(limit_bytes)
    if coding in {"gzip", "x-gzip", "deflate"}:
        return DecodedBody(limit_bytes, is_gzip=coding != "deflate")
    raise _broken(f"the answer's Content-Encoding is {coding[:80]!r}; only gzip or deflate is read")


def too_large(limit_bytes: int) -> CallFailed:
    """The failure of a body that goes over *limit_bytes*."""
    detail = f"the answer's body is larger than the {limit_bytes} bytes allowed"
    return CallFailed(FailureKind.TOO_LARGE, Delivered.YES, detail)


class PlainBody:
    """A body without a content coding."""

    __slots__ = ("_left", "_limit", "_pieces")

    def __init__(self, limit_bytes: int) -> None:
        self._limit = self._left = limit_bytes
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        """Take the next bytes from the wire. Raises CallFailed."""
        self._left -= len(piece)
        if self._left < 0:
            raise too_large(self._limit)
        self._pieces.append(piece)

    def finish(self) -> bytes:
        """The whole body, decoded. Raises CallFailed."""
        pieces = self._pieces
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class DecodedBody:
    """A body in gzip or deflate, inflated while it comes in and never beyond the limit."""

    __slots__ = ("_chain", "_is_gzip", "_plain", "_room", "_stream")

    def __init__(self, limit_bytes: int, *, is_gzip: bool) -> None:
        self._plain = PlainBody(limit_bytes)
        self._room = limit_bytes
        self._is_gzip = is_gzip
        self._chain = 0
        self._stream: zlib._Decompress | None = None

    def feed(self, piece: bytes) -> None:
        """Take the next bytes from the wire. Raises CallFailed."""
        while piece:
            stream = self._current(piece)
            try:
                inflated = stream.decompress(piece, self._room + 1)
            except zlib.error as error:
                raise _broken(f"the answer's body does not inflate: {error}") from error
            self._plain.feed(inflated)
            self._room -= len(inflated)
            piece = stream.unused_data if stream.eof else stream.unconsumed_tail

    def finish(self) -> bytes:
        """The whole body, decoded. Raises CallFailed."""
        if self._stream is not None and not self._stream.eof:
            raise _broken("the answer's compressed body is cut short")
        return self._plain.finish()

    def _current(self, piece: bytes) -> "zlib._Decompress":
        if self._stream is not None and not self._stream.eof:
            return self._stream
        if self._chain and (not self._is_gzip or self._chain == _LONGEST_GZIP_CHAIN):
            raise _broken("the answer has bytes after its compressed body")
        self._chain += 1
        self._stream = zlib.decompressobj(_GZIP_BITS if self._is_gzip else _deflate_bits(piece))
        return self._stream


def _deflate_bits(first: bytes) -> int:
    """Deflate is meant to have a zlib header, but some servers send it without."""
    return zlib.MAX_WBITS if first[0] & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS


def _broken(detail: str) -> CallFailed:
    return CallFailed(FailureKind.BROKEN, Delivered.YES, detail)
