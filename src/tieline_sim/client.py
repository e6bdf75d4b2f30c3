"""Client: one POST after another comes in; the status of each answer, or none, goes out.

What a webhook sender needs and no more: HTTP/1.1 over kept connections, one request at a time on
each, a deadline for the whole exchange, plain ``http`` targets only.
"""

import asyncio
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

from tieline_sim.messages import Headers
from tieline_sim.mistake import Mistake

NO_ANSWER = 0  # refused, reset, timed out or not HTTP


@dataclass(frozen=True, slots=True)
class Place:
    """Where to POST."""

    host: str
    port: int
    head: bytes  # request line and the headers that never change


def place(url: str, agent: str) -> Place:
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise Mistake(f"url is {url!r}; wanted http://host:port/path")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: {agent}\r\n"
        "Accept: */*\r\nContent-Type: application/json\r\n"
    )
    return Place(parts.hostname, parts.port or 80, head.encode("latin-1"))


class Link(asyncio.Protocol):
    """One kept connection."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport
        self._keep = False
        self.usable = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.usable = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._arrived(NO_ANSWER)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.close()

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # 100 Continue and 103 Early Hints announce the real answer
            return
        self._keep = self._parser.should_keep_alive()
        self._arrived(status)
        if not self._keep:
            self.close()

    async def ask(self, payload: bytes, timeout_seconds: float) -> int:
        if self._transport.is_closing():  # the far side went away before anything was asked
            self.usable = False
            return NO_ANSWER
        self._answer = self._loop.create_future()
        deadline = self._loop.call_later(timeout_seconds, self.close)
        self._transport.write(payload)
        try:
            return await self._answer
        finally:
            deadline.cancel()

    def close(self) -> None:
        self.usable = False
        self._transport.abort()
        self._arrived(NO_ANSWER)

    def _arrived(self, status: int) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(status)


class Client:
    """POSTs to one place; as many connections as there are requests at the same time."""

    def __init__(self, place: Place, timeout_seconds: float) -> None:
        self._place = place
        self._timeout_seconds = timeout_seconds
        self._idle: list[Link] = []

    async def post(self, headers: Headers, body: bytes) -> int:
        """The status of the answer, or ``NO_ANSWER``."""
        link = await self._link()
        if link is None:
            return NO_ANSWER
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
        payload = b"%b%bContent-Length: %d\r\n\r\n%b" % (
            self._place.head,
            lines.encode("latin-1"),
            len(body),
            body,
        )
        status = await link.ask(payload, self._timeout_seconds)
        if link.usable:
            self._idle.append(link)
        return status

    async def _link(self) -> Link | None:
        while self._idle:
            kept = self._idle.pop()
            if kept.usable:
                return kept
        loop = asyncio.get_running_loop()
        dialling = loop.create_connection(Link, self._place.host, self._place.port)
        try:
            _, link = await asyncio.wait_for(dialling, self._timeout_seconds)
        except (OSError, TimeoutError):
            return None
        return link

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
