"""The door and endings: senders that leave, a hub that stops, and errors of our own."""

import asyncio
import random
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.adapters.system.clock import SystemClock
from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.model.runs.facts import PassFailed
from tieline.surfaces.ingest.listener import Listener, ListenerLimits
from tieline.surfaces.ingest.protocol import IngestProtocol

if TYPE_CHECKING:
    from tests.surfaces.ingest.conftest import Makers, OpenRig, Rig

POST = b"POST /in/billing HTTP/1.1\r\nHost: hooks.example\r\n"


RESETS = (ConnectionResetError, BrokenPipeError)


def tasks_of_the_door() -> list[str]:
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if name.startswith("Ingest")]


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(POST, id="in the head"),
        pytest.param(POST + b"Content-Length: 100\r\n\r\n{", id="in the body"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", id="in the chunks"),
    ],
)
@pytest.mark.parametrize("how", ["closes", "closes its half", "resets"])
async def test_a_sender_that_leaves_half_way_leaves_nothing_behind(
    rig: "Rig", make: "Makers", begun: bytes, how: str
) -> None:
    door = rig.it.parts.door
    line = await rig.call()
    await line.say(begun)
    await make.until(lambda: door.connections == 1)

    if how == "closes its half":
        line.stop_writing()
        assert await line.rest() == b""
    elif how == "resets":
        line.reset()
    else:
        await line.close()

    await make.until(lambda: door.connections == 0)
    assert tasks_of_the_door() == []
    assert (rig.receipts(), rig.events()) == ([], [])
    await line.close()


async def test_a_sender_that_leaves_after_sending_has_delivered(rig: "Rig", make: "Makers") -> None:
    line = await rig.call()
    await line.say(make.signed(make.invoice()))

    await line.close()

    await make.until(lambda: rig.seen.payloads)
    assert len(rig.events()) == 1


async def test_a_sender_that_closes_its_half_still_gets_its_answer(
    rig: "Rig", make: "Makers"
) -> None:
    line = await rig.call()
    await line.say(make.signed(make.invoice()))

    line.stop_writing()

    assert (await line.hear()).status == 202
    assert await line.rest() == b""
    await line.close()


async def test_a_sender_that_never_reads_is_dropped(open_rig: "OpenRig", make: "Makers") -> None:
    raw = make.request(target="/healthz", method="GET") * 8
    loop = asyncio.get_running_loop()
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)

    async def go_on_asking() -> None:
        while True:
            await loop.sock_sendall(deaf, raw)
            await asyncio.sleep(0)

    async with open_rig(request_seconds=0.4) as rig:
        await loop.sock_connect(deaf, ("127.0.0.1", rig.it.port))
        asking = asyncio.create_task(go_on_asking())
        await make.until(lambda: rig.it.parts.door.connections == 1)
        await make.until(lambda: rig.it.parts.door.connections == 0)

    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    deaf.close()


