"""Outbound: a body comes in; one POST over a kept-alive connection and its status go out."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import httptools

RETRY_SECONDS = 0.5


class Outbound:
    """A pool of hand-written connections to one place: no futures, only callbacks."""

    def __init__(self, url: str, connections: int, done: Callable[[int], None]) -> None:
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._head = (
            f"POST {address.path or '/'} HTTP/1.1\r\nhost: {address.netloc}\r\n"
            "content-type: application/json\r\nidempotency-key: "
        ).encode()
        self._connections = connections
        self._done = done
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._idle: list[Line] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        for _ in range(self._connections):
            await self.dial()

    async def dial(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: Line(self), self._host, self._port)
        except OSError:
            loop.call_later(RETRY_SECONDS, self.redial)

    def redial(self) -> None:
        task = asyncio.get_running_loop().create_task(self.dial())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def post(self, number: int, body: bytes) -> None:
        """Send *body* under the key *number* until it is taken; then *done* is called with it."""
        if self._idle:
            self._idle.pop().send(number, body, self._request(number, body))
        else:
            self._waiting.append((number, body))

    def rest(self, line: "Line") -> None:
        if self._waiting:
            number, body = self._waiting.popleft()
            line.send(number, body, self._request(number, body))
        else:
            self._idle.append(line)

    def answered(self, line: "Line", status: int) -> None:
        number, body = line.number, line.body
        line.body = b""
        self.rest(line)
        if status < 300:
            self._done(number)
        else:
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self.post, number, body)

    def dropped(self, line: "Line") -> None:
        if line in self._idle:
            self._idle.remove(line)
        if line.body:
            self.post(line.number, line.body)
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self.redial)

    def _request(self, number: int, body: bytes) -> bytes:
        return b"%s%d\r\ncontent-length: %d\r\n\r\n%s" % (self._head, number, len(body), body)


class Line(asyncio.Protocol):
    """One connection with one request on its way at a time."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._parser = httptools.HttpResponseParser(self)
        self.number = 0
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._outbound.rest(self)

    def send(self, number: int, body: bytes, request: bytes) -> None:
        self.number, self.body = number, body
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._outbound.answered(self, self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:
        self._outbound.dropped(self)
