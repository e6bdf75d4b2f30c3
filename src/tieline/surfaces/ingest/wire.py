"""Wire: a reply comes in; the bytes of an HTTP/1.1 response go out."""

from http import HTTPStatus

from tieline.model.base.headers import Headers
from tieline.model.inbound.request import Reply

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}
_NO_CONTENT = 204
_MOST_KNOWN = 64

_known: dict[tuple[int, Headers], bytes] = {}


def response(reply: Reply, *, date: bytes, keep: bool, bodiless: bool = False) -> bytes:
    """The whole response; *bodiless* for an answer to HEAD, which only says its length."""
    key = (reply.status, reply.headers)
    top = _known.get(key) or _top(key)
    end = b"\r\n" if keep else b"connection: close\r\n\r\n"
    if reply.status == _NO_CONTENT:
        return b"".join((top, date, end))
    length = b"content-length: %d\r\n" % len(reply.body)
    return b"".join((top, date, length, end, b"" if bodiless else reply.body))


def _top(key: tuple[int, Headers]) -> bytes:
    """Status line and headers; nearly all replies share a handful of them."""
    status, headers = key
    line = _STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status
    top = line + "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1")
    if len(_known) < _MOST_KNOWN:
        _known[key] = top
    return top
