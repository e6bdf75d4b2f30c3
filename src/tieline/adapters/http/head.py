"""Head: a request comes in; the headers and bytes that go on the wire, or a refusal, go out."""

import re
from functools import lru_cache

from tieline.model.calls.call import HttpRequest
from tieline.rules.outbound.target import RequestTarget, refuse

ACCEPTED_CODINGS = "gzip, deflate"

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN_IN_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_ADDED_BY_US = {
    "host": "Host",
    "accept-encoding": "Accept-Encoding",
    "content-length": "Content-Length",
}
_HAS_BODY = frozenset({"POST", "PUT", "PATCH"})


def request_bytes(request: HttpRequest, target: RequestTarget) -> bytes:
    """The whole request as it is written: head and body. Raises CallFailed."""
    lines = [f"{checked_method(request.method)} {target.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in outgoing_headers(request, target)]
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1") + request.body


def outgoing_headers(request: HttpRequest, target: RequestTarget) -> list[tuple[str, str]]:
    """Every header of the request: the caller's, after ours where the caller has none.

    Raises CallFailed for a header that would break the framing; its text never has the value.
    """
    ours = {"Host": target.origin.authority, "Accept-Encoding": ACCEPTED_CODINGS}
    if request.body or request.method in _HAS_BODY:
        ours["Content-Length"] = str(len(request.body))
    theirs = []
    for header in request.headers:
        name, value = header
        key = _checked_name(name)
        if not (value.isascii() and value.isprintable()) and _FORBIDDEN_IN_VALUE.search(value):
            raise refuse(f"the value of header {name!r} has a control or non-latin-1 character")
        if key in _ADDED_BY_US:
            _replace(ours, _ADDED_BY_US[key], value)
        else:
            theirs.append(header)
    return [*ours.items(), *theirs]


@lru_cache(maxsize=64)
def checked_method(method: str) -> str:
    """*method* itself. Raises CallFailed if it is no method for a request of ours."""
    if not _TOKEN.fullmatch(method) or method.upper() == "CONNECT":
        raise refuse(f"the method is {method!r}; it must be a word such as GET or POST")
    return method


@lru_cache(maxsize=1024)
def _checked_name(name: str) -> str:
    key = name.lower()
    if not _TOKEN.fullmatch(name):
        raise refuse(f"the header name {name!r} has a character that no header name may have")
    if key in _OF_THE_CONNECTION:
        raise refuse(f"the header {name!r} belongs to the connection; leave it out")
    return key


def _replace(ours: dict[str, str], name: str, value: str) -> None:
    if name == "Content-Length" and value != ours.get(name, "0"):
        raise refuse(f"the header Content-Length is not the body's {ours.get(name, '0')} bytes")
    ours[name] = value
