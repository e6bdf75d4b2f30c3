"""Request head: a target and headers come in; where to and how long, or what is wrong, goes out.

The parser has already refused what cannot be read in one way only (a length given twice, together
with chunks, or with a sign; folded headers; bare line feeds; control characters). What is left to
judge are heads that are well formed and yet not for us.
"""

from http import HTTPStatus
from typing import NamedTuple

from tieline.model.base.headers import Headers
from tieline.model.inbound.request import RequestProblem

PREFIX = "/in/"
_SCHEMES = frozenset({"http", "https"})
_WATCHED = frozenset({"host", "content-length", "transfer-encoding", "expect"})


class Head(NamedTuple):
    """What the framing headers say."""

    declared_bytes: int
    waits: bool
    """The sender holds its body back until it is asked for it."""


def read_head(headers: Headers, version: str) -> Head | RequestProblem:
    """Judge the framing headers of a request in HTTP *version*."""
    hosts = declared_bytes = 0
    waits = False
    for name, value in headers:
        if name not in _WATCHED:
            continue
        if name == "host":
            hosts += 1
        elif name == "content-length":
            declared_bytes = int(value)
        elif name == "expect":
            if value.lower() != "100-continue":
                return problem(417, "unknown-expectation", "only 100-continue is understood")
            waits = version == "1.1"
        elif (fault := _of_coding(value, version)) is not None:
            return fault
    return _of_version(version, hosts) or Head(declared_bytes, waits)


def _of_coding(value: str, version: str) -> RequestProblem | None:
    if version != "1.1":
        return problem(400, "malformed-request", "chunks came with HTTP/1.0, which has none")
    if value.lower() != "chunked":
        return problem(501, "unknown-transfer-coding", "the only transfer coding is chunked")
    return None


def _of_version(version: str, hosts: int) -> RequestProblem | None:
    if version not in {"1.1", "1.0"}:
        return problem(505, "unknown-http-version", f"HTTP/{version} is not HTTP/1.1")
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        return problem(400, "malformed-request", f"there are {hosts} Host headers; send one")
    return None


def origin_form(target: bytes) -> str:
    """Path and query of a request target, as received; an absolute URL loses its origin.

    Nothing is decoded, joined or made shorter: what was signed is what was sent.
    """
    text = target.decode("latin-1")
    if text.startswith("/"):
        return text
    scheme, mark, rest = text.partition("://")
    if not mark or scheme.lower() not in _SCHEMES:
        return text
    start = next((place for place, char in enumerate(rest) if char in "/?"), len(rest))
    return rest[start:] if rest[start : start + 1] == "/" else f"/{rest[start:]}"


def source_of(target: str) -> str:
    """The source that a target is for; empty when it is for none."""
    path = target.partition("?")[0]
    return path[len(PREFIX) :] if path.startswith(PREFIX) else ""


def problem(
    status: int, code: str, detail: str, *, retry_after_s: int | None = None
) -> RequestProblem:
    """A problem under the usual title of its status."""
    return RequestProblem(status, code, HTTPStatus(status).phrase, detail, retry_after_s)
