"""Aiohttp dial: a guard comes in; a connector that dials only what it vouches for goes out."""

import socket
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from tieline.adapters.http.egress_check import EgressCheck, vouch
from tieline.adapters.http.idle_check import IdleCheck
from tieline.model.base.failure import Delivered
from tieline.model.calls.call import Egress
from tieline.rules.outbound.target import Origin


@dataclass(slots=True)
class DialProgress:
    """What the current request dials, and how far it got; aiohttp does not tell its hooks."""

    origin: Origin
    delivered: Delivered = Delivered.NO


progress: ContextVar[DialProgress] = ContextVar("progress")


def vouching_connector(guard: EgressCheck, egress: Egress) -> aiohttp.TCPConnector:
    """A connector for one egress: names pass the guard, and so does every address dialled."""
    return _Connector(
        resolver=_Lookup(guard, egress),
        socket_factory=partial(_vouched_socket, egress),
        use_dns_cache=False,
        happy_eyeballs_delay=None,  # the race would swallow what the guard raises
        limit=0,
        timeout_ceil_threshold=float("inf"),
    )


class _Connector(aiohttp.TCPConnector):
    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own signature
    ) -> Connection:
        """Note that from here on bytes may have left."""
        connection = await super().connect(req, traces, timeout)
        progress.get().delivered = Delivered.MAYBE
        return connection

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        """Never reuse a connection on which the server has sent something since, or closed."""
        while (connection := await super()._get(key, traces)) is not None:
            protocol, transport = connection.protocol, connection.transport
            if protocol is None or transport is None:
                continue
            if not protocol.should_close and IdleCheck(transport).is_quiet():
                return connection
            connection.close()
        return None


class _Lookup(AbstractResolver):
    """aiohttp asks it for names, but never for addresses written into a URL."""

    def __init__(self, guard: EgressCheck, egress: Egress) -> None:
        self._guard = guard
        self._egress = egress

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        found = await self._guard.addresses(progress.get().origin, self._egress)
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _vouched_socket(egress: Egress, info: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, sockaddr = info
    vouch(ip_address(sockaddr[0]), progress.get().origin, egress)
    return socket.socket(family, kind, protocol)
