"""Metrics alone: a scrape comes in; the metrics go out, where a process has no console.

A few lines over asyncio, so that a worker need not load a web framework. It answers GET of
``/metrics`` and ``/health/live`` and nothing else, keeps no connection, and knows no secrets: who
can reach the address can read the numbers.
"""

import asyncio
import socket
from collections.abc import Callable

import orjson

from tieline.model.base.errors import SettingsError
from tieline.surfaces.web.headers import added

LONGEST_HEAD_BYTES = 8192
PATIENCE_S = 5.0
MOST_AT_ONCE = 16


class MetricsServer:
    """A surface that serves the numbers of one process."""

    def __init__(
        self,
        host: str,
        port: int,
        render: Callable[[], tuple[bytes, str]],
        listener: socket.socket | None = None,
    ) -> None:
        """On *host* and *port*, or on a *listener* that is open already."""
        self._listener = listener
        self._host = host
        self._port = port
        self._render = render
        self._server: asyncio.Server | None = None
        self._visitors: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens, once it is open."""
        return self._port

    def where(self) -> tuple[str, ...]:
        """The address for people."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return (f"metrics: http://{host}:{self._port}/metrics",)

    async def open(self) -> None:
        """Listen. Raises SettingsError when that cannot be."""
        try:
            self._server = await self._listen()
        except OSError as error:
            where = f"{self._host}:{self._port}"
            words = f"nothing can listen there: {error.strerror or error}"
            raise SettingsError("metrics_port", where, words) from None
        self._port = self._server.sockets[0].getsockname()[1]

    async def _listen(self) -> asyncio.Server:
        if self._listener is not None:
            return await asyncio.start_server(
                self._visit, sock=self._listener, limit=LONGEST_HEAD_BYTES
            )
        return await asyncio.start_server(
            self._visit, self._host, self._port, limit=LONGEST_HEAD_BYTES
        )

    async def close(self, seconds: float) -> None:
        """Stop within *seconds*."""
        if self._server is not None:
            self._server.close()
        if self._visitors:
            await asyncio.wait(self._visitors, timeout=seconds)
        for task in self._visitors:
            task.cancel()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._visitors.add(task)
            task.add_done_callback(self._visitors.discard)
        try:
            async with asyncio.timeout(PATIENCE_S):
                writer.write(await self._answer(reader))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever scrapes comes again
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        if len(self._visitors) > MOST_AT_ONCE:
            words = f"more than {MOST_AT_ONCE} ask at once; try again"
            return _problem("503 Service Unavailable", "overloaded", words)
        match head.split(b" ", 2)[:2]:
            case [b"GET", b"/metrics"]:
                body, kind = await asyncio.to_thread(self._render)
                return _response("200 OK", body, kind)
            case [b"GET", b"/health/live"]:
                return _response("200 OK", b"ok\n")
            case [b"GET", _]:
                words = "there is nothing at this path; there are /metrics and /health/live"
                return _problem("404 Not Found", "not-found", words)
            case [method, *_]:
                words = f"{method[:20].decode('latin-1')} cannot be done here; use GET"
                return _problem("405 Method Not Allowed", "method-not-allowed", words, "allow: GET")
            case _:
                return _problem("400 Bad Request", "bad-request", "what came is no HTTP request")


def _problem(status: str, code: str, words: str, *more: str) -> bytes:
    """In the form in which the console tells it (RFC 9457)."""
    number, _, title = status.partition(" ")
    document = {
        "type": f"urn:tieline:problem:{code}",
        "title": title,
        "status": int(number),
        "detail": words,
        "code": code,
        "retriable": code == "overloaded",
    }
    return _response(status, orjson.dumps(document), "application/problem+json", *more)


def _response(
    status: str, body: bytes, kind: str = "text/plain; charset=utf-8", *more: str
) -> bytes:
    own = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()),
           (b"connection", b"close")]  # fmt: skip
    lines = [b"%s: %s" % line for line in added(own, is_secure=False)]
    head = [f"HTTP/1.1 {status}".encode(), *lines, *(line.encode() for line in more), b"", b""]
    return b"\r\n".join(head) + body
