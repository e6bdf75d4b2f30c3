"""When every HttpClient uses a connection again, and that it never sends a request twice."""

import asyncio
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Egress, Timeouts

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Script, Serve, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PATIENT = Timeouts(timedelta(minutes=1), timedelta(minutes=1))
POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"


async def test_a_connection_is_used_again(calls: "Calls", serve: "Serve") -> None:
    server = await serve()

    for _ in range(5):
        await calls.send(server.url(), "POST", body=b"x")

    assert (server.connections, len(server.requests)) == (1, 5)


async def test_requests_at_the_same_time_do_not_share_a_connection(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve()

    answers = await asyncio.gather(*(calls.send(server.url(f"/{n}")) for n in range(20)))

    assert {answer.body for answer in answers} == {b"ok"}
    assert len(server.requests) == 20


async def test_a_connection_is_not_shared_between_two_egress_rules(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve()

    await calls.send(server.url())
    await calls.send(server.url(), egress=Egress(allow=("127.0.0.0/8",)))
    failure = await calls.fail(server.url(), egress=Egress())

    assert failure.kind is FailureKind.BLOCKED
    assert server.connections == 2


@pytest.mark.parametrize("answer", [OK.replace(b"200", b"404"), OK])
async def test_an_answer_that_announces_the_close_ends_the_connection(
    calls: "Calls", serve: "Serve", answer: bytes
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.send(answer.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        await wire.until_closed()

    server = await serve(script)

    await calls.send(server.url())
    await calls.send(server.url())
    await server.until(lambda: server.seen_closed == 2)

    assert server.connections == 2


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
async def test_a_reused_connection_that_dies_with_the_request_is_not_sent_again(
    calls: "Calls", serve: "Serve", method: str
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.send(OK)
        await wire.request()

    server = await serve(script)
    await calls.send(server.url())

    failure = await calls.fail(server.url(), method, body=b"x")

    assert (failure.kind, failure.delivered) == (FailureKind.BROKEN, Delivered.MAYBE)
    assert (server.connections, len(server.requests)) == (1, 2)


async def closed_while_idle(wire: "Wire") -> None:
    await wire.request()
    await wire.send(OK)


async def reset_while_idle(wire: "Wire") -> None:
    await wire.request()
    await wire.send(OK)
    await asyncio.sleep(0.01)  # the answer must be read before the reset throws it away
    wire.reset()


async def junk_while_idle(wire: "Wire") -> None:
    await wire.request()
    await wire.send(OK)
    await asyncio.sleep(0.01)  # its own packet, after the answer was read
    await wire.send(b"junk")


async def another_answer_while_idle(wire: "Wire") -> None:
    await wire.request()
    await wire.send(OK)
    await asyncio.sleep(0.01)
    await wire.send(POISON)
    wire.server.ended += 1
    await wire.until_closed()


@pytest.mark.parametrize("loop_turns", [0, 20], ids=["unread", "read"])
@pytest.mark.parametrize(
    "script", [closed_while_idle, reset_while_idle, junk_while_idle, another_answer_while_idle]
)
async def test_an_idle_connection_on_which_anything_happened_is_not_used(
    calls: "Calls", serve: "Serve", script: "Script", loop_turns: int
) -> None:
    server = await serve(script)
    await calls.send(server.url())
    await server.until(lambda: server.ended > 0)
    for _ in range(loop_turns):
        await asyncio.sleep(0)

    answer = await calls.send(server.url(), "POST", body=b"x")

    assert answer.body == b"ok"
    assert (server.connections, len(server.requests)) == (2, 2)


async def test_a_close_that_the_loop_has_not_seen_yet_is_noticed_before_writing(
    calls: "Calls",
) -> None:
    asked, closed = threading.Event(), threading.Event()

    def answer_close_and_answer(listening: socket.socket) -> None:
        first, _ = listening.accept()
        with first:
            first.recv(65536)
            first.sendall(OK)
            asked.wait(2)
        closed.set()
        second, _ = listening.accept()
        with second:
            second.recv(65536)
            second.sendall(OK)
            second.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=answer_close_and_answer, args=(listening,))
        server.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        await calls.send(url)
        asked.set()
        closed.wait(2)  # blocks the loop on purpose

        answer = await calls.send(url, "POST", body=b"x")

        await calls.client.close()
        server.join()
    assert answer.body == b"ok"


async def junk_with_the_answer(wire: "Wire") -> None:
    await wire.request()
    await wire.send(OK + b"junk")
    await wire.until_closed()


async def two_answers_at_once(wire: "Wire") -> None:
    await wire.request()
    await wire.send(OK + POISON)
    await wire.until_closed()


@pytest.mark.parametrize("script", [junk_with_the_answer, two_answers_at_once])
async def test_bytes_after_an_answer_never_become_the_next_answer(
    calls: "Calls", serve: "Serve", script: "Script"
) -> None:
    server = await serve(script)

    outcomes = [await outcome(calls, server.url()) for _ in range(3)]

    assert set(outcomes) <= {b"ok", FailureKind.BROKEN}
    assert server.connections == 3
    await server.until(lambda: server.seen_closed == 3)


async def test_a_body_in_the_answer_to_head_never_becomes_the_next_answer(
    calls: "Calls", serve: "Serve"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(POISON) + POISON)
        await wire.until_closed()

    server = await serve(script)

    await outcome(calls, server.url(), "HEAD")
    await outcome(calls, server.url(), "HEAD")

    assert server.connections == 2


async def outcome(calls: "Calls", url: str, method: str = "GET") -> bytes | FailureKind:
    try:
        return (await calls.send(url, method)).body
    except CallFailed as failure:
        return failure.kind


async def test_a_failed_exchange_closes_its_connection(calls: "Calls", serve: "Serve") -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.until_closed()

    server = await serve(script)

    await calls.fail(server.url(), timeouts=Timeouts(total=timedelta(milliseconds=200)))

    await server.until(lambda: server.seen_closed == 1)


async def test_cancelling_a_send_closes_its_connection(calls: "Calls", serve: "Serve") -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.until_closed()

    server = await serve(script)
    sending = asyncio.create_task(calls.send(server.url(), timeouts=PATIENT))
    await server.until(lambda: len(server.requests) == 1)

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    await server.until(lambda: server.seen_closed == 1)


async def test_closing_fails_what_is_in_flight_and_closes_what_is_idle(
    calls: "Calls", serve: "Serve"
) -> None:
    async def script(wire: "Wire") -> None:
        if b"/quick" in await wire.request():
            await wire.send(OK)
        await wire.until_closed()

    server = await serve(script)
    sending = asyncio.create_task(
        calls.fail(server.url("/slow"), "POST", body=b"x", timeouts=PATIENT)
    )
    await server.until(lambda: len(server.requests) == 1)
    await calls.send(server.url("/quick"))

    await calls.client.close()
    await calls.client.close()

    failure = await asyncio.wait_for(sending, 5)
    assert (failure.kind, failure.delivered) == (FailureKind.BROKEN, Delivered.MAYBE)
    await server.until(lambda: server.seen_closed == server.connections)


async def test_closing_ends_a_connection_that_is_still_being_made(
    calls: "Calls", serve: "Serve"
) -> None:
    async def silent(wire: "Wire") -> None:
        await wire.until_closed()

    server = await serve(silent)
    sending = asyncio.create_task(calls.fail(server.url(scheme="https"), timeouts=PATIENT))
    await server.until(lambda: server.connections == 1)

    await calls.client.close()

    failure = await asyncio.wait_for(sending, 5)
    assert (failure.kind, failure.delivered) == (FailureKind.BROKEN, Delivered.NO)


async def test_a_closed_client_sends_nothing(calls: "Calls", serve: "Serve") -> None:
    server = await serve()
    await calls.send(server.url())
    await calls.client.close()

    failure = await calls.fail(server.url())

    assert (failure.kind, failure.delivered) == (FailureKind.BROKEN, Delivered.NO)
    assert len(server.requests) == 1