async def test_what_has_arrived_is_answered_before_the_hub_stops(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    async with open_rig() as rig:
        line = await rig.call()
        raw = make.signed(make.invoice())
        await line.say(raw[:-5])
        await make.until(lambda: rig.it.parts.door.connections == 1)
        stopping = asyncio.create_task(rig.it.parts.door.close(10))
        await make.until(lambda: rig.it.parts.door.is_draining)

        with pytest.raises(ConnectionError):
            await rig.call()
        answer = await line.ask(raw[-5:])
        await stopping

        assert (answer.status, answer.header("connection")) == (202, "close")
        assert len(rig.events()) == 1
        await line.close()


async def test_a_hub_that_stops_does_not_wait_for_the_slow(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    async with open_rig() as rig:
        idle, half = await rig.call(), await rig.call()
        await half.say(POST)
        await make.until(lambda: rig.it.parts.door.connections == 2)

        await rig.it.parts.door.close(0.1)

        assert (await idle.rest(), await half.rest()) == (b"", b"")
        assert rig.it.parts.door.connections == 0
        await idle.close()
        await half.close()


async def test_nothing_that_was_acknowledged_is_lost_when_the_hub_stops(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    acknowledged: list[str] = []

    async def keep_sending(rig: "Rig", sender: int) -> None:
        line = await rig.call()
        try:
            for number in range(10_000):
                answer = await line.ask(make.signed(make.invoice(f"evt-{sender}-{number}")))
                assert answer.status == 202
                acknowledged.append(answer.json["event_id"])
                if answer.header("connection") == "close":
                    break
        finally:
            await line.close()

    async with open_rig() as rig:
        senders = [asyncio.create_task(keep_sending(rig, n)) for n in range(8)]
        await make.until(lambda: len(acknowledged) > 100)
        await rig.it.parts.door.close(5)
        ends = await asyncio.gather(*senders, return_exceptions=True)
        stored = {event["id"] for event in rig.events()}

    assert {type(end) for end in ends} <= {type(None), asyncio.IncompleteReadError, *RESETS}
    assert set(acknowledged) <= stored
    async with open_rig() as rig:
        assert set(acknowledged) <= {event["id"] for event in rig.events()}


class BrittleDoor:
    """A door with a bug behind it."""

    def __init__(self) -> None:
        self.bugs: list[BaseException] = []

    def limit_of(self, source: str) -> int:
        if source == "limit":
            raise ZeroDivisionError("a secret of ours")
        return 1000

    async def take(self, inbound: Inbound) -> Reply:
        raise ZeroDivisionError("a secret of ours")

    async def refuse(self, inbound: Inbound, problem: RequestProblem) -> Reply:
        return problem.reply("rct_1")

    def other(self, inbound: Inbound, target: str) -> Reply:
        raise ZeroDivisionError("a secret of ours")

    def broken(self, error: BaseException) -> Reply:
        self.bugs.append(error)
        return RequestProblem(500, "internal", "Internal", "a bug").reply("rct_1")

    def turned_away(self, reason: str) -> None:
        raise AssertionError(reason)


@pytest.mark.parametrize("target", ["/in/take", "/in/limit", "/other"])
async def test_a_bug_is_answered_and_told_without_a_word_about_our_inside(
    make: "Makers", target: str
) -> None:
    door = BrittleDoor()
    doorway = Listener(door, SystemClock(), ListenerLimits())
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: IngestProtocol(doorway), "127.0.0.1", 0)
    line = await make.call(server.sockets[0].getsockname()[1])

    answer = await line.ask(make.request(b"{}", target=target))

    assert (answer.status, answer.problem) == (500, "internal")
    assert answer.header("connection") == "close"
    assert b"secret" not in answer.body
    assert [type(bug) for bug in door.bugs] == [ZeroDivisionError]
    assert await line.rest() == b""
    await line.close()
    server.close()
    await make.until(lambda: not doorway.open)


# --- anything at all ----------------------------------------------------------------------------

FRAGMENTS = [
    b"POST /in/billing HTTP/1.1\r\n",
    b"GET ",
    b"HTTP/1.0\r\n",
    b"Host: a\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Connection: upgrade\r\nUpgrade: x\r\n",
    b"Expect: 100-continue\r\n",
    b"X-Acme-Signature: 00\r\n",
    b"\r\n",
    b"\n",
    b"\x00",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"{}",
    b": ",
    b"\xff\xfe",
]


def is_well_formed(heard: bytes) -> bool:
    """Whether the bytes are whole HTTP/1.1 answers, one after the other."""
    while heard:
        head, mark, heard = heard.partition(b"\r\n\r\n")
        if not mark or not head.startswith(b"HTTP/1.1 "):
            return False
        lengths = [
            int(line.split(b": ")[1])
            for line in head.split(b"\r\n")
            if line.startswith(b"content-length: ")
        ]
        heard = heard[sum(lengths) :]
    return True


async def test_whatever_is_sent_the_door_stays_whole_and_tells_nothing(
    rig: "Rig", make: "Makers"
) -> None:
    chance = random.Random(20261121)

    async def send(raw: bytes) -> bytes:
        line = await rig.call()
        cut = chance.randrange(len(raw) + 1)
        try:
            await line.say(raw[:cut], raw[cut:])
            line.stop_writing()
            return await line.rest()
        except ConnectionError:
            return b""
        finally:
            await line.close()

    @given(
        st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=40)), max_size=12).map(
            b"".join
        )
    )
    @settings(max_examples=150, deadline=None, database=None)
    def collect(raw: bytes) -> None:
        raws.append(raw)

    raws: list[bytes] = []
    collect()
    for raw in raws:
        heard = await send(raw)

        assert is_well_formed(heard), (raw, heard)
        for inner in (b"Traceback", b".py", b"tieline.", b"Exception"):
            assert inner not in heard, (raw, heard)
    assert rig.events() == []
    assert not [fact for fact in rig.facts.seen if isinstance(fact, PassFailed)]
    assert (await rig.ask(make.signed(make.invoice()))).status == 202
