"""The connection: what is no request, too large, or comes to a full house, is told so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.conftest import StoreHouse
from tests.surfaces.web.client import Answer, raw
from tests.surfaces.web.site import Site, open_site

from tieline.surfaces.web import protocol, server
from tieline.surfaces.web.headers import ALWAYS

START = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n"
OPEN = b"connection: close\r\n"


@pytest.fixture
async def site(house: StoreHouse) -> AsyncIterator[Site]:
    async with open_site(house) as opened:
        yield opened


def read(came: bytes) -> Answer:
    """The one answer in what came back."""
    head, _, body = came.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return Answer(int(first.split()[1]), {n.lower(): v for n, _, v in pairs}, body, {})


def check(answer: Answer, status: int, code: str) -> None:
    """It is a problem document, as whole and as guarded as every other answer."""
    assert (answer.status, answer.json()["code"]) == (status, code), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert {name for name, _ in ALWAYS} <= set(answer.headers)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00garbage\r\n\r\n",
        b"GET\r\n\r\n",
        START.replace(b"GET", b"POST")
        + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        START.replace(b"GET", b"POST") + b"content-length: -1\r\n\r\n",
        START + b"bad header\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_told_so(site: Site, sent: bytes) -> None:
    check(read(await raw(site.client.port, sent)), 400, "bad-request")


async def test_two_names_of_the_host_are_refused(site: Site) -> None:
    answer = read(await raw(site.client.port, START + b"host: evil.example\r\n" + OPEN + b"\r\n"))

    check(answer, 400, "bad-request")
    assert "evil.example" in answer.json()["detail"]


async def test_a_head_may_have_64_kib_and_not_a_byte_more(site: Site) -> None:
    room = protocol.MOST_HEAD_BYTES - len(START + OPEN) - len(b"a: \r\n\r\n")
    for pieces in (1, 3):
        fits = START + OPEN + b"a: " + b"b" * room + b"\r\n\r\n"
        large = START + OPEN + b"a: " + b"b" * (room + 1) + b"\r\n\r\n"
        assert len(fits) == 65_536
        taken = read(await in_pieces(site.client.port, fits, pieces))
        refused = read(await in_pieces(site.client.port, large, pieces))

        assert taken.status == 200
        check(refused, 431, "headers-too-large")
    assert "65536" in refused.json()["detail"]


async def in_pieces(port: int, sent: bytes, pieces: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    size = len(sent) // pieces + 1
    try:
        for start in range(0, len(sent), size):
            writer.write(sent[start : start + size])
            await writer.drain()
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.close()


async def test_a_full_house_says_so(house: StoreHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 2)
    async with open_site(house) as site, held_open(site.client.port):
        answer = await site.client.get("/health/live")

    check(answer, 503, "overloaded")
    assert answer.headers["retry-after"] == "5"


@asynccontextmanager
async def held_open(port: int) -> AsyncIterator[None]:
    """Somebody who keeps a connection after an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(START + b"\r\n")
    assert b" 200 " in await reader.readuntil(b"\r\n")
    try:
        yield
    finally:
        writer.close()


async def test_a_path_says_what_it_takes(site: Site) -> None:
    put = await site.client.send("PUT", "/api/v1/users", None)
    nowhere = await site.client.get("/api/v1/" + "x" * 5000)

    check(put, 405, "method-not-allowed")
    assert put.headers["allow"] == "GET, HEAD, POST"
    assert put.json()["detail"].endswith("/api/v1/users; it takes GET, HEAD, POST")
    check(nowhere, 404, "not-found")
    assert len(nowhere.body) < 400


async def test_a_body_that_is_too_large_is_told_its_size(site: Site) -> None:
    answer = await site.client.post("/login", b"x" * 1_048_577)

    check(answer, 413, "too-large")
    assert "1048577" in answer.json()["detail"]


async def test_the_password_of_a_proxy_in_front_is_not_for_us(site: Site) -> None:
    await site.add_user("ann")
    basic = {"authorization": "Basic YW5uOmh1bnRlcjI="}
    form = await site.client.get("/login", **basic)
    ann = await site.session("ann")
    page = await ann.get("/api/v1/me", **basic)
    api = await site.client.get("/api/v1/me", **basic)
    rebound = await site.client.get("/login", host="evil.example", **basic)

    assert (form.status, page.status, api.status) == (200, 200, 401)
    check(rebound, 400, "wrong-host")
