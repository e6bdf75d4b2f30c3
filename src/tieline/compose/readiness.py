"""Readiness: the parts of a process come in; what keeps it from taking deliveries goes out.

The door is knocked at and something is written: a store that can be read may still have a full or
failing disk, or be locked by somebody else.
"""

import asyncio
from contextlib import suppress
from ipaddress import ip_address

from tieline.compose.parts import Parts
from tieline.model.base.errors import StoreError
from tieline.model.fleet.role import ProcessRole
from tieline.settings.settings import Settings

PATIENCE_S = 2.0
FRESH_US = 1_000_000
"""Whoever asks more often is told what was found last."""
HERE = {4: "127.0.0.1", 6: "::1"}
"""Where a door is knocked at that listens on all addresses."""
KNOCK = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


class Readiness:
    """Whether this process can do its work now."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        self._parts = parts
        self._has_door = ProcessRole.INGEST in parts.roles
        at = ip_address(settings.host) if settings.host.strip("0123456789abcdef.:") == "" else None
        self._host = HERE[at.version] if at is not None and at.is_unspecified else settings.host
        self._asking = asyncio.Lock()
        self._asked_us: int | None = None
        self._found: str | None = None

    async def __call__(self) -> str | None:
        """What is wrong, in a sentence; None: nothing is."""
        async with self._asking:
            now_us = self._parts.clock.monotonic_us()
            if self._asked_us is None or now_us - self._asked_us >= FRESH_US:
                self._found = await self._look()
                self._asked_us = now_us
            return self._found

    async def _look(self) -> str | None:
        return await self._door() or await self._write()

    async def _door(self) -> str | None:
        if not self._has_door:
            return None
        door = self._parts.door
        if not door.port or door.is_draining:
            return "the door takes no deliveries: it is not open"
        try:
            async with asyncio.timeout(PATIENCE_S):
                answer = await _knock(self._host, door.port)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            return f"the door does not answer: {type(error).__name__}"
        return None if b" 200 " in answer else "the door does not answer as it should"

    async def _write(self) -> str | None:
        """A heartbeat is written: all that it changes is what is due in seconds anyway."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._parts.house.beat_pass()
        except StoreError as error:
            return f"the store cannot be written: {error}"
        except TimeoutError:
            return "the store cannot be written: it does not answer"
        return None


async def _knock(host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(KNOCK)
        return await reader.readline()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
