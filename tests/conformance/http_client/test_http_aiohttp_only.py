"""What the aiohttp client keeps besides the port's promises: a proxy, if one is given."""

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tieline.adapters.http.aiohttp_client import AiohttpClient
from tieline.adapters.http.aiohttp_dial import DialProgress, progress, vouching_connector
from tieline.adapters.http.egress_check import EgressCheck
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Egress
from tieline.rules.outbound.target import parse_url

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Certificates, Script, Serve, Wire

pytestmark = pytest.mark.parametrize("stack", ["aiohttp-uvloop"], indirect=True)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def tunnel_to(port: int, status: bytes = b"200 Go") -> "Script":
    """A proxy that answers CONNECT with *status* and then carries bytes to *port*."""

    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.send(b"HTTP/1.1 " + status + b"\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(carry(wire.reader, writer), carry(reader, wire.writer))
        finally:
            writer.close()

    return script


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.write_eof()


async def test_a_plain_request_goes_to_the_proxy_with_its_whole_url(
    calls: "Calls", serve: "Serve"
) -> None:
    proxy = await serve()
    client = AiohttpClient(proxy=proxy.url())

    answer = await client.send(calls.request("http://shop.example/x?y=1", egress=Egress()))

    assert answer.body == b"ok"
    assert proxy.requests[0].startswith(b"GET http://shop.example/x?y=1 HTTP/1.1\r\n")
    await client.close()


async def test_a_tls_request_is_tunnelled_and_verified_end_to_end(
    calls: "Calls", serve: "Serve", certificates: "Certificates"
) -> None:
    server = await serve(tls=certificates.good)
    proxy = await serve(tunnel_to(server.port))
    client = AiohttpClient(proxy=proxy.url(), extra_authorities=certificates.authority)

    answer = await client.send(calls.request("https://api.shop.example/x", egress=Egress()))

    assert answer.body == b"ok"
    assert proxy.requests[0].startswith(b"CONNECT api.shop.example:443 HTTP/1.1\r\n")
    assert server.requests[0].startswith(b"GET /x HTTP/1.1\r\n")
    await client.close()


async def test_a_proxy_that_makes_no_tunnel_delivered_nothing(
    calls: "Calls", serve: "Serve"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.send(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

    proxy = await serve(script)
    calls.client = client = AiohttpClient(proxy=proxy.url())

    failure = await calls.fail("https://api.shop.example/x", "POST", body=b"x")

    assert (failure.kind, failure.delivered) == (FailureKind.UNREACHABLE, Delivered.NO)
    await client.close()


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.5", "[::ffff:10.0.0.5]", "127.1"])
async def test_a_denied_address_in_the_url_does_not_even_reach_the_proxy(
    calls: "Calls", serve: "Serve", host: str
) -> None:
    proxy = await serve()
    calls.client = client = AiohttpClient(proxy=proxy.url())

    failure = await calls.fail(f"http://{host}/")

    assert (failure.kind, failure.delivered) == (FailureKind.BLOCKED, Delivered.NO)
    assert proxy.connections == 0
    await client.close()


async def test_the_connector_itself_dials_no_denied_address(serve: "Serve") -> None:
    server = await serve()
    progress.set(DialProgress(parse_url(server.url()).origin))

    async with aiohttp.ClientSession(
        connector=vouching_connector(EgressCheck(), Egress(allow=("10.0.0.5",)))
    ) as session:
        with pytest.raises(CallFailed) as caught:
            await session.get(server.url())

    assert caught.value.kind is FailureKind.BLOCKED
    assert server.connections == 0


async def test_a_header_value_that_would_change_its_bytes_is_refused(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve()

    failure = await calls.fail(server.url(), headers=(("X-Name", "Zo\u00eb"),))

    assert (failure.kind, failure.delivered) == (FailureKind.REJECTED, Delivered.NO)
    assert "X-Name" in failure.detail
