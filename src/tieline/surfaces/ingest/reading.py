"""Reading: bytes of one connection come in; complete requests, or what is wrong with one, go out.

The limits hold while the bytes arrive: nothing is kept that is over one, and nobody waits for the
rest of a request that is refused.
"""

from dataclasses import replace
from typing import Never, Protocol

import httptools

from tieline.model.base.headers import Headers
from tieline.model.inbound.request import Inbound, RequestProblem
from tieline.surfaces.ingest.listener import Listener
from tieline.surfaces.ingest.request_head import origin_form, problem, read_head, source_of

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADERS = 128
MAX_TARGET_BYTES = 8 * 1024
MAX_HEAD_BYTES = MAX_TARGET_BYTES + MAX_HEADER_BYTES + 4 * MAX_HEADERS
MAX_FRAMING = 8
"""Bytes on the wire for each byte of body: chunks of one byte are still allowed, padding is not."""

_MOST_NAMES = 1000
_LONGEST_NAME = 64
_names: dict[bytes, str] = {}


class Reader(Protocol):
    """Who is told what was read."""

    def began(self) -> None:
        """The first byte of a request is here."""
        ...

    def may_go_on(self) -> None:
        """The sender waits to be asked for the body."""
        ...

    def has_read(self, inbound: Inbound, *, keep: bool) -> bool:
        """A request is complete; False: no further one is wanted."""
        ...

    def gives_up(self, inbound: Inbound, why: RequestProblem) -> None:
        """A request broke a rule or a limit; what still comes is thrown away."""
        ...


