"""Protocol: bytes of one connection come in; requests go to the application, and what is none, or
comes too slowly or too large, is answered here, in the same form as everywhere."""

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tieline.surfaces.web.headers import added
from tieline.surfaces.web.problem import Problem

HEAD_S = 10.0
"""For the first line and the headers of a request to arrive."""
MOST_HEAD_BYTES = 64 * 1024
"""Of the first line, the headers and the empty line behind them."""
FIRST_LINE = len(b"  HTTP/1.1\r\n")
"""Beside the method and the address."""
LINE = len(b": \r\n")
END = len(b"\r\n")
CLOSE = {"connection": "close"}


class WebProtocol(HttpToolsProtocol):
    """One connection, closed when the head of a request comes too slowly or is too large."""

    _head_timer: asyncio.TimerHandle | None = None
    _raw_bytes = 0
    """Of a head that is still arriving, as they came."""
    _head_bytes = 0
    """Of a head, as they were read."""
    _is_in_head = True
    _is_refused = False
    _most: int | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # The library would answer 503 in its own words.
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._own = self.app
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._head_bytes = 0
        self._expect_head()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._head_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value) + LINE
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._raw_bytes = 0
        self._stop_timer()
        whole = self._head_bytes + len(self.parser.get_method()) + FIRST_LINE + END
        if whole > MOST_HEAD_BYTES:
            self._refuse(_too_large(f"{whole}"))
            return
        self.app = _busy if self._has_too_many() else self._own
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._is_refused:
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._is_in_head:
            self._raw_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and not self._is_refused and self._raw_bytes > MOST_HEAD_BYTES:
            self._refuse(_too_large(f"more than {MOST_HEAD_BYTES}"))

    def send_400_response(self, msg: str) -> None:
        words = "what came is no HTTP/1.1 request, or one whose length can be read in two ways"
        self._refuse(Problem("bad-request", f"{words}; send it anew"))

    def _refuse(self, told: Problem) -> None:
        """Answer in place of the application, and close."""
        self._is_refused = True
        self._stop_timer()
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()  # an answer is under way: a second one would be read as its end
            return
        answer = told.response()
        own = [*answer.raw_headers, (b"connection", b"close")]
        lines = added(own, is_secure=self.scheme == "https")
        head = b"".join(b"%s: %s\r\n" % line for line in lines)
        status = f"HTTP/1.1 {told.kind.status} {told.kind.title}\r\n".encode()
        self.transport.write(status + head + b"\r\n" + bytes(answer.body))
        self.transport.close()

    def _has_too_many(self) -> bool:
        most = self._most
        return most is not None and max(len(self.connections), len(self.tasks)) >= most

    def _expect_head(self) -> None:
        self._stop_timer()
        self._head_timer = self.loop.call_later(HEAD_S, self._too_slow)

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _too_large(size: str) -> Problem:
    words = f"the head of the request has {size} bytes; it may have {MOST_HEAD_BYTES}"
    return Problem("headers-too-large", words)


async def _answer_busy(scope: Scope, receive: Receive, send: Send) -> None:
    words = "as many connections are open as the console serves at once; try again"
    answer = Problem("overloaded", words, {**CLOSE, "retry-after": "5"}).response()
    is_secure = scope["scheme"] == "https"
    answer.raw_headers = added(list(answer.raw_headers), is_secure=is_secure)
    await answer(scope, receive, send)


_busy: Any = _answer_busy
