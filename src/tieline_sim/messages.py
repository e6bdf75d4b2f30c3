"""Messages: what a simulated vendor reads (``Request``) and may reply (``Answer``, ``Wire``).

An ``Answer`` is sent as good HTTP. A ``Wire`` says byte by byte how to misbehave.
"""

import time
from dataclasses import dataclass
from email.utils import formatdate
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request; header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[bytes, bytes]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name.encode(), b"").decode("latin-1")

    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def segments(self) -> list[str]:
        """The parts of the path, percent signs resolved after splitting."""
        parts = self.path.split("/")[1:]
        return [unquote(part) for part in parts] if "%" in self.path else parts

    def fields(self) -> dict[str, Any] | None:
        """The JSON object in the body; None when it is anything else."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """A well-formed HTTP answer."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    content_type: str = "application/json"


class Ending(Enum):
    """What happens to the connection after the reply."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Drip:
    """Send a payload in small pieces with a pause after each."""

    piece_bytes: int
    pause_seconds: float


@dataclass(frozen=True, slots=True)
class Wire:
    """Exact bytes, when they are sent, and how the connection ends afterwards."""

    payload: bytes
    delay_seconds: float = 0.0
    drip: Drip | None = None
    ending: Ending = Ending.KEEP
    linger_seconds: float = 0.0  # how long the connection stays open before ``ending``


Reply = Answer | Wire


def as_json(content: object, status: int = 200, headers: Headers = ()) -> Answer:
    return Answer(status, orjson.dumps(content), headers)


def encode(answer: Answer, *, keep: bool = True) -> bytes:
    """The bytes of an answer; ``keep`` False announces that the connection will be closed."""
    extra = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    if not keep:
        extra += "connection: close\r\n"
    return b"%bcontent-length: %d\r\n%b\r\n%b" % (
        _head(answer.status, answer.content_type, int(time.time())),
        len(answer.body),
        extra.encode("latin-1"),
        answer.body,
    )


@lru_cache(maxsize=64)
def _head(status: int, content_type: str, second: int) -> bytes:
    """The start of an answer, kept for the second in which its date is right."""
    known = status in HTTPStatus.__members__.values()
    phrase = HTTPStatus(status).phrase if known else "Scripted"
    return (
        f"HTTP/1.1 {status} {phrase}\r\n"
        f"date: {formatdate(second, usegmt=True)}\r\n"
        f"content-type: {content_type}\r\n"
    ).encode("latin-1")
