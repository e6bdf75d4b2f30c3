"""DoorProtocol: bytes of one connection come in; complete requests go to the door, replies back.

Our own thin server over httptools (the C parser of Node and uvicorn): the door must hold its limits
while bytes still arrive, and a general server costs three times the processor time of the rest
of an accepted delivery (measured: 47 us a request against 12).
"""

import asyncio
from collections import deque
from typing import Never, cast

import httptools

from tieline.model.inbound import Inbound, Problem, Reply
from tieline.surfaces.ingest.doorway import Doorway
from tieline.surfaces.ingest.request_head import origin_form, problem, read_head, source_of
from tieline.surfaces.ingest.wire import CONTINUE, response

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADERS = 128
MAX_TARGET_BYTES = 8 * 1024
MAX_HEAD_BYTES = MAX_TARGET_BYTES + MAX_HEADER_BYTES + 4 * MAX_HEADERS
MAX_PIPELINED = 16
MAX_FRAMING = 8
"""Bytes on the wire for each byte of body: chunks of one byte are still allowed, padding is not."""
BUSY_S = 5

_NAMES: dict[bytes, str] = {}
_MOST_NAMES = 1000
_LONGEST_NAME = 64


class DoorProtocol(asyncio.Protocol):
    """One connection."""

    _transport: asyncio.Transport

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway
        self._loop = asyncio.get_running_loop()
        self._remote = ""
        self._parser = httptools.HttpRequestParser(self)
        self._ready: deque[tuple[Inbound, Problem | None, bool]] = deque()
        self._answering: asyncio.Task[None] | None = None
        self._deaf = False
        """What still comes is thrown away."""
        self._closing = False
        """Everything has been said: the connection only has to end."""
        self._lingers = False
        self._deadline_s = -1.0
        """When we give up, on the loop's clock; 0 while we answer, -1: the next look sets it."""
        self._unfinished_bytes = 0
        self._begin()

    def _begin(self) -> None:
        self._receiving = False
        self._target = b""
        self._origin_form = ""
        self._headers: list[tuple[str, str]] = []
        self._head: tuple[tuple[str, str], ...] | None = None
        self._header_bytes = 0
        self._body: bytes | bytearray = b""
        self._wire_bytes = 0
        self._limit = 0

    # --- the connection -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._remote = peer[0] if isinstance(peer, tuple) else "local"
        full = self._doorway.is_full() and not self._doorway.make_room()
        self._doorway.open[self] = None
        if full:
            self._give_up(problem(503, "busy", "too many connections", retry_after_s=BUSY_S))

    def connection_lost(self, exc: Exception | None) -> None:
        self._doorway.open.pop(self, None)
        self._deaf = self._closing = True
        self._count_unfinished(0)
        del self._parser  # it holds our methods: a cycle that only the collector would find

    def eof_received(self) -> bool:
        """A sender that has sent all it wanted may still read; one that left half way may not."""
        self._lingers = False
        if self._answering is None:
            return False
        self._deaf = True
        return True

    def pause_writing(self) -> None:
        """Hundreds of answers lie unread: that is no sender."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._stopped(error)
        else:
            if self._receiving:
                self._check_progress(len(data))

    def _stopped(self, error: httptools.HttpParserError) -> None:
        if self._deaf:
            return
        if isinstance(error, httptools.HttpParserCallbackError):
            self._doorway.door.broken(error.__context__ or error)
            self._give_up(problem(500, "internal", "the request could not be read"))
        else:
            self._give_up(problem(400, "malformed-request", f"not HTTP/1.1: {error}"))

    def _check_progress(self, count: int) -> None:
        """A request that is not complete yet: is it growing as it should?"""
        self._wire_bytes += count
        if self._head is None:
            if self._wire_bytes > MAX_HEAD_BYTES:
                self._give_up(_HEADERS_TOO_LARGE)
        elif self._wire_bytes > MAX_HEAD_BYTES + MAX_FRAMING * len(self._body):
            detail = "the chunks have more framing than content"
            self._give_up(problem(400, "malformed-request", detail))
        else:
            self._count_unfinished(len(self._body))

    def _count_unfinished(self, count: int) -> None:
        doorway = self._doorway
        doorway.unfinished_bytes += count - self._unfinished_bytes
        self._unfinished_bytes = count
        if count and doorway.unfinished_bytes > doorway.limits.unfinished_bytes:
            doorway.make_room(unfinished_only=True)

    # --- the parser -----------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._begin()
        self._receiving = True
        self._deadline_s = -1.0

    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > MAX_TARGET_BYTES:
            self._refuse(problem(414, "target-too-long", f"at most {MAX_TARGET_BYTES} bytes"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers come here too: they count, but never become headers of the request."""
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADER_BYTES or len(self._headers) >= MAX_HEADERS:
            self._refuse(_HEADERS_TOO_LARGE)
        # The white space after a value is no part of it (RFC 9112), and the parser leaves it there.
        text = value.decode("latin-1").rstrip(" \t")
        self._headers.append((_NAMES.get(name) or _name(name), text))

    def on_headers_complete(self) -> None:
        if self._parser.should_upgrade():
            self._refuse(problem(400, "upgrade-refused", "this connection stays HTTP/1.1"))
        self._head = tuple(self._headers)
        head = read_head(self._head, self._parser.get_http_version())
        if isinstance(head, Problem):
            self._refuse(head)
        self._origin_form = target = origin_form(self._target)
        self._limit = self._doorway.door.limit_of(source_of(target))
        if head.declared_bytes > self._limit:
            self._refuse(_too_large(self._limit))
        if head.waits and self._answering is None:
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        if len(self._body) + len(body) > self._limit:
            self._refuse(_too_large(self._limit))
        if not self._body:
            self._body = body
            return
        if isinstance(self._body, bytes):
            self._body = bytearray(self._body)
        self._body += body

    def on_message_complete(self) -> None:
        self._receiving = False
        if self._unfinished_bytes:
            self._count_unfinished(0)
        keep = self._parser.should_keep_alive()
        if len(self._ready) < MAX_PIPELINED:
            self._enqueue(self._inbound(bytes(self._body)), None, keep=keep)
            return
        self._deaf = self._lingers = True
        self._enqueue(self._inbound(bytes(self._body)), None, keep=False)
        raise httptools.HttpParserError("enough for one connection")

    def _inbound(self, body: bytes) -> Inbound:
        target = self._origin_form or origin_form(self._target)
        return Inbound(
            self._parser.get_method().decode("latin-1") if target else "",
            self._doorway.public_url + target,
            self._head or (),
            body,
            source_of(target),
            self._remote,
            self._doorway.clock.now_us(),
        )

    def _refuse(self, why: Problem) -> Never:
        """Give up from inside the parser, and stop it."""
        self._give_up(why)
        raise httptools.HttpParserError(why.code)

    def _give_up(self, why: Problem) -> None:
        """Answer at once, without waiting for the rest of what is sent, then end the connection."""
        self._deaf = self._lingers = True
        self._receiving = False
        self._count_unfinished(0)
        self._enqueue(self._inbound(b""), why, keep=False)

    # --- answering, in order ----------------------------------------------------------------------

    def _enqueue(self, inbound: Inbound, why: Problem | None, *, keep: bool) -> None:
        self._ready.append((inbound, why, keep))
        self._deadline_s = 0.0
        if self._answering is None:
            self._answering = self._loop.create_task(self._answer_all())
        elif self._transport.is_reading() and not self._transport.is_closing():
            self._transport.pause_reading()  # one at a time: what waits, waits at the sender

    async def _answer_all(self) -> None:
        keep = True
        while keep and self._ready:
            inbound, why, keep = self._ready.popleft()
            try:
                reply = await self._reply(inbound, why)
            except Exception as error:  # noqa: BLE001 - a bug must not leave a sender without answer
                reply, keep = self._doorway.door.broken(error), False
            keep = keep and not self._doorway.draining
            self._write(reply, inbound.method, keep=keep)
        self._answering = None
        if keep and not self._deaf:
            self._deadline_s = -1.0
            if not self._transport.is_reading() and not self._transport.is_closing():
                self._transport.resume_reading()
        else:
            self._end()

    async def _reply(self, inbound: Inbound, why: Problem | None) -> Reply:
        if why is not None:
            return await self._doorway.door.refuse(inbound, why)
        if not inbound.source:
            target = inbound.url.removeprefix(self._doorway.public_url)
            return self._doorway.door.other(inbound, target)
        return await self._doorway.door.take(inbound)

    def _write(self, reply: Reply, method: str, *, keep: bool) -> None:
        if not self._transport.is_closing():
            date = self._doorway.date
            self._transport.write(response(reply, date=date, keep=keep, bodiless=method == "HEAD"))

    # --- ending -----------------------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being received or answered."""
        return not self._receiving and self._answering is None

    def look(self, now_s: float) -> None:
        if self._deadline_s < 0:
            self._deadline_s = now_s + self._patience_s()
        elif 0 < self._deadline_s <= now_s:
            self._expire()

    def _patience_s(self) -> float:
        limits = self._doorway.limits
        if self._closing:
            return limits.linger_s
        return limits.request_s if self._receiving else limits.idle_s

    def _expire(self) -> None:
        if self._closing:
            self._transport.abort()
        elif self._receiving:
            self._give_up(problem(408, "too-slow", "the request did not arrive in time"))
        else:
            self._end()

    def give_way(self, *, unfinished_only: bool) -> bool:
        if self._answering is not None or self._closing:
            return False
        if unfinished_only and not self._unfinished_bytes:
            return False
        self._end()
        return True

    def end_if_idle(self) -> None:
        """Close unless something is being received or answered."""
        if self.is_idle and not self._closing:
            self._end()

    def abort(self) -> None:
        """End now; what is being answered is no longer awaited."""
        if self._answering is not None:
            self._answering.cancel()
        self._transport.abort()

    def _end(self) -> None:
        """Close once what was answered is written.

        A refused sender is still sending. Closing on unread bytes resets the connection, and
        the answer is lost with it: so we only stop writing, and wait for the sender to stop.
        """
        self._deaf = self._closing = True
        self._deadline_s = -1.0
        if not self._lingers or self._transport.is_closing():
            self._transport.close()
            return
        self._transport.write_eof()
        if not self._transport.is_reading():
            self._transport.resume_reading()


_HEADERS_TOO_LARGE = problem(
    431,
    "headers-too-large",
    f"at most {MAX_HEADERS} headers and {MAX_HEADER_BYTES} bytes",
)


def _too_large(limit: int) -> Problem:
    return problem(413, "body-too-large", f"this source takes at most {limit} bytes")


def _name(name: bytes) -> str:
    """A header's name in lower case; the same few dozen come all day long."""
    text = name.decode("latin-1").lower()
    if len(_NAMES) < _MOST_NAMES and len(name) <= _LONGEST_NAME:
        _NAMES[name] = text
    return text
