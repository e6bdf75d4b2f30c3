"""The door and its limits: whoever takes too much or too long is told so, and nobody else waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tieline.adapters.system.clock import SystemClock
from tieline.model.base.errors import SettingsError
from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.surfaces.ingest.listener import Listener, ListenerLimits
from tieline.surfaces.ingest.protocol import IngestProtocol

if TYPE_CHECKING:
    from tests.surfaces.ingest.conftest import Line, Makers, OpenRig, Rig

MIB = 1024 * 1024
POST = b"POST /in/billing HTTP/1.1\r\nHost: hooks.example\r\n"


async def say_until_it_ends(line: "Line", piece: bytes, pieces: int) -> None:
    """Go on sending, as a client does that reads the answer only once it has sent everything."""
    for _ in range(pieces):
        await line.say(piece)


async def test_a_body_too_large_is_refused_by_its_declared_length(rig: "Rig") -> None:
    line = await rig.call()

    answer = await line.ask(POST + b"Content-Length: %d\r\n\r\n" % (MIB + 1))

    assert (answer.status, answer.problem) == (413, "body-too-large")
    assert answer.header("connection") == "close"
    assert str(MIB) in answer.json["detail"]
    assert str(MIB + 1) in answer.json["detail"]
    assert (rig.receipt()["status"], rig.receipt()["source"]) == (413, "billing")
    assert rig.receipt()["body_bytes"] == MIB + 1
    (issue,) = rig.rows("SELECT source, kind, words FROM issue")
    assert (issue["source"], issue["kind"]) == ("billing", "refused")
    assert "body-too-large" in issue["words"]
    assert await line.rest() == b""
    await line.close()


async def test_a_sender_that_goes_on_sending_still_gets_to_read_why_it_was_refused(
    rig: "Rig",
) -> None:
    line = await rig.call()
    size = 8 * MIB

    await line.say(POST + b"Content-Length: %d\r\n\r\n" % size)
    await say_until_it_ends(line, bytes(64 * 1024), size // (64 * 1024))
    answer = await line.hear()

    assert (answer.status, answer.problem) == (413, "body-too-large")
    await line.close()


async def test_a_body_too_large_is_noticed_in_its_chunks(rig: "Rig") -> None:
    line = await rig.call()
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"

    await line.say(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    await say_until_it_ends(line, chunk, 17)
    answer = await line.hear()

    assert (answer.status, answer.problem) == (413, "body-too-large")
    await line.close()


async def test_a_body_at_the_limit_is_taken(rig: "Rig", make: "Makers") -> None:
    filler = "x" * (MIB - len(make.invoice(note="")))

    answer = await rig.ask(make.signed(make.invoice(note=filler)))

    assert answer.status == 202
    assert rig.receipt()["body_bytes"] == MIB


async def test_the_limit_of_a_source_is_its_own(open_rig: "OpenRig", make: "Makers") -> None:
    async with open_rig() as rig:
        large = b"{" + b" " * (64 * 1024)

        known = await rig.ask(make.request(large))
        unknown = await rig.ask(make.request(large, target="/in/nobody"))

    assert (known.status, unknown.status) == (401, 413)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"".join(b"X-%d: a\r\n" % n for n in range(128)), id="too many"),
        pytest.param(b"X-Long: " + b"a" * 65_536 + b"\r\n", id="one too long"),
        pytest.param(b"X" * 65_537 + b": a\r\n", id="a name too long"),
        pytest.param(b"".join(b"X-%d: %b\r\n" % (n, b"a" * 1000) for n in range(70)), id="in all"),
    ],
)
async def test_headers_too_large_are_refused(rig: "Rig", headers: bytes) -> None:
    line = await rig.call()

    answer = await line.ask(POST + headers + b"Content-Length: 0\r\n\r\n")

    assert (answer.status, answer.problem) == (431, "headers-too-large")
    assert (rig.receipt()["status"], rig.receipt()["source"]) == (431, "billing")
    assert await line.rest() == b""
    await line.close()


async def test_a_header_that_never_ends_is_refused_while_it_comes(rig: "Rig") -> None:
    line = await rig.call()

    await line.say(POST + b"X-Endless: ")
    await say_until_it_ends(line, b"a" * 4096, 64)
    answer = await line.hear()

    assert (answer.status, answer.problem) == (431, "headers-too-large")
    await line.close()


async def test_trailers_without_end_are_refused(rig: "Rig") -> None:
    line = await rig.call()
    await line.say(POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")

    await say_until_it_ends(line, b"X-Trailer: " + b"a" * 1000 + b"\r\n", 100)
    answer = await line.hear()

    assert (answer.status, answer.problem) == (400, "malformed-request")
    await line.close()


async def test_a_target_too_long_is_refused(rig: "Rig") -> None:
    answer = await rig.ask(b"POST /in/billing?" + b"a" * 8192 + b" HTTP/1.1\r\n\r\n")

    assert (answer.status, answer.problem) == (414, "target-too-long")
    assert rig.receipt()["source"] == "billing"


@pytest.mark.parametrize(
    "padding",
    [
        pytest.param(b"1;" + b"x" * 4000 + b"\r\na\r\n", id="extensions"),
        pytest.param(b"0" * 4000 + b"1\r\na\r\n", id="zeros"),
    ],
)
async def test_chunks_that_are_nearly_all_padding_are_refused(rig: "Rig", padding: bytes) -> None:
    line = await rig.call()
    await line.say(POST + b"Transfer-Encoding: chunked\r\n\r\n")

    await say_until_it_ends(line, padding, 40)
    answer = await line.hear()

    assert (answer.status, answer.problem) == (400, "malformed-request")
    await line.close()


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"P", id="one byte"),
        pytest.param(POST, id="half a head"),
        pytest.param(POST + b"Content-Length: 10\r\n\r\n{", id="half a body"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n", id="no chunk"),
    ],
)
async def test_a_request_that_does_not_get_on_is_ended(open_rig: "OpenRig", begun: bytes) -> None:
    async with open_rig(request_seconds=0.2) as rig:
        line = await rig.call()

        answer = await line.ask(begun)

        assert (answer.status, answer.problem) == (408, "too-slow")
        assert await line.rest() == b""
        assert rig.events() == []
        await line.close()


async def test_a_trickle_of_bytes_buys_no_time(open_rig: "OpenRig") -> None:
    async with open_rig(request_seconds=0.2) as rig:
        line = await rig.call()

        async def trickle() -> None:
            await line.say(POST)
            with suppress(ConnectionError):  # the door may close before we stop
                while True:
                    await line.say(b"X-Slow: a\r\n")
                    await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        answer = await line.hear()
        trickling.cancel()

        assert answer.status == 408
        await line.close()


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n"], ids=["nothing", "empty lines"])
async def test_a_connection_without_a_request_is_closed(open_rig: "OpenRig", sent: bytes) -> None:
    async with open_rig(idle_seconds=0.2) as rig:
        line = await rig.call()
        await line.say(sent)

        assert await line.rest() == b""
        await line.close()


async def test_a_kept_connection_is_closed_once_it_is_idle(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    async with open_rig(idle_seconds=0.2) as rig:
        line = await rig.call()
        answer = await line.ask(make.signed(make.invoice()))

        assert answer.header("connection") is None
        assert await line.rest() == b""
        await line.close()


async def test_a_refused_sender_that_never_stops_is_cut_off(open_rig: "OpenRig") -> None:
    async with open_rig(request_seconds=0.2) as rig:
        line = await rig.call()
        await line.ask(POST + b"Content-Length: 99999999\r\n\r\n")

        with pytest.raises((ConnectionError, TimeoutError)):
            async with asyncio.timeout(10):
                await say_until_it_ends(line, bytes(4096), 10_000_000)
        await line.close()


async def test_hundreds_of_half_open_connections_stop_nobody(rig: "Rig", make: "Makers") -> None:
    async with AsyncExitStack() as stack:
        for _ in range(400):
            line = await rig.call()
            stack.push_async_callback(line.close)
            await line.say(POST + b"Content-Length: 100\r\n\r\n{")

        answers = [await rig.ask(make.signed(make.invoice(f"evt-{n}"))) for n in range(20)]

    assert {answer.status for answer in answers} == {202}


async def test_where_all_places_are_taken_the_one_that_asks_for_nothing_gives_way(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    async with open_rig(max_connections=10) as rig, AsyncExitStack() as stack:
        lines = [await rig.call() for _ in range(10)]
        for line in lines:
            stack.push_async_callback(line.close)
            await line.say(POST + b"Content-Length: 100\r\n\r\n{")

        answers = [await rig.ask(make.signed(make.invoice(f"evt-{n}"))) for n in range(5)]

        assert {answer.status for answer in answers} == {202}
        assert await lines[0].rest() == b""
        assert [fact for fact in rig.facts.seen if getattr(fact, "reason", "") == "crowded"]


class HeldDoor:
    """A door that answers when it is told to."""

    def __init__(self) -> None:
        self.opens = asyncio.Event()
        self.away: list[str] = []

    def limit_of(self, source: str) -> int:
        return MIB

    async def take(self, inbound: Inbound) -> Reply:
        await self.opens.wait()
        return Reply(202, (), b"")

    async def refuse(self, inbound: Inbound, problem: RequestProblem) -> Reply:
        return problem.reply("rct_1")

    def other(self, inbound: Inbound, target: str) -> Reply:
        return Reply(200, (), b"")

    def broken(self, error: BaseException) -> Reply:
        raise AssertionError from error

    def turned_away(self, reason: str) -> None:
        self.away.append(reason)


@asynccontextmanager
async def held_door(limits: ListenerLimits) -> AsyncIterator[tuple[HeldDoor, Listener, int]]:
    door = HeldDoor()
    doorway = Listener(door, SystemClock(), limits)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: IngestProtocol(doorway), "127.0.0.1", 0)
    yield door, doorway, server.sockets[0].getsockname()[1]
    server.close()


async def test_where_everybody_is_being_answered_one_more_is_asked_to_come_back(
    make: "Makers",
) -> None:
    async with held_door(ListenerLimits(connections=3)) as (door, doorway, port):
        lines = [await make.call(port) for _ in range(3)]
        for line in lines:
            await line.say(make.request(b"{}"))
        await make.until(lambda: len(doorway.open) == 3)

        more = await make.call(port)
        answer = await more.hear()
        door.opens.set()

        assert (answer.status, answer.problem) == (503, "busy")
        assert answer.header("retry-after") == "5"
        assert [(await line.hear()).status for line in lines] == [202] * 3
        for line in [*lines, more]:
            await line.close()
        await make.until(lambda: not doorway.open)


async def test_bodies_that_are_not_complete_are_bounded_over_all_connections(
    make: "Makers",
) -> None:
    part = POST + b"Content-Length: 110000\r\n\r\n" + bytes(100_000)
    async with held_door(ListenerLimits(unfinished_bytes=350_000)) as (door, doorway, port):
        lines = [await make.call(port) for _ in range(6)]
        for line in lines:
            await line.say(part)
        await make.until(lambda: len(door.away) == 3)

        assert [await line.rest() for line in lines[:3]] == [b""] * 3
        await make.until(lambda: doorway.unfinished_bytes == 300_000)
        for line in lines[3:]:
            await line.say(bytes(10_000))
        door.opens.set()
        assert [(await line.hear()).status for line in lines[3:]] == [202] * 3
        assert doorway.unfinished_bytes == 0
        for line in lines:
            await line.close()
        await make.until(lambda: not doorway.open)


async def test_an_address_that_is_taken_is_named(open_rig: "OpenRig") -> None:
    async with open_rig() as rig:
        other = str(rig.store.with_name("other.db"))
        with pytest.raises(
            SettingsError, match=rf"port is '127.0.0.1:{rig.it.port}'; use another port \(--port"
        ):
            await open_rig(port=rig.it.port, store=other).__aenter__()
