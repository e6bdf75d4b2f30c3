"""What every HttpClient reports when the other side misbehaves: which kind, and who saw what."""

import asyncio
import gzip
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Egress, Timeouts

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Names, Script, Serve, Wire

SHORT = Timeouts(timedelta(milliseconds=150), timedelta(milliseconds=150))


def answering(*pieces: bytes) -> "Script":
    """A script that answers one request with *pieces* and then waits for the client to close."""

    async def script(wire: "Wire") -> None:
        await wire.request()
        for piece in pieces:
            await wire.send(piece)
        await wire.until_closed()

    return script


def closing_after(*pieces: bytes) -> "Script":
    async def script(wire: "Wire") -> None:
        await wire.request()
        for piece in pieces:
            await wire.send(piece)

    return script


async def reset_after_the_request(wire: "Wire") -> None:
    await wire.request()
    wire.reset()


async def reset_in_the_body(wire: "Wire") -> None:
    await wire.request()
    await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await asyncio.sleep(0.02)  # let the half arrive before the reset throws it away
    wire.reset()


async def drip(wire: "Wire") -> None:
    await wire.request()
    await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while True:
        await wire.send(b".")
        await asyncio.sleep(0.01)


async def endless_head(wire: "Wire") -> None:
    await wire.request()
    await wire.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await wire.send(b"X-More: " + b"x" * 1000 + b"\r\n")


async def endless_field(wire: "Wire") -> None:
    await wire.request()
    await wire.send(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        await wire.send(b"x" * 1000)


async def endless_chunks(wire: "Wire") -> None:
    await wire.request()
    await wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await wire.send(b"400\r\n" + b"x" * 1024 + b"\r\n")


async def endless_body(wire: "Wire") -> None:
    await wire.request()
    await wire.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await wire.send(b"x" * 1024)


async def never_answer(wire: "Wire") -> None:
    await wire.request()
    await wire.until_closed()


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(reset_after_the_request, id="reset"),
        pytest.param(closing_after(), id="closed"),
        pytest.param(closing_after(b"HTTP/1.1 200 OK\r\nConte"), id="closed-in-the-head"),
        pytest.param(answering(b"hello, this is not HTTP\r\n\r\n"), id="not-http"),
        pytest.param(answering(b"HTTP/1.1 abc Bad\r\n\r\n"), id="malformed-status"),
        pytest.param(answering(b"HTTP/1.1 20 Short\r\n\r\n"), id="two-digit-status"),
        pytest.param(answering(b"HTTP/3.7 200 OK\r\n\r\n"), id="unknown-version"),
        pytest.param(answering(HEAD + b"Content-Length: 1x\r\n\r\nabc"), id="length-not-a-number"),
        pytest.param(answering(HEAD + b"Content-Length: -1\r\n\r\nabc"), id="negative-length"),
        pytest.param(
            answering(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), id="two-lengths"
        ),
        pytest.param(answering(HEAD + b"No colon here\r\n\r\n"), id="header-without-colon"),
    ],
)
async def test_without_a_readable_head_delivery_stays_open(
    calls: "Calls", serve: "Serve", script: "Script"
) -> None:
    server = await serve(script)

    failure = await calls.fail(server.url(), "POST", body=b"x")

    assert (failure.kind, failure.delivered) == (FailureKind.BROKEN, Delivered.MAYBE)
    assert len(server.requests) == 1


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = gzip.compress(b"plain" * 1000)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(reset_in_the_body, id="reset-in-the-body"),
        pytest.param(closing_after(HEAD + b"Content-Length: 9\r\n\r\nhalf"), id="length-too-long"),
        pytest.param(closing_after(CHUNKED + b"5\r\nhalf"), id="chunk-cut-short"),
        pytest.param(closing_after(CHUNKED + b"4\r\nhalf\r\n"), id="no-last-chunk"),
        pytest.param(
            answering(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), id="te-stacked"
        ),
        pytest.param(
            closing_after(HEAD + b"Transfer-Encoding: identity\r\n\r\nabc"), id="te-not-chunked"
        ),
        pytest.param(
            answering(HEAD + b"Content-Encoding: gzip, gzip\r\nContent-Length: 1\r\n\r\nx"),
            id="codings-stacked",
        ),
        pytest.param(
            answering(HEAD + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n" + GZIPPED),
            id="codings-in-two-headers",
        ),
        pytest.param(
            answering(HEAD + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx"),
            id="unknown-coding",
        ),
        pytest.param(
            answering(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"),
            id="coding-is-a-lie",
        ),
        pytest.param(
            closing_after(HEAD + b"Content-Encoding: gzip\r\n\r\n" + GZIPPED[:-9]),
            id="gzip-cut-short",
        ),
        pytest.param(
            closing_after(HEAD + b"Content-Encoding: gzip\r\n\r\n" + GZIPPED + b"more"),
            id="bytes-after-gzip",
        ),
        pytest.param(
            closing_after(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"") * 200),
            id="endless-empty-gzip-members",
        ),
    ],
)
async def test_once_the_head_was_read_the_request_was_delivered(
    calls: "Calls", serve: "Serve", script: "Script"
) -> None:
    server = await serve(script)

    failure = await calls.fail(server.url(), "POST", body=b"x")

    assert (failure.kind, failure.delivered) == (FailureKind.BROKEN, Delivered.YES)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
    ],
    ids=["length-then-chunks", "chunks-then-length", "chunk-size-not-hex"],
)
async def test_framing_that_can_be_read_in_two_ways_is_refused(
    calls: "Calls", serve: "Serve", framing: bytes
) -> None:
    server = await serve(answering(HEAD + framing))

    failure = await calls.fail(server.url())

    assert failure.kind is FailureKind.BROKEN
    assert failure.delivered in {Delivered.MAYBE, Delivered.YES}


