"""Relay: a TCP way that a test can cut; balances over doors, or stands before a server."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: what is on its way is thrown away, and the peer is sent RST."""
CALL_S = 30.0


class Relay:
    """Passes bytes between loopback ports on a thread of its own.

    A connection goes to the next of the targets in turn that can be reached.
    """

    def __init__(self, targets: Sequence[int]) -> None:
        self.port = 0
        self._targets = list(targets)
        self._turns = count()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._ways: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.StreamWriter] = set()

    def start(self) -> None:
        self._thread.start()
        self._call(self._listen())

    def stop(self) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_S)
        self._loop.close()

    def reset(self) -> int:
        """Cut every connection in both directions, without a word; how many there were."""
        return int(self._call(self._reset()))

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_S)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        for way in self._ways:
            way.cancel()
        await asyncio.gather(*self._ways, return_exceptions=True)

    async def _reset(self) -> int:
        cut = list(self._open)
        for writer in cut:
            sock: socket.socket = writer.get_extra_info("socket")
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        return len(cut)

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        way = asyncio.current_task()
        assert way is not None
        self._ways.add(way)
        way.add_done_callback(self._ways.discard)
        self._open.add(back)
        try:
            with suppress(asyncio.CancelledError):  # the streams would tell of it
                await self._pass(near, back)
        finally:
            self._open.discard(back)
            back.close()

    async def _pass(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        dialled = await self._dial()
        if dialled is None:
            return
        far, on = dialled
        self._open.add(on)
        halves = [asyncio.create_task(_copy(near, on)), asyncio.create_task(_copy(far, back))]
        try:
            await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)
            self._open.discard(on)
            on.close()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self._targets:
            port = self._targets[next(self._turns) % len(self._targets)]
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        return None


async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            to.write(data)
            await to.drain()


@contextmanager
def a_relay(*targets: int) -> Iterator[Relay]:
    """A way to *targets* for the length of the block."""
    relay = Relay(targets)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()
