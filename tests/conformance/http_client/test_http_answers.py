"""What every HttpClient makes of well-formed answers, and what it puts on the wire."""

import gzip
import zlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Script, Serve, Wire


def answering(*pieces: bytes) -> "Script":
    """A script that answers every request with *pieces*, each in its own write."""

    async def script(wire: "Wire") -> None:
        while True:
            await wire.request()
            for piece in pieces:
                await wire.send(piece)

    return script


def closing_after(answer: bytes) -> "Script":
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.send(answer)

    return script


async def test_an_answer_comes_back_whole(calls: "Calls", serve: "Serve") -> None:
    server = await serve(
        answering(
            b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n",
            b"X-Tag: a\r\nX-EMPTY:\r\nX-Tag: b  \r\n\r\n",
            b"do",
            b"ne",
        )
    )

    answer = await calls.send(server.url(), "POST", body=b"x")

    assert (answer.status, answer.body) == (201, b"done")
    assert answer.headers == (
        ("content-length", "4"),
        ("x-tag", "a"),
        ("x-empty", ""),
        ("x-tag", "b"),
    )
    assert answer.header("X-Tag") == "a"


async def test_the_request_goes_out_as_given_with_only_what_http_needs_added(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve(answering(b"HTTP/1.1 204 No Content\r\n\r\n"))
    headers = (("User-Agent", "tieline"), ("X-Twice", "1"), ("X-Twice", "2"))

    await calls.send(server.url("/a%2Fb?c=d%20e#f"), "PUT", headers=headers, body=b"body")

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *rest = head.split(b"\r\n")
    assert line == b"PUT /a%2Fb?c=d%20e HTTP/1.1"
    assert body == b"body"
    assert sorted(rest) == [
        b"Accept-Encoding: gzip, deflate",
        b"Content-Length: 4",
        f"Host: 127.0.0.1:{server.port}".encode(),
        b"User-Agent: tieline",
        b"X-Twice: 1",
        b"X-Twice: 2",
    ]


async def test_a_header_of_the_caller_replaces_the_default(calls: "Calls", serve: "Serve") -> None:
    server = await serve(answering(b"HTTP/1.1 204 No Content\r\n\r\n"))
    headers = (("host", "shop.example"), ("accept-encoding", "identity"), ("content-length", "1"))

    await calls.send(server.url(), "POST", headers=headers, body=b"x")

    head = server.requests[0].lower()
    assert b"host: shop.example\r\n" in head
    assert b"accept-encoding: identity\r\n" in head
    assert [head.count(name) for name in (b"host:", b"accept-encoding:", b"content-length:")] == [
        1,
        1,
        1,
    ]


@pytest.mark.parametrize(("method", "length"), [("GET", None), ("POST", b"0"), ("PATCH", b"0")])
async def test_an_empty_body_has_a_length_only_where_a_body_is_expected(
    calls: "Calls", serve: "Serve", method: str, length: bytes | None
) -> None:
    server = await serve(answering(b"HTTP/1.1 204 No Content\r\n\r\n"))

    await calls.send(server.url(), method)

    found = [line for line in server.requests[0].lower().split(b"\r\n") if b"length" in line]
    assert found == ([] if length is None else [b"content-length: " + length])


async def test_a_large_body_goes_out_whole(calls: "Calls", serve: "Serve") -> None:
    server = await serve(answering(b"HTTP/1.1 204 No Content\r\n\r\n"))
    body = bytes(range(256)) * 12_000

    await calls.send(server.url(), "POST", body=body)

    assert server.requests[0].partition(b"\r\n\r\n")[2] == body


async def test_a_chunked_answer_is_put_together(calls: "Calls", serve: "Serve") -> None:
    server = await serve(
        answering(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;note=1\r\nabc\r\n",
            b"2\r\nde\r\n0\r\nX-Trailer: dropped\r\n\r\n",
        )
    )

    first = await calls.send(server.url())
    second = await calls.send(server.url())

    assert first == second
    assert first.body == b"abcde"
    assert first.headers == (("transfer-encoding", "chunked"),)
    assert server.connections == 1


async def test_an_answer_without_length_ends_with_the_connection(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve(closing_after(b"HTTP/1.1 200 OK\r\n\r\nall of it"))

    answer = await calls.send(server.url())

    assert answer.body == b"all of it"


@pytest.mark.parametrize("framing", [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"])
async def test_the_answer_to_head_has_no_body_and_leaves_the_connection_usable(
    calls: "Calls", serve: "Serve", framing: bytes
) -> None:
    server = await serve(answering(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n"))

    first = await calls.send(server.url(), "HEAD")
    second = await calls.send(server.url(), "HEAD")

    assert (first.body, second.body) == (b"", b"")
    assert server.connections == 1


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_an_answer_that_cannot_have_a_body_ends_with_its_head(
    calls: "Calls", serve: "Serve", status: bytes
) -> None:
    server = await serve(
        answering(b"HTTP/1.1 " + status + b"\r\nContent-Encoding: gzip\r\nETag: 1\r\n\r\n")
    )

    answer = await calls.send(server.url())

    assert (answer.body, answer.header("etag")) == (b"", "1")


async def test_interim_answers_are_skipped(calls: "Calls", serve: "Serve") -> None:
    server = await serve(
        answering(
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n",
            b"Content-Length: 2\r\n\r\nok",
        )
    )

    answer = await calls.send(server.url(), "POST", body=b"x")

    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.headers == (("content-length", "2"),)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (b"gzip", gzip.compress(b"plain" * 1000)),
        (b"x-gzip", gzip.compress(b"plain" * 1000)),
        (b"GZip", gzip.compress(b"plain" * 500) + gzip.compress(b"plain" * 500)),
        (b"deflate", zlib.compress(b"plain" * 1000)),
        (b"deflate", zlib.compress(b"plain" * 1000)[2:-4]),
        (b"identity", b"plain" * 1000),
    ],
    ids=["gzip", "x-gzip", "two-members", "zlib", "raw-deflate", "identity"],
)
async def test_one_content_coding_is_taken_off(
    calls: "Calls", serve: "Serve", coding: bytes, packed: bytes
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
    middle = len(packed) // 2
    server = await serve(
        answering(head % (coding, len(packed)), packed[:1], packed[1:middle], packed[middle:])
    )

    answer = await calls.send(server.url())

    assert answer.body == b"plain" * 1000


async def test_an_empty_body_needs_no_coding(calls: "Calls", serve: "Serve") -> None:
    server = await serve(
        answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n")
    )

    answer = await calls.send(server.url())

    assert answer.body == b""


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503, 599])
async def test_every_status_is_an_answer(calls: "Calls", serve: "Serve", status: int) -> None:
    server = await serve(answering(b"HTTP/1.1 %d Whatever\r\nContent-Length: 2\r\n\r\nno" % status))

    answer = await calls.send(server.url(), "POST")

    assert (answer.status, answer.body) == (status, b"no")


async def test_a_body_of_exactly_the_limit_is_taken(calls: "Calls", serve: "Serve") -> None:
    server = await serve(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678"))

    answer = await calls.send(server.url(), max_answer_bytes=8)

    assert answer.body == b"12345678"