@pytest.mark.parametrize(
    "status_line", [b"HTTP/1.1 099 Low\r\n", b"HTTP/1.1 600 High\r\n", b"HTTP/1.1 999 High\r\n"]
)
async def test_a_status_that_http_does_not_have_is_refused(
    calls: "Calls", serve: "Serve", status_line: bytes
) -> None:
    server = await serve(answering(status_line + b"Content-Length: 0\r\n\r\n"))

    failure = await calls.fail(server.url())

    assert failure.kind is FailureKind.BROKEN


async def test_a_switch_of_protocols_is_refused(calls: "Calls", serve: "Serve") -> None:
    server = await serve(
        answering(b"HTTP/1.1 101 Now\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\nbytes")
    )

    failure = await calls.fail(server.url())

    assert failure.kind is FailureKind.BROKEN


@pytest.mark.parametrize("script", [endless_head, endless_field])
async def test_a_head_that_never_ends_is_cut_off(
    calls: "Calls", serve: "Serve", script: "Script"
) -> None:
    server = await serve(script)

    failure = await calls.fail(server.url())

    assert (failure.kind, failure.delivered) == (FailureKind.TOO_LARGE, Delivered.MAYBE)


async def test_a_head_beyond_64_kib_is_refused_even_if_it_ends(
    calls: "Calls", serve: "Serve"
) -> None:
    fields = b"".join(b"X-%d: %s\r\n" % (index, b"x" * 7000) for index in range(10))
    server = await serve(answering(HEAD + fields + b"Content-Length: 0\r\n\r\n"))

    failure = await calls.fail(server.url())

    assert failure.kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize("script", [endless_chunks, endless_body])
async def test_a_body_that_never_ends_is_cut_off_at_the_limit(
    calls: "Calls", serve: "Serve", script: "Script"
) -> None:
    server = await serve(script)

    failure = await calls.fail(server.url(), max_answer_bytes=100_000)

    assert (failure.kind, failure.delivered) == (FailureKind.TOO_LARGE, Delivered.YES)
    assert failure.status == 200
    assert "100000" in failure.detail


async def test_a_body_with_a_length_beyond_the_limit_is_refused(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve(answering(HEAD + b"Content-Length: 9000\r\n\r\n" + b"x" * 8999))

    failure = await calls.fail(server.url(), max_answer_bytes=8000)

    assert (failure.kind, failure.delivered) == (FailureKind.TOO_LARGE, Delivered.YES)


async def test_the_limit_counts_decoded_bytes(calls: "Calls", serve: "Serve") -> None:
    bomb = gzip.compress(bytes(20_000_000))
    length = b"Content-Length: %d\r\n" % len(bomb)
    server = await serve(answering(HEAD + b"Content-Encoding: gzip\r\n" + length + b"\r\n" + bomb))

    failure = await calls.fail(server.url(), max_answer_bytes=100_000)

    assert len(bomb) < 100_000
    assert (failure.kind, failure.delivered) == (FailureKind.TOO_LARGE, Delivered.YES)


async def test_no_answer_in_time_leaves_delivery_open(calls: "Calls", serve: "Serve") -> None:
    server = await serve(never_answer)

    failure = await calls.fail(server.url(), "POST", body=b"x", timeouts=SHORT)

    assert (failure.kind, failure.delivered) == (FailureKind.SLOW, Delivered.MAYBE)
    assert len(server.requests) == 1


async def test_a_dripping_body_is_ended_by_the_total_time(calls: "Calls", serve: "Serve") -> None:
    server = await serve(drip)

    failure = await calls.fail(server.url(), timeouts=SHORT)

    assert (failure.kind, failure.delivered) == (FailureKind.SLOW, Delivered.YES)


async def test_a_refused_connection_delivers_nothing(calls: "Calls") -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    failure = await calls.fail(f"http://127.0.0.1:{port}/secret?token=hidden")

    assert (failure.kind, failure.delivered) == (FailureKind.UNREACHABLE, Delivered.NO)
    assert f"http://127.0.0.1:{port}" in failure.detail
    assert "hidden" not in failure.detail


async def test_the_next_address_is_tried_when_one_refuses(
    calls: "Calls", serve: "Serve", names: "Names"
) -> None:
    server = await serve(answering(HEAD + b"Content-Length: 2\r\n\r\nok"))
    names.answers["shop.example"] = [["127.0.0.2", "127.0.0.1"]]

    answer = await calls.send(
        server.url(host="shop.example"), egress=Egress(allow=("127.0.0.0/8",))
    )

    assert answer.body == b"ok"


async def test_a_connection_that_is_never_accepted_ends_with_the_connect_time(
    calls: "Calls",
) -> None:
    timeouts = Timeouts(timedelta(milliseconds=100), timedelta(seconds=5))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        failure = await calls.fail(f"http://127.0.0.1:{address[1]}/", timeouts=timeouts)
        for filler in fillers:
            filler.close()

    assert (failure.kind, failure.delivered) == (FailureKind.SLOW, Delivered.NO)
