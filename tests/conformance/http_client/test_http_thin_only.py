"""What the thin client keeps besides the port's promises: which idle connections, and how long."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieline.adapters.http.client import PooledHttpClient
from tieline.adapters.http.pool import IdleLimits
from tieline.model.calls.call import Timeouts

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Serve, Wire

pytestmark = pytest.mark.parametrize("stack", ["thin-uvloop", "thin-asyncio"], indirect=True)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PATIENT = Timeouts(timedelta(seconds=5), timedelta(seconds=5))


async def test_a_connection_idle_for_too_long_is_closed(calls: "Calls", serve: "Serve") -> None:
    server = await serve()
    client = PooledHttpClient(idle=IdleLimits(keep=timedelta(milliseconds=30)))

    await client.send(calls.request(server.url()))
    await server.until(lambda: server.ended == 1)
    await client.send(calls.request(server.url()))

    assert server.connections == 2
    await client.close()


async def test_idle_connections_beyond_the_limit_are_closed_in_time(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve()
    client = PooledHttpClient(idle=IdleLimits(per_origin=2))
    requests = [calls.request(server.url(), timeouts=PATIENT) for _ in range(8)]

    await asyncio.gather(*(client.send(request) for request in requests))
    most = server.connections
    await server.until(lambda: server.ended == most - 2)

    assert server.ended == most - 2
    await client.close()


async def test_a_burst_beyond_the_idle_limit_uses_its_connections_again(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve()
    requests = [calls.request(server.url(), timeouts=PATIENT) for _ in range(64)]

    for _ in range(3):
        await asyncio.gather(*(calls.client.send(request) for request in requests))

    assert server.connections <= 64


async def test_the_connection_used_last_is_used_first(calls: "Calls", serve: "Serve") -> None:
    used: list[tuple[bytes, int]] = []

    async def script(wire: "Wire") -> None:
        me = wire.server.connections
        while True:
            seen = await wire.request()
            used.append((seen.split(b" ")[1], me))
            if b"/slow" in seen:
                await asyncio.sleep(0.02)
            await wire.send(OK)

    server = await serve(script)
    await asyncio.gather(calls.send(server.url("/slow")), calls.send(server.url("/quick")))
    came_back_last = dict(used)[b"/slow"]

    await calls.send(server.url("/quick"))
    await calls.send(server.url("/quick"))

    assert used[2:] == [(b"/quick", came_back_last)] * 2


async def test_an_answer_before_the_request_was_read_ends_the_connection(
    calls: "Calls", serve: "Serve"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.reader.readuntil(b"\r\n\r\n")
        await wire.send(OK.replace(b"200 OK", b"413 Too Large"))
        await wire.until_closed()

    server = await serve(script)
    body = bytes(20_000_000)

    first = await calls.send(server.url(), "POST", body=body, timeouts=PATIENT)
    second = await calls.send(server.url(), "POST", body=body, timeouts=PATIENT)

    assert (first.status, second.status) == (413, 413)
    assert server.connections == 2


async def test_a_latin_1_header_value_goes_out_as_it_is(calls: "Calls", serve: "Serve") -> None:
    server = await serve()

    await calls.send(server.url(), headers=(("X-Name", "Zo\u00eb"),))

    assert b"X-Name: Zo\xeb\r\n" in server.requests[0]
