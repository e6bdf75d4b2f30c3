"""DoorProtocol: bytes of one connection come in; complete requests go to the door, replies back.

Our own thin server over httptools (the C parser of Node and uvicorn): the door must hold its limits
while bytes still arrive, and a general server costs three times the processor time of the rest
of an accepted delivery (measured: 47 us a request against 12).
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, cast

import httptools

from tieline.model.inbound import Inbound, Problem, Reply
from tieline.ports.clock import Clock

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADERS = 128
MAX_TARGET_BYTES = 8 * 1024
MAX_PIPELINED = 16
PREFIX = b"/in/"


class Door(Protocol):
    """What the connections of a server need from the inside."""

    def limit_of(self, source: str) -> int:
        """How many bytes of body the source takes."""
        ...

    async def take(self, inbound: Inbound) -> Reply:
        """Answer a complete request."""
        ...

    def other(self, method: str, path: str) -> Reply:
        """Answer a request that is not for a source."""
        ...


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """How long a sender may take."""

    request_s: float = 30.0
    """From a request's first byte to its last."""
    idle_s: float = 75.0
    """Between requests on a kept connection."""


class DoorProtocol(asyncio.Protocol):
    """One connection."""

    def __init__(
        self, door: Door, clock: Clock, public_url: str, open_connections: "set[DoorProtocol]"
    ) -> None:
        self._door = door
        self._clock = clock
        self._public_url = public_url
        self._open = open_connections
        self._transport: asyncio.Transport | None = None
        self._remote = ""
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._ready: deque[tuple[Inbound | Problem, str, bool]] = deque()
        self._answering: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._closing = False
        self.deadline_s = 0.0
        """When the server gives up on this connection, on the loop's clock; 0 while it answers."""
        self._reset()

    def _reset(self) -> None:
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._header_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._limit = 0
        self._source = ""
        self._problem: Problem | None = None
        self._receiving = False

    # --- the connection -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._remote = peer[0] if isinstance(peer, tuple) else "local"
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self._closing = True
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(_problem(400, "upgrade", "the connection cannot be upgraded"))
        except httptools.HttpParserError as error:
            self._fail(_problem(400, "malformed-request", f"not HTTP/1.1: {error}"))

    def expired(self) -> None:
        """The sender took too long."""
        if self._receiving:
            self._fail(_problem(408, "too-slow", "the request did not arrive in time"))
        else:
            self.close()

    def close(self) -> None:
        """Close once what was answered is written."""
        self._closing = True
        if self._transport is not None:
            self._transport.close()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being received or answered."""
        return not self._receiving and self._answering is None

    # --- the parser -----------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._reset()
        self._receiving = True
        self.deadline_s = -1.0  # the server's next look sets it

    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > MAX_TARGET_BYTES:
            self._refuse(_problem(414, "target-too-long", f"at most {MAX_TARGET_BYTES} bytes"))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADER_BYTES or len(self._headers) >= MAX_HEADERS:
            detail = f"at most {MAX_HEADERS} headers and {MAX_HEADER_BYTES} bytes"
            self._refuse(_problem(431, "headers-too-large", detail))
            return
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        path = self._target.partition(b"?")[0]
        if path.startswith(PREFIX):
            self._source = path[len(PREFIX) :].decode("latin-1")
            self._limit = self._door.limit_of(self._source)
        length = next((v for k, v in self._headers if k == "content-length"), None)
        if length is not None and length.isdigit() and int(length) > self._limit:
            self._refuse(_too_large(self._limit))
        elif any(k == "expect" and v.lower() == "100-continue" for k, v in self._headers):
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > self._limit:
            self._refuse(_too_large(self._limit))
        elif self._problem is None:
            self._body.append(body)

    def on_message_complete(self) -> None:
        self._receiving = False
        keep = self._parser.should_keep_alive() and self._problem is None
        method = self._parser.get_method().decode("latin-1")
        target = self._target.decode("latin-1")
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        inbound = Inbound(
            method,
            self._public_url + target,
            self._source,
            tuple(self._headers),
            body,
            self._remote,
            self._clock.now_us(),
        )
        self._enqueue(self._problem or inbound, target, keep=keep)

    def _refuse(self, problem: Problem) -> None:
        """Answer at once, without waiting for the rest of what is sent, and close."""
        if self._problem is None:
            self._problem = problem
            self._enqueue(problem, "", keep=False)
            self._closing = True

    def _fail(self, problem: Problem) -> None:
        self._enqueue(self._problem or problem, "", keep=False)
        self._closing = True

    # --- answering, in order ----------------------------------------------------------------------

    def _enqueue(self, what: Inbound | Problem, target: str, *, keep: bool) -> None:
        if self._closing:
            return
        self._ready.append((what, target, keep))
        if len(self._ready) > MAX_PIPELINED and self._transport is not None:
            self._transport.pause_reading()
        if self._answering is None:
            self.deadline_s = 0.0
            self._answering = self._loop.create_task(self._answer_all())

    async def _answer_all(self) -> None:
        try:
            while self._ready:
                what, target, keep = self._ready.popleft()
                reply = await self._reply(what, target)
                self._write(_bytes_of(reply, keep=keep))
                if not self._writable.is_set():
                    await self._writable.wait()
                if not keep:
                    self.close()
                    return
            if self._transport is not None and not self._transport.is_reading():
                self._transport.resume_reading()
        finally:
            self._answering = None
            self.deadline_s = -1.0

    async def _reply(self, what: Inbound | Problem, target: str) -> Reply:
        if isinstance(what, Problem):
            return what.reply("-")
        if not what.source:
            return self._door.other(what.method, target.partition("?")[0])
        return await self._door.take(what)

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


def _problem(status: int, code: str, detail: str) -> Problem:
    return Problem(status, code, HTTPStatus(status).phrase, detail)


def _too_large(limit: int) -> Problem:
    return _problem(413, "body-too-large", f"this source takes at most {limit} bytes")


_HEADS = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}


def _bytes_of(reply: Reply, *, keep: bool) -> bytes:
    head = _HEADS.get(reply.status) or b"HTTP/1.1 %d \r\n" % reply.status
    headers = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
    end = b"\r\n" if keep else b"connection: close\r\n\r\n"
    length = b"content-length: %d\r\n" % len(reply.body)
    return b"".join((head, headers.encode("latin-1"), length, end, reply.body))
