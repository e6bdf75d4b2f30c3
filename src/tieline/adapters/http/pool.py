"""Pool: connections that finished an exchange come in; the most recently used one goes out."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta

from tieline.adapters.http.connection import HttpConnection

_SWEEP_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class IdleLimits:
    """How many idle connections are kept, and how long."""

    per_origin: int = 30
    """Enforced by the sweep, not at once: a burst of answers must not close what the next needs."""
    keep: timedelta = timedelta(seconds=15)


class ConnectionPool:
    """Every open connection of one client; the idle ones by what they may be used for."""

    def __init__(self, limits: IdleLimits) -> None:
        self._per_origin = limits.per_origin
        self._keep_s = limits.keep.total_seconds()
        self._open: set[HttpConnection] = set()
        self._idle: dict[Hashable, list[HttpConnection]] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self._emptied: asyncio.Event = asyncio.Event()

    def take(self, key: Hashable) -> HttpConnection | None:
        """An idle connection for *key* that is still usable, the most recently used first."""
        stack = self._idle.get(key)
        if not stack:
            return None
        connection = stack[-1]
        oldest_allowed = connection.loop.time() - self._keep_s
        while stack:
            connection = stack.pop()
            if connection.parked_at > oldest_allowed and connection.is_quiet():
                return connection
            connection.abort()
        return None

    def adopt(self, connection: HttpConnection) -> None:
        """Count *connection*, which was just opened."""
        self._open.add(connection)
        if self._closed:
            connection.abort()

    def park(self, connection: HttpConnection) -> None:
        """Keep *connection* for the next exchange."""
        connection.parked_at = connection.loop.time()
        self._idle.setdefault(connection.key, []).append(connection)
        if self._sweeper is None:
            self._sweeper = connection.loop.call_later(
                min(_SWEEP_EVERY_S, self._keep_s), self._sweep
            )

    def forget(self, connection: HttpConnection) -> None:
        """*connection* is gone."""
        self._open.discard(connection)
        stack = self._idle.get(connection.key)
        if stack and connection in stack:
            stack.remove(connection)
        if not self._open:
            self._emptied.set()

    async def close(self) -> None:
        """Close every connection and wait until the loop has let go of them."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in list(self._open):
            connection.abort()
        if self._open:
            self._emptied.clear()
            await self._emptied.wait()

    def _sweep(self) -> None:
        """Close what has been idle for too long or is too many; the oldest stand first."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for key, stack in list(self._idle.items()):
            while stack and self._is_spare(now - stack[0].parked_at, among=len(stack)):
                stack.pop(0).abort()
            if not stack:
                del self._idle[key]
        self._sweeper = None
        if self._idle:
            self._sweeper = loop.call_later(min(_SWEEP_EVERY_S, self._keep_s), self._sweep)

    def _is_spare(self, idle_s: float, *, among: int) -> bool:
        """One of too many is spare only if a whole sweep has passed since it was used."""
        return idle_s >= self._keep_s or (among > self._per_origin and idle_s >= _SWEEP_EVERY_S)
