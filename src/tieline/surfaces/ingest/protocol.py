"""IngestProtocol: bytes of one connection come in; complete requests go to the door, replies back.

Our own thin server over httptools (the C parser of Node and uvicorn): the door must hold its limits
while bytes still arrive, and a general server costs three times the processor time of the rest
of an accepted delivery (measured: 47 us a request against 12).
"""

import asyncio
from collections import deque
from typing import cast

from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.surfaces.ingest.listener import Listener
from tieline.surfaces.ingest.reading import Reading
from tieline.surfaces.ingest.request_head import problem
from tieline.surfaces.ingest.wire import CONTINUE, response

MAX_PIPELINED = 16
BUSY_S = 5


class IngestProtocol(asyncio.Protocol):
    """One connection."""

    _transport: asyncio.Transport
    _reading: Reading

    def __init__(self, doorway: Listener) -> None:
        self._doorway = doorway
        self._loop = asyncio.get_running_loop()
        self._ready: deque[tuple[Inbound, RequestProblem | None, bool]] = deque()
        self._answering: asyncio.Task[None] | None = None
        self._ending = False
        """Everything has been said: the connection only has to end."""
        self._lingers = False
        """The sender may be in the middle of a request, and must get to read the answer."""
        self._deadline_s = -1.0
        """When we give up, on the loop's clock; 0 while we answer, -1: the next look sets it."""

    # --- the connection -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        remote = peer[0] if isinstance(peer, tuple) else "local"
        self._reading = Reading(self._doorway, self, remote)
        full = self._doorway.is_full() and not self._doorway.make_room()
        self._doorway.open[self] = None
        if full:
            busy = problem(503, "busy", "too many connections", retry_after_s=BUSY_S)
            self._reading.give_up(busy)

    def data_received(self, data: bytes) -> None:
        self._reading.feed(data)

    def eof_received(self) -> bool:
        """A sender that has sent all it wanted may still read; one that left half way may not."""
        self._lingers = False
        if self._answering is None:
            return False
        self._reading.is_deaf = True
        return True

    def pause_writing(self) -> None:
        """Hundreds of answers lie unread: that is no sender."""
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._doorway.open.pop(self, None)
        self._ending = True
        self._reading.end()

    # --- what is read -----------------------------------------------------------------------------

    def began(self) -> None:
        self._deadline_s = -1.0

    def may_go_on(self) -> None:
        if self._answering is None:  # else it would come in the middle of another answer
            self._transport.write(CONTINUE)

    def has_read(self, inbound: Inbound, *, keep: bool) -> bool:
        wants_more = len(self._ready) < MAX_PIPELINED
        self._lingers = not wants_more
        self._enqueue(inbound, None, keep=keep and wants_more)
        return wants_more

    def gives_up(self, inbound: Inbound, why: RequestProblem) -> None:
        self._lingers = True
        self._enqueue(inbound, why, keep=False)

    # --- answering, in order ----------------------------------------------------------------------

    def _enqueue(self, inbound: Inbound, why: RequestProblem | None, *, keep: bool) -> None:
        self._ready.append((inbound, why, keep))
        self._deadline_s = 0.0
        if self._answering is None:
            self._answering = self._loop.create_task(self._answer_all())
        elif self._transport.is_reading() and not self._transport.is_closing():
            self._transport.pause_reading()  # one at a time: what waits, waits at the sender

    async def _answer_all(self) -> None:
        keep = True
        while keep and self._ready:
            inbound, why, keep = self._ready.popleft()
            try:
                reply = await self._reply(inbound, why)
            except Exception as error:  # noqa: BLE001 - a bug must not leave a sender without answer
                reply, keep = self._doorway.door.broken(error), False
            keep = keep and not self._doorway.draining
            self._write(reply, inbound.method, keep=keep)
        self._answering = None
        if not keep or self._reading.is_deaf:
            self._end()
            return
        self._deadline_s = -1.0
        if not self._transport.is_reading() and not self._transport.is_closing():
            self._transport.resume_reading()

    async def _reply(self, inbound: Inbound, why: RequestProblem | None) -> Reply:
        if why is not None:
            return await self._doorway.door.refuse(inbound, why)
        if inbound.source:
            return await self._doorway.door.take(inbound)
        target = inbound.url.removeprefix(self._doorway.public_url)
        return self._doorway.door.other(inbound, target)

    def _write(self, reply: Reply, method: str, *, keep: bool) -> None:
        if not self._transport.is_closing():
            date = self._doorway.date
            self._transport.write(response(reply, date=date, keep=keep, bodiless=method == "HEAD"))

    # --- ending -----------------------------------------------------------------------------------

    def look(self, now_s: float) -> None:
        if self._deadline_s < 0:
            self._deadline_s = now_s + self._patience_s()
        elif 0 < self._deadline_s <= now_s:
            self._expire()

    def _patience_s(self) -> float:
        limits = self._doorway.limits
        if self._ending:
            return limits.linger_s
        return limits.request_s if self._reading.is_receiving else limits.idle_s

    def _expire(self) -> None:
        if self._ending:
            self._transport.abort()
        elif self._reading.is_receiving:
            self._reading.give_up(problem(408, "too-slow", "the request did not arrive in time"))
        else:
            self._end()

    def give_way(self, *, unfinished_only: bool) -> bool:
        if self._answering is not None or self._ending:
            return False
        if unfinished_only and not self._reading.has_unfinished_bytes:
            return False
        self._end()
        return True

    def end_if_idle(self) -> None:
        if not (self._reading.is_receiving or self._answering is not None or self._ending):
            self._end()

    def abort(self) -> None:
        if self._answering is not None:
            self._answering.cancel()
        self._transport.abort()

    def _end(self) -> None:
        """Close once what was answered is written.

        A refused sender is still sending. Closing on unread bytes resets the connection, and
        the answer is lost with it: so we only stop writing, and wait for the sender to stop.
        """
        self._ending = self._reading.is_deaf = True
        self._deadline_s = -1.0
        if not self._lingers or self._transport.is_closing():
            self._transport.close()
            return
        self._transport.write_eof()
        if not self._transport.is_reading():
            self._transport.resume_reading()
