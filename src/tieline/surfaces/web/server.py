"""WebServer: an application and an address come in; it is served inside the running loop."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tieline.model.errors import SettingsError
from tieline.surfaces.listening import CONSOLE, listen

HEAD_S = 10.0
"""For the first line and the headers of a request to arrive."""
MOST_HEAD_BYTES = 64 * 1024
IDLE_S = 30.0
CONNECTIONS = 500
BACKLOG = 256
STOP_S = 2.0
"""Answers under way get this long; a live page would go on for ever."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen."""

    host: str
    port: int
    """0: any free one."""
    certificate: str | None = None
    key: str | None = None
    """PEM files; both or none."""
    listener: socket.socket | None = None
    """Already open, instead of host and port."""


class WebServer:
    """Serves one application; opened and closed once."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        self._app = app
        self._place = place
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen. Raises SettingsError for an address that is taken, or an unusable certificate."""
        # The library's own log is not ours: what matters is told as a fact by the application.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        config = uvicorn.Config(
            self._app,
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=int(IDLE_S),
            timeout_graceful_shutdown=int(STOP_S),
            limit_concurrency=CONNECTIONS,
            ssl_certfile=self._place.certificate,
            ssl_keyfile=self._place.key,
        )
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            wanted = f"give PEM files of a certificate and its key ({error})"
            raise SettingsError("console_cert", self._place.certificate, wanted) from None
        listener = self._place.listener or self._listen()
        self.port = listener.getsockname()[1]
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]), name="web")
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait([up, self._task], return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if self._task.done():
            self._task.result()

    def _listen(self) -> socket.socket:
        return listen(self._place.host, self._place.port, CONSOLE, backlog=BACKLOG)

    async def close(self, seconds: float) -> None:
        """Take no new connection, finish what is being answered, close the rest within *seconds*.

        Answers without an end, such as those of a live page, are cut off first.
        """
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await asyncio.wait([self._task], timeout=min(seconds, STOP_S + 1.0))
        for connection in list(self._server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class _Server(uvicorn.Server):
    """Leaves signals to the hub, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class PatientProtocol(HttpToolsProtocol):
    """One connection, closed when the head of a request comes too slowly or is too large."""

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _is_in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._head_bytes = 0
        self._stop_timer()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > MOST_HEAD_BYTES:
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"connection: close\r\ncontent-length: 0\r\n\r\n"
            )
            self.transport.close()

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