class Reading:
    """What is read on one connection."""

    def __init__(self, doorway: Listener, reader: Reader, remote: str) -> None:
        self._doorway = doorway
        self._reader = reader
        self._remote = remote
        self._parser = httptools.HttpRequestParser(self)
        self._counted_bytes = 0
        self._fed_bytes = 0
        self.is_deaf = False
        """What still comes is thrown away."""
        self._begin()

    def _begin(self) -> None:
        self.is_receiving = False
        self._target = b""
        self._origin_form = ""
        self._source = ""
        self._headers: list[tuple[str, str]] = []
        self._head: Headers | None = None
        self._body: bytes | bytearray = b""
        self._wire_bytes = 0
        self._limit = 0
        self._declared_bytes = 0

    @property
    def has_unfinished_bytes(self) -> bool:
        """Whether a part of a body is held."""
        return self._counted_bytes > 0

    def feed(self, data: bytes) -> None:
        """Read on."""
        if self.is_deaf:
            return
        self._fed_bytes = len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            if not self.is_deaf:
                self.give_up(self._explained(error))
        else:
            if self.is_receiving:
                self._check_progress()

    def give_up(self, why: RequestProblem) -> None:
        """Say at once what is wrong, without waiting for the rest of the request."""
        self.is_deaf = True
        self.is_receiving = False
        self._count(0)
        unread = replace(self._inbound(b""), declared_bytes=self._declared_bytes)
        self._reader.gives_up(unread, why)

    def end(self) -> None:
        """Let go of everything; the parser holds our methods, and only a collector would see it."""
        self.is_deaf = True
        self.is_receiving = False
        self._count(0)
        del self._parser

    def _explained(self, error: httptools.HttpParserError) -> RequestProblem:
        if isinstance(error, httptools.HttpParserCallbackError):
            self._doorway.door.broken(error.__context__ or error)
            return problem(500, "internal", "the request could not be read")
        return problem(400, "malformed-request", f"not HTTP/1.1: {error}")

    def _check_progress(self) -> None:
        """A request that is not complete yet: is it growing as it should?"""
        self._wire_bytes += self._fed_bytes
        if self._head is None:
            if self._wire_bytes > MAX_HEAD_BYTES:
                self.give_up(_HEADERS_TOO_LARGE)
        elif self._wire_bytes > MAX_HEAD_BYTES + MAX_FRAMING * len(self._body):
            detail = "there is far more framing than content"
            self.give_up(problem(400, "malformed-request", detail))
        else:
            self._count(len(self._body))

    def _count(self, unfinished_bytes: int) -> None:
        """What all connections hold of unfinished bodies is bounded, too."""
        doorway = self._doorway
        doorway.unfinished_bytes += unfinished_bytes - self._counted_bytes
        self._counted_bytes = unfinished_bytes
        if unfinished_bytes and doorway.unfinished_bytes > doorway.limits.unfinished_bytes:
            doorway.make_room(unfinished_only=True)

    # --- what the parser tells --------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._begin()
        self.is_receiving = True
        self._reader.began()

    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > MAX_TARGET_BYTES:
            self._refuse(problem(414, "target-too-long", f"at most {MAX_TARGET_BYTES} bytes"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers come here too: they count, but never become headers of the request."""
        if len(self._headers) >= MAX_HEADERS:
            self._refuse(_HEADERS_TOO_LARGE)
        # The white space after a value is no part of it (RFC 9112), and the parser leaves it there.
        text = value.rstrip(b" \t").decode("latin-1")
        self._headers.append((_names.get(name) or _name(name), text))

    def on_headers_complete(self) -> None:
        if self._parser.should_upgrade():
            self._refuse(problem(400, "upgrade-refused", "this connection stays HTTP/1.1"))
        self._head = tuple(self._headers)
        if self._wire_bytes + self._fed_bytes > MAX_HEADER_BYTES:  # else it cannot be too large
            self._check_size(self._head)
        head = read_head(self._head, self._parser.get_http_version())
        if isinstance(head, RequestProblem):
            self._refuse(head)
        self._locate()
        self._limit = self._doorway.door.limit_of(self._source)
        if head.declared_bytes > self._limit:
            self._declared_bytes = head.declared_bytes
            self._refuse(_too_large(self._limit, f"this one has {head.declared_bytes}"))
        if head.waits:
            self._reader.may_go_on()

    def _check_size(self, headers: Headers) -> None:
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            self._refuse(_HEADERS_TOO_LARGE)

    def _locate(self) -> None:
        self._origin_form = origin_form(self._target)
        self._source = source_of(self._origin_form)

    def on_body(self, body: bytes) -> None:
        if len(self._body) + len(body) > self._limit:
            self._declared_bytes = len(self._body) + len(body)
            self._refuse(_too_large(self._limit, "this one has more"))
        if not self._body:
            self._body = body
            return
        if isinstance(self._body, bytes):
            self._body = bytearray(self._body)
        self._body += body

    def on_message_complete(self) -> None:
        self.is_receiving = False
        if self._counted_bytes:
            self._count(0)
        keep = self._parser.should_keep_alive()
        if not self._reader.has_read(self._inbound(bytes(self._body)), keep=keep):
            self.is_deaf = True
            raise httptools.HttpParserError("no further request is wanted")

    def _inbound(self, body: bytes) -> Inbound:
        if not self._origin_form:
            self._locate()
        return Inbound(
            self._parser.get_method().decode("latin-1") if self._target else "",
            self._doorway.public_url + self._origin_form,
            self._head or (),
            body,
            self._source,
            self._remote,
            self._doorway.clock.now_us(),
        )

    def _refuse(self, why: RequestProblem) -> Never:
        """Give up from inside the parser, and stop it."""
        self.give_up(why)
        raise httptools.HttpParserError(why.code)


_HEADERS_TOO_LARGE = problem(
    431, "headers-too-large", f"at most {MAX_HEADERS} headers and {MAX_HEADER_BYTES} bytes"
)


def _too_large(limit: int, found: str) -> RequestProblem:
    detail = f"this source takes at most {limit} bytes; {found}; max_body_bytes= of its webhook"
    return problem(413, "body-too-large", f"{detail} raises that")


def _name(name: bytes) -> str:
    """A header's name in lower case; the same few dozen come all day long."""
    text = name.decode("latin-1").lower()
    if len(_names) < _MOST_NAMES and len(name) <= _LONGEST_NAME:
        _names[name] = text
    return text
