"""Server: bytes on sockets come in; whole requests go to an app, and its replies go out in order.

HTTP/1.1 over httptools: keep-alive, chunked and length bodies. It knows no vendor and no fault:
a reply says for itself how it is to be sent.
"""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httptools

from tieline_sim.messages import Answer, Ending, Reply, Request, Wire, encode
from tieline_sim.mistake import Mistake

App = Callable[[Request], Reply | Awaitable[Reply]]

BODY_LIMIT_BYTES = 16 * 1024 * 1024
PIPELINE_LIMIT = 256  # requests that may wait behind a slow one on the same connection
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # linger for zero seconds: close() sends RST
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.Protocol):
    """One client connection; requests are answered one at a time, in the order they came."""

    def __init__(self, app: App, open_connections: set["Connection"]) -> None:
        self._app = app
        self._open = open_connections
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Future[Reply] | None = None
        self._transport: asyncio.Transport
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._hang_up(400, b'{"error":"this is not HTTP/1.1"}')
            return
        self._next()

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        if self._headers.get(b"expect", b"").lower() == b"100-continue":
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > BODY_LIMIT_BYTES:
            self._hang_up(413, b'{"error":"the body is larger than 16 MiB"}')
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode("latin-1").partition("?")
        method = self._parser.get_method().decode("latin-1")
        request = Request(method, path, query, self._headers, b"".join(self._body))
        self._waiting.append((request, self._parser.should_keep_alive()))
        if len(self._waiting) > PIPELINE_LIMIT:
            self._hang_up(503, b'{"error":"too many requests are pipelined"}')

    def _next(self) -> None:
        while self._waiting and not self._busy:
            if self._transport.is_closing():
                return
            request, keep = self._waiting.popleft()
            reply = self._app(request)
            if isinstance(reply, Answer):
                self._answer(reply, keep=keep)
            elif isinstance(reply, Wire):
                self._misbehave(reply)
            else:
                self._await(reply, keep=keep)

    def _answer(self, answer: Answer, *, keep: bool) -> None:
        self._transport.write(encode(answer, keep=keep))
        if not keep:
            self._transport.close()

    def _await(self, pending: Awaitable[Reply], *, keep: bool) -> None:
        self._busy = True
        self._task = asyncio.ensure_future(pending)

        def arrived(done: asyncio.Future[Reply]) -> None:
            self._busy, self._task = False, None
            if not done.cancelled() and not self._transport.is_closing():
                self._answer(cast("Answer", done.result()), keep=keep)
                self._next()

        self._task.add_done_callback(arrived)

    def _misbehave(self, wire: Wire) -> None:
        self._busy = True
        self._later(wire.delay_seconds, self._send, wire, wire.payload)

    def _send(self, wire: Wire, rest: bytes) -> None:
        size = wire.drip.piece_bytes if wire.drip else len(rest)
        self._transport.write(rest[:size])
        if wire.drip and rest[size:]:
            self._later(wire.drip.pause_seconds, self._send, wire, rest[size:])
        else:
            self._later(wire.linger_seconds, self._end, wire.ending)

    def _end(self, ending: Ending) -> None:
        if ending is Ending.KEEP:
            self._busy = False
            self._next()
        elif ending is Ending.CLOSE:
            self._transport.close()
        else:
            sock = cast("socket.socket", self._transport.get_extra_info("socket"))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self._transport.abort()

    def _later(self, seconds: float, call: Callable[..., None], *args: Any) -> None:
        if self._transport.is_closing():
            return
        if seconds > 0:
            self._timer = self._loop.call_later(seconds, call, *args)
        else:
            call(*args)

    def _hang_up(self, status: int, body: bytes) -> None:
        self._waiting.clear()
        if not self._transport.is_closing():
            self._answer(Answer(status, body), keep=False)

    def drop(self) -> None:
        self._transport.abort()


class Listening:
    """A server that listens; ``port`` is where. Closing drops every connection."""

    def __init__(self, server: asyncio.Server, connections: set[Connection]) -> None:
        self._server = server
        self._connections = connections
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        for connection in tuple(self._connections):
            connection.drop()
        await self._server.wait_closed()


async def listen(app: App, *, host: str, port: int) -> Listening:
    connections: set[Connection] = set()
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: Connection(app, connections), host, port, backlog=1024
        )
    except OSError as why:
        raise Mistake(f"cannot listen on {host}:{port}: {why}") from None
    return Listening(server, connections)
