"""Egress check: an origin comes in; the addresses that may be connected to, or BLOCKED, go out."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from tieline.adapters.http.out_of_files import exhausted, is_out_of_files
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Egress
from tieline.rules.outbound.egress import Address, denied, unreadable
from tieline.rules.outbound.target import Origin

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Looks a host name up: (host, port) to IP addresses as text, best first."""


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """What the machine itself resolves *host* to."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class EgressCheck:
    """Looks a host up once and vouches for every address before it is dialled."""

    def __init__(self, resolver: Resolver = system_resolver) -> None:
        self._resolver = resolver

    async def addresses(self, origin: Origin, egress: Egress) -> tuple[Address, ...]:
        """The addresses of *origin*. Raises CallFailed if any of them may not be connected to."""
        found = (origin.address,) if origin.address else await self._look_up(origin)
        for address in found:
            vouch(address, origin, egress)
        return found

    async def _look_up(self, origin: Origin) -> tuple[Address, ...]:
        try:
            found = await self._resolver(origin.host, origin.port)
            addresses = tuple(ip_address(text) for text in found)
        except Exception as error:  # whatever a resolver raises, there is no address to trust
            if is_out_of_files(error):
                raise exhausted(origin.text) from error
            raise _unreachable(f"{origin.host} does not resolve: {error}") from error
        if not addresses:
            raise _unreachable(f"{origin.host} resolves to no address")
        return addresses


def vouch(address: Address, origin: Origin, egress: Egress) -> None:
    """Raise CallFailed if *address*, found under *origin*, may not be connected to."""
    if wrong := unreadable(egress.allow):
        raise _blocked(
            f"allow has {wrong[0]!r}; an entry is a host, host:port, IP address or CIDR network"
        )
    refusal = denied(address, host=origin.host, port=origin.port, allow=egress.allow)
    if refusal is None:
        return
    where = str(address) if origin.address else f"{origin.host} resolves to {address}, which"
    detail = f"{where} is denied: {refusal.what}"
    if refusal.opens_with:
        detail += f'; if it is meant, set allow=("{refusal.opens_with}",) on the connection'
    raise _blocked(detail)


def confirm(peer: object, address: Address, origin: Origin) -> None:
    """Raise CallFailed if *peer*, as the socket names it, is not *address*."""
    try:
        is_same = isinstance(peer, tuple) and ip_address(peer[0]) == address
    except (ValueError, IndexError):
        is_same = False
    if not is_same:
        raise _blocked(f"the connection to {origin.host} was made to {peer}, not to {address}")


def _blocked(detail: str) -> CallFailed:
    return CallFailed(FailureKind.BLOCKED, Delivered.NO, detail)


def _unreachable(detail: str) -> CallFailed:
    return CallFailed(FailureKind.UNREACHABLE, Delivered.NO, detail)
