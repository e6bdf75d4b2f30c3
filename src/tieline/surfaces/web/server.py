"""WebServer: an application and an address come in; it is served inside the running loop."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from tieline.model.base.errors import SettingsError
from tieline.surfaces.listening import CONSOLE, listen
from tieline.surfaces.web.protocol import WebProtocol

IDLE_S = 30.0
CONNECTIONS = 500
BACKLOG = 256
TICK_S = 0.1
"""The library counts ten ticks a second, and tells the date anew at each tenth."""
ACCEPTED_S = 0.005
"""For a connection that was accepted last to be known."""
STOP_S = 2.0
"""Answers under way get this long; a live page would go on for ever."""


@dataclass(frozen=True, slots=True)
class WebAddress:
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

    def __init__(self, app: ASGIApp, place: WebAddress) -> None:
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
            http=WebProtocol,
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
            wanted = f"give PEM files of a certificate and its key ({self._missing() or error})"
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

    def _missing(self) -> str:
        """Of both files the first that is not there."""
        files = (self._place.certificate, self._place.key)
        gone = (name for name in files if name is not None and not Path(name).is_file())
        return next((f"there is no file {name}" for name in gone), "")

    def _listen(self) -> socket.socket:
        return listen(self._place.host, self._place.port, CONSOLE, backlog=BACKLOG)

    async def close(self, seconds: float) -> None:
        """Take no new connection, finish what is being answered, close the rest within *seconds*.

        Answers without an end, such as those of a live page, are cut off first.
        """
        if self._server is None or self._task is None:
            return
        self._server.end()
        await asyncio.wait([self._task], timeout=min(seconds, STOP_S + 1.0))
        for connection in list(self._server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class _Server(uvicorn.Server):
    """Leaves signals to the hub, says when it answers, and ends at once where nobody is served.

    The library looks ten times a second whether it is to end, then waits a tenth for connections.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self._ends = asyncio.Event()

    def end(self) -> None:
        """Let it stop listening and come to its end."""
        self.should_exit = True
        self._ends.set()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ends.wait(), TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in (*self.servers, *(sockets or ())):
            each.close()
        await asyncio.sleep(ACCEPTED_S)
        if self.server_state.connections:
            await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
