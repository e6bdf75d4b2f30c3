"""DoorServer: a listening socket comes in; its connections are served, and closed within a limit."""

import asyncio
import socket

from tieline.model.errors import SettingsError
from tieline.model.inbound import Problem, Reply
from tieline.pipeline.front import Front
from tieline.ports.clock import Clock
from tieline.surfaces.ingest.protocol import DoorLimits, DoorProtocol

TICK_S = 1.0
UNKNOWN_SOURCE_BYTES = 64 * 1024


class FrontDoor:
    """The front half as the connections see it."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self.take = front.take

    def limit_of(self, source: str) -> int:
        door = self._front.door(source)
        return UNKNOWN_SOURCE_BYTES if door is None else door.max_body_bytes

    def other(self, method: str, path: str) -> Reply:
        if path == "/healthz":
            return Reply(200, (("content-type", "text/plain"),), b"ok\n")
        detail = f"deliveries go to /in/<source>; {method[:16]} {path[:64]!r} is nothing here"
        return Problem(404, "not-found", "Not Found", detail).reply("-")


class DoorServer:
    """Serves the door on one address."""

    def __init__(
        self, front: Front, clock: Clock, *, public_url: str | None, limits: DoorLimits
    ) -> None:
        self._door = FrontDoor(front)
        self._clock = clock
        self._public_url = public_url
        self._limits = limits
        self._connections: set[DoorProtocol] = set()
        self._server: asyncio.Server | None = None
        self._tick: asyncio.TimerHandle | None = None
        self.port = 0

    async def open(self, host: str, port: int) -> None:
        """Listen on *host*:*port* (0: any free one). Raises SettingsError when it is taken."""
        loop = asyncio.get_running_loop()
        try:
            listener = socket.create_server((host, port), backlog=1024)
        except OSError as error:
            raise SettingsError(
                "listen", f"{host}:{port}", f"use another address: {error}"
            ) from None
        self.port = listener.getsockname()[1]
        public = (self._public_url or f"http://{host}:{self.port}").rstrip("/")
        self._server = await loop.create_server(
            lambda: DoorProtocol(self._door, self._clock, public, self._connections),
            sock=listener,
        )
        self._tick = loop.call_later(TICK_S, self._look)

    def _look(self) -> None:
        """Once a second, instead of a timer for every request: who has taken too long?"""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        for connection in list(self._connections):
            if connection.deadline_s < 0:
                limit = self._limits.idle_s if connection.is_idle else self._limits.request_s
                connection.deadline_s = now_s + limit
            elif 0 < connection.deadline_s <= now_s:
                connection.expired()
        self._tick = loop.call_later(TICK_S, self._look)

    async def close(self, seconds: float) -> None:
        """Take no new connection, answer what has arrived, close the rest within *seconds*."""
        if self._server is None:
            return
        self._server.close()
        loop = asyncio.get_running_loop()
        end_s = loop.time() + seconds
        while self._connections and loop.time() < end_s:
            for connection in [c for c in self._connections if c.is_idle]:
                connection.close()
            await asyncio.sleep(0.01)
        for connection in list(self._connections):
            connection.close()
        if self._tick is not None:
            self._tick.cancel()
