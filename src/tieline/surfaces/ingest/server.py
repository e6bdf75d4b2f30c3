"""IngestServer: an address comes in; its connections are served, and closed within a limit."""

import asyncio
import socket

from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.pipeline.front import Front
from tieline.ports.clock import Clock
from tieline.surfaces.ingest.listener import Listener, ListenerLimits
from tieline.surfaces.ingest.protocol import IngestProtocol
from tieline.surfaces.ingest.request_head import problem
from tieline.surfaces.listening import DOOR, listen

UNKNOWN_SOURCE_BYTES = 64 * 1024
DRAIN_LOOK_S = 0.01
LAST_TURNS = 3
BACKLOG = 1024


class FrontReceiver:
    """The front half as the connections see it."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self.take = front.take
        self.broken = front.refuser.broken
        self.turned_away = front.refuser.turned_away

    async def refuse(self, inbound: Inbound, why: RequestProblem) -> Reply:
        return await self._front.refuser.refuse(self._front.located(inbound), why)

    def limit_of(self, source: str) -> int:
        door = self._front.door(source)
        return UNKNOWN_SOURCE_BYTES if door is None else door.limits.bytes

    def other(self, inbound: Inbound, target: str) -> Reply:
        if target.partition("?")[0] == "/healthz":
            return Reply(200, (("content-type", "text/plain"),), b"ok\n")
        asked = f"{inbound.method[:16]} {target[:64]!r}"
        detail = f"deliveries go to /in/<source>; {asked} is nothing here"
        return self._front.refuser.answer(inbound, problem(404, "not-found", detail))


class IngestServer:
    """Serves the door on one address."""

    def __init__(
        self, front: Front, clock: Clock, *, public_url: str | None, limits: ListenerLimits
    ) -> None:
        self._doorway = Listener(FrontReceiver(front), clock, limits)
        self._public_url = public_url
        self._server: asyncio.Server | None = None
        self._tick: asyncio.TimerHandle | None = None
        self.port = 0

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._doorway.open)

    @property
    def is_draining(self) -> bool:
        """Whether no further request is wanted."""
        return self._doorway.draining

    async def open(self, host: str, port: int, listener: socket.socket | None = None) -> None:
        """Listen on *host*:*port* (0: any free one), or on a *listener* that somebody opened.

        Raises SettingsError when the address is taken.
        """
        loop = asyncio.get_running_loop()
        listener = listener or listen(host, port, DOOR, backlog=BACKLOG)
        self.port = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self._doorway.public_url = (self._public_url or f"http://{shown}:{self.port}").rstrip("/")
        self._look()
        self._server = await loop.create_server(
            lambda: IngestProtocol(self._doorway), sock=listener, backlog=BACKLOG
        )

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._doorway.look(loop.time())
        self._tick = loop.call_later(self._doorway.limits.look_s, self._look)

    async def close(self, seconds: float) -> None:
        """Take no new connection, answer what has arrived, close the rest within *seconds*."""
        if self._server is None:
            return
        self._server.close()
        self._doorway.draining = True
        end_s = asyncio.get_running_loop().time() + seconds
        await self._drain(end_s)
        if self._tick is not None:
            self._tick.cancel()
        for connection in list(self._doorway.open):
            connection.abort()
        for _ in range(LAST_TURNS):  # in which the loop tells the connections that they are lost
            await asyncio.sleep(0)

    async def _drain(self, end_s: float) -> None:
        loop = asyncio.get_running_loop()
        while self._doorway.open and loop.time() < end_s:
            for connection in list(self._doorway.open):
                connection.end_if_idle()
            await asyncio.sleep(DRAIN_LOOK_S)
