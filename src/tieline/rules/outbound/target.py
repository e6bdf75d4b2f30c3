"""Target: the URL of a request comes in; its checked parts, or a refusal, goes out."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.rules.outbound.egress import Address, NotAnAddress, read_host

DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"([^/?#]*//[^/?#]*)([^#]*)(?:#.*)?", re.DOTALL)
_ORIGIN = re.compile(r"(https?)://(?:\[([^\[\]]+)\]|([^:\[\]@]+))(?::([0-9]{1,5}))?", re.IGNORECASE)
_NOT_VISIBLE_ASCII = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request goes: scheme, canonical host and port."""

    text: str
    """``scheme://host:port``, always with the port: equal texts are equal origins."""
    scheme: str
    host: str
    """A host name in lower case and punycode, or an IP address without brackets."""
    port: int
    address: Address | None
    """The address, if the URL names one."""
    authority: str
    """What the Host header says."""


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """A URL that may be called."""

    origin: Origin
    path: str
    """Path and query, as they stand on the request line."""

    @property
    def url(self) -> str:
        """The URL again, in its canonical form."""
        return f"{self.origin.scheme}://{self.origin.authority}{self.path}"


def refuse(detail: str) -> CallFailed:
    """The failure of a request that is refused before anything is sent."""
    return CallFailed(FailureKind.REJECTED, Delivered.NO, detail)


@lru_cache(maxsize=1024)
def parse_url(url: str) -> RequestTarget:
    """The parts of *url*. Raises CallFailed; the text never repeats path, query or credentials."""
    match = _URL.fullmatch(url)
    if match is None:
        raise refuse("the URL has no host; write http://host/path or https://host/path")
    origin = _parse_origin(match[1])
    path = match[2]
    if not path.startswith("/"):
        path = "/" + path
    if _NOT_VISIBLE_ASCII.search(path):
        raise refuse(
            f"the path or query of a URL at {origin.text} has a space, control or non-ASCII"
            " character; percent-encode it"
        )
    return RequestTarget(origin, path)


@lru_cache(maxsize=1024)
def _parse_origin(text: str) -> Origin:
    if "@" in text:
        raise refuse("the URL has credentials before its host; put them into a header")
    match = _ORIGIN.fullmatch(text)
    if match is None:
        raise refuse(f"{text!r} is no origin; write http(s)://host or http(s)://host:port")
    scheme = match[1].lower()
    port = int(match[4]) if match[4] else DEFAULT_PORTS[scheme]
    if not 0 < port <= 65535:
        raise refuse(f"the port of {text!r} is {port}; a port is 1 to 65535")
    return _origin(scheme, _host(match[2], match[3]), port)


def _host(v6: str | None, name: str) -> Address | str:
    found = read_host(v6 or name)
    if v6 is not None and ":" not in v6:
        found = NotAnAddress("an IPv6 address")
    if isinstance(found, NotAnAddress):
        detail = f"the URL's host {v6 or name!r} is not {found.wanted}"
        raise CallFailed(FailureKind.BLOCKED, Delivered.NO, detail)
    return found


def _origin(scheme: str, host: Address | str, port: int) -> Origin:
    text = str(host)
    bracketed = f"[{text}]" if ":" in text else text
    authority = bracketed if port == DEFAULT_PORTS[scheme] else f"{bracketed}:{port}"
    return Origin(
        text=f"{scheme}://{bracketed}:{port}",
        scheme=scheme,
        host=text,
        port=port,
        address=None if isinstance(host, str) else host,
        authority=authority,
    )
