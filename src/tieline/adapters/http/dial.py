"""Dial: an origin comes in; an open connection to a checked address, or why none, goes out."""

import asyncio
import ssl
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from tieline.adapters.http.connection import HttpConnection
from tieline.adapters.http.egress_check import EgressCheck, confirm
from tieline.adapters.http.out_of_files import exhausted, is_out_of_files
from tieline.adapters.http.tls import verifying_context
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Egress
from tieline.rules.outbound.egress import Address
from tieline.rules.outbound.target import Origin


class Dialler:
    """Opens connections; every one goes to an address that the guard vouched for."""

    def __init__(self, guard: EgressCheck, *, extra_authorities: Path | None) -> None:
        self._guard = guard
        self._extra_authorities = extra_authorities
        self._dialling: set[asyncio.Timeout] = set()

    async def dial(
        self, origin: Origin, egress: Egress, make: Callable[[], HttpConnection], *, until: float
    ) -> HttpConnection:
        """Look up, check, connect and shake hands before *until*. Raises CallFailed."""
        limit = asyncio.timeout_at(until)
        self._dialling.add(limit)
        try:
            async with limit:
                addresses = await self._guard.addresses(origin, egress)
                return await self._first_that_answers(origin, addresses, make, until=until)
        except TimeoutError as error:
            detail = f"{origin.text} was not connected when the time for it was over"
            raise CallFailed(FailureKind.SLOW, Delivered.NO, detail) from error
        finally:
            self._dialling.discard(limit)

    def give_up(self) -> None:
        """End every dial that is under way, as if its time were over."""
        for limit in self._dialling:
            limit.reschedule(0.0)

    async def _first_that_answers(
        self,
        origin: Origin,
        addresses: tuple[Address, ...],
        make: Callable[[], HttpConnection],
        *,
        until: float,
    ) -> HttpConnection:
        loop = asyncio.get_running_loop()
        for left in range(len(addresses), 0, -1):
            address = addresses[-left]
            try:
                async with asyncio.timeout((until - loop.time()) / left):
                    return await self._connect(origin, address, make)
            except ssl.SSLError as error:
                raise _unreachable(origin, f"TLS failed: {error}") from error
            except OSError as error:
                last = error
        if isinstance(last, TimeoutError):
            raise last
        if is_out_of_files(last):
            raise exhausted(origin.text) from last
        raise _unreachable(origin, str(last)) from last

    async def _connect(
        self, origin: Origin, address: Address, make: Callable[[], HttpConnection]
    ) -> HttpConnection:
        is_tls = origin.scheme == "https"
        _, connection = await asyncio.get_running_loop().create_connection(
            make,
            str(address),
            origin.port,
            ssl=self._context if is_tls else None,
            server_hostname=origin.host if is_tls else None,
        )
        try:
            confirm(connection.peer(), address, origin)
        except CallFailed:
            connection.abort()
            raise
        return connection

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return verifying_context(self._extra_authorities)


def _unreachable(origin: Origin, why: str) -> CallFailed:
    return CallFailed(
        FailureKind.UNREACHABLE, Delivered.NO, f"{origin.text} cannot be reached: {why}"
    )
