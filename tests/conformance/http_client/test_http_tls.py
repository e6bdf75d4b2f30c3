"""Whom every HttpClient believes: certificates are verified, names are checked, always."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Timeouts

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Certificates, Names, Serve, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def test_a_verified_server_is_called_by_the_name_in_the_url(
    calls: "Calls", serve: "Serve", names: "Names", certificates: "Certificates"
) -> None:
    server = await serve(tls=certificates.good)
    names.answers["api.shop.example"] = [["127.0.0.1"]]
    url = server.url("/x", scheme="https", host="api.shop.example")

    answers = [await calls.send(url, "POST", body=b"x" * 100_000) for _ in range(3)]

    assert {answer.body for answer in answers} == {b"ok"}
    assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize("fault", ["wrong_name", "self_signed", "expired"])
async def test_a_certificate_that_does_not_verify_ends_the_call_before_the_request(
    calls: "Calls", serve: "Serve", names: "Names", certificates: "Certificates", fault: str
) -> None:
    server = await serve(tls=getattr(certificates, fault))
    names.answers["api.shop.example"] = [["127.0.0.1"]]

    failure = await calls.fail(server.url(scheme="https", host="api.shop.example"), "POST")

    assert (failure.kind, failure.delivered) == (FailureKind.UNREACHABLE, Delivered.NO)
    assert "api.shop.example" in failure.detail
    assert "certificate" in failure.detail.lower()
    assert server.requests == []


async def test_an_address_in_the_url_must_stand_in_the_certificate(
    calls: "Calls", serve: "Serve", certificates: "Certificates"
) -> None:
    with_address = await serve(tls=certificates.for_address)
    without_address = await serve(tls=certificates.good)

    answer = await calls.send(with_address.url(scheme="https"))
    failure = await calls.fail(without_address.url(scheme="https"))

    assert answer.body == b"ok"
    assert failure.kind is FailureKind.UNREACHABLE


async def test_a_server_that_does_not_speak_tls_is_unreachable(
    calls: "Calls", serve: "Serve"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.reader.read(1)
        await wire.send(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
        await wire.until_closed()

    server = await serve(script)

    failure = await calls.fail(server.url(scheme="https"))

    assert (failure.kind, failure.delivered) == (FailureKind.UNREACHABLE, Delivered.NO)


async def test_a_handshake_that_hangs_ends_with_the_connect_time(
    calls: "Calls", serve: "Serve"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.until_closed()

    server = await serve(script)
    timeouts = Timeouts(timedelta(milliseconds=100), timedelta(seconds=5))

    failure = await calls.fail(server.url(scheme="https"), timeouts=timeouts)

    assert (failure.kind, failure.delivered) == (FailureKind.SLOW, Delivered.NO)


async def test_a_server_that_closes_in_the_handshake_is_unreachable(
    calls: "Calls", serve: "Serve"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.reader.read(1)

    server = await serve(script)

    failure = await calls.fail(server.url(scheme="https"))

    assert (failure.kind, failure.delivered) == (FailureKind.UNREACHABLE, Delivered.NO)


async def test_a_tls_connection_that_dies_leaves_delivery_open(
    calls: "Calls", serve: "Serve", certificates: "Certificates"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()

    server = await serve(script, tls=certificates.for_address)

    failure = await calls.fail(server.url(scheme="https"), "POST", body=b"x")

    assert (failure.kind, failure.delivered) == (FailureKind.BROKEN, Delivered.MAYBE)
    assert len(server.requests) == 1


async def test_a_redirect_does_not_leave_tls(
    calls: "Calls", serve: "Serve", certificates: "Certificates"
) -> None:
    plain = await serve()

    async def script(wire: "Wire") -> None:
        await wire.request()
        location = f"Location: {plain.url()}\r\n".encode()
        await wire.send(b"HTTP/1.1 302 On\r\nContent-Length: 0\r\n" + location + b"\r\n")

    server = await serve(script, tls=certificates.for_address)

    failure = await calls.fail(server.url(scheme="https"), max_redirects=1)

    assert failure.kind is FailureKind.REDIRECTED
    assert plain.connections == 0
