"""The simulators' HTTP server: what any client may rely on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tieline_sim.messages import Answer, Reply, Request, Wire, encode
from tieline_sim.server import BODY_LIMIT_BYTES, listen

Talk = Callable[..., Awaitable[bytes]]


def echo(request: Request) -> Reply:
    if request.path == "/slow":
        return Wire(encode(Answer(200, b"slow")), delay_seconds=0.02)
    return Answer(200, request.path.encode() + b"|" + request.body)


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    """Send raw bytes on one connection, then read until the server closes it."""
    door = await listen(echo, host="127.0.0.1", port=0)

    async def spoken(*pieces: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return answer

    yield spoken
    await door.close()


LAST = b"GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"


async def test_pipelined_requests_are_answered_in_order_behind_a_slow_one(talk: Talk) -> None:
    answer = await talk(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n" + LAST)

    assert answer.index(b"slow") < answer.index(b"/last|")
    assert answer.count(b"HTTP/1.1 200 OK") == 2


async def test_a_chunked_body_is_put_together(talk: Talk) -> None:
    head = b"POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"

    answer = await talk(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" + LAST)

    assert b"/x|abcde" in answer


async def test_a_request_may_arrive_byte_by_byte(talk: Talk) -> None:
    whole = b"POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi"

    answer = await talk(*[whole[at : at + 1] for at in range(len(whole))])

    assert answer.endswith(b"/x|hi")


async def test_what_is_not_http_is_refused_and_the_connection_closed(talk: Talk) -> None:
    answer = await talk(b"\x16\x03\x01 hello\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_a_client_that_asks_first_is_told_to_continue(talk: Talk) -> None:
    head = b"POST /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"

    answer = await talk(head, b"hi" + LAST)

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


async def test_a_body_over_the_limit_is_refused(talk: Talk) -> None:
    head = b"POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%b\r\n" % (BODY_LIMIT_BYTES + 1, b"x" * (BODY_LIMIT_BYTES + 1))

    try:
        answer = await talk(head + chunk)
    except ConnectionError:
        return  # the server hung up while we were still sending

    assert answer.startswith(b"HTTP/1.1 413 ")
