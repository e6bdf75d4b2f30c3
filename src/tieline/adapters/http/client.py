"""Client: one request comes in; it goes once over a checked connection; its answer comes back."""

import asyncio
from collections.abc import Coroutine
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tieline.adapters.http.connection import HttpConnection
from tieline.adapters.http.dial import Dialler
from tieline.adapters.http.egress_check import EgressCheck, Resolver, system_resolver
from tieline.adapters.http.head import request_bytes
from tieline.adapters.http.pool import ConnectionPool, IdleLimits
from tieline.adapters.http.redirect import follow
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import HttpAnswer, HttpRequest
from tieline.rules.outbound.target import Origin, parse_url


class PooledHttpClient:
    """HttpClient in HTTP/1.1 over the loop's own transports; lives and closes in one loop."""

    def __init__(
        self,
        *,
        resolver: Resolver = system_resolver,
        extra_authorities: Path | None = None,
        idle: IdleLimits = IdleLimits(),  # noqa: B008 - a frozen value
    ) -> None:
        self._dialler = Dialler(EgressCheck(resolver), extra_authorities=extra_authorities)
        self._pool = ConnectionPool(idle)
        self._closed = False

    def send(self, request: HttpRequest) -> Coroutine[Any, Any, HttpAnswer]:
        """Send *request* and return the answer, whatever its status. Raises CallFailed."""
        deadline = self._loop.time() + request.timeouts.total.total_seconds()
        if not request.max_redirects:
            return self._send_once(request, deadline=deadline)
        return follow(request, partial(self._send_once, deadline=deadline))

    async def close(self) -> None:
        """Close every connection; sends in flight fail as BROKEN."""
        self._closed = True
        self._dialler.give_up()
        await self._pool.close()

    async def _send_once(self, request: HttpRequest, *, deadline: float) -> HttpAnswer:
        target = parse_url(request.url)
        wire = request_bytes(request, target)
        connection = self._pool.take((target.origin.text, request.egress))
        if connection is None:
            connection = await self._dial(target.origin, request, deadline=deadline)
        return await connection.exchange(
            wire,
            head_only=request.method == "HEAD",
            limit_bytes=request.max_answer_bytes,
            deadline=deadline,
        )

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """Kept, since asking for it is a system call on Python 3.11."""
        return asyncio.get_running_loop()

    async def _dial(
        self, origin: Origin, request: HttpRequest, *, deadline: float
    ) -> HttpConnection:
        if self._closed:
            raise _closed()
        make = partial(HttpConnection, self._pool, (origin.text, request.egress), self._loop)
        until = min(deadline, self._loop.time() + request.timeouts.connect.total_seconds())
        try:
            return await self._dialler.dial(origin, request.egress, make, until=until)
        except CallFailed as failure:
            if self._closed:
                raise _closed() from failure
            raise


def _closed() -> CallFailed:
    return CallFailed(FailureKind.BROKEN, Delivered.NO, "the client is closed")
