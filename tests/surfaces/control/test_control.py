"""The control socket: what a client may ask of a running hub, and what it may not."""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from tieline.adapters.control import wire
from tieline.adapters.control.client import ControlJournal, call_hub
from tieline.adapters.control.socket_path import socket_path
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE, CONTROLLED
from tieline.features.access.model import (
    AddInvite,
    AddToken,
    AddUser,
    RemoveUser,
    RevokeToken,
    SetPassword,
    SetRole,
)
from tieline.features.issues.model import AcknowledgeIssue, MuteIssue, ReopenIssue, ResolveIssue
from tieline.features.probes.model import ProbeConnection
from tieline.features.schedules.model import FireSchedule, PauseSchedule, ResumeSchedule
from tieline.features.tenants.model import AddTenant, LimitTenant, PauseTenant, ResumeTenant
from tieline.model.base.errors import CommandRefused, Conflict, NotFound, StoreError
from tieline.model.base.ids import EventId, IssueId, ReceiptId, ReplayId, RunId
from tieline.model.command import OperatorCommand
from tieline.model.commands import (
    By,
    Cancel,
    CancelReplay,
    CloseDeliveries,
    DecideMany,
    DiscardDead,
    EditDead,
    ForgetStep,
    Pause,
    Purge,
    ReplayFilter,
    ResolveHeld,
    Resume,
    RetryDead,
    StartReplay,
)
from tieline.model.replays.operation import BulkFilter, CancelOperation, StartOperation
from tieline.model.runs.run import Dead
from tieline.model.views.views import ListPauses, ListRuns
from tieline.operations.decide import EditParts, edit
from tieline.surfaces.control.server import ControlServer

BY = By("ana", "the vendor is down — again", 5)


@pytest.fixture
def told() -> list[OperatorCommand[Any]]:
    """Commands that the hub was told of after they were on disk."""
    return []


@pytest.fixture
async def hub(house: Any, told: list[OperatorCommand[Any]]) -> AsyncIterator[ControlServer]:
    """A hub's control server on the store of ``house``."""
    server = ControlServer(
        house.path, house.journal, CONTROLLED, after=told.append, status=lambda: {"busy": 3}
    )
    await server.open()
    yield server
    await server.close()


@pytest.fixture
async def caller(house: Any, hub: ControlServer) -> AsyncIterator[ControlJournal]:
    """A client of that hub."""
    found = await call_hub(house.path)
    assert found is not None
    yield found
    await found.close()


async def test_a_command_is_on_disk_and_the_hub_is_told_when_it_is_answered(
    house: Any, caller: ControlJournal, told: list[OperatorCommand[Any]]
) -> None:
    counted = await caller.commit(Pause("flow", "post_invoice", BY))

    reader = SqliteReader(house.path, CATALOGUE)
    [pause] = await reader.read(ListPauses())
    await reader.close()
    assert counted.count == 1
    assert (pause.name, pause.actor, pause.reason) == ("post_invoice", BY.actor, BY.reason)
    assert told == [Pause("flow", "post_invoice", BY)]


async def test_several_commands_go_over_one_connection(caller: ControlJournal) -> None:
    first = await caller.commit(Pause("flow", "a", BY))
    second = await caller.commit(Resume("flow", "a", BY))
    third = await caller.commit(Resume("flow", "a", BY))

    assert [first.count, second.count, third.count] == [1, 1, 0]


async def test_problems_come_back_as_the_errors_they_are(
    house: Any, caller: ControlJournal, told: list[OperatorCommand[Any]]
) -> None:
    await house.deliver("order.made", {})
    [run] = await house.claim()

    with pytest.raises(NotFound, match="there is no run 'run_0'") as missing:
        await caller.commit(Cancel(RunId("run_0"), BY))
    with pytest.raises(Conflict, match="is running; only a dead run"):
        await caller.commit(DiscardDead(run.id, BY))

    assert (missing.value.kind, missing.value.key) == ("run", "run_0")
    assert told == []


async def test_what_is_no_operators_command_is_refused_on_both_sides(
    house: Any, caller: ControlJournal
) -> None:
    with pytest.raises(CommandRefused, match="Purge is not an operator's command"):
        await caller.commit(Purge(1, 1, 1))

    reader, writer = await asyncio.open_unix_connection(str(socket_path(house.path)))
    answers = []
    for line in (
        b'{"do": "purge", "args": {"limit": 1}}',
        b'{"do": "pause", "args": {"kind": "flow"}}',
        b'{"do": ["pause"]}',
        b"[1]",
        b"not json",
    ):
        writer.write(line + b"\n")
        answers.append(orjson.loads(await reader.readline())["problem"])
    writer.close()

    assert {answer["code"] for answer in answers} == {"refused"}
    assert answers[0]["detail"].startswith("'purge' is not one of acknowledge-issue, ")
    assert answers[1]["detail"].startswith(
        "the arguments of pause do not fit: name: Field required"
    )


async def test_a_line_beyond_the_limit_ends_the_connection_and_not_the_hub(
    house: Any, caller: ControlJournal
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(socket_path(house.path)))
    writer.write(b"x" * (wire.LONGEST_LINE_BYTES + 2))
    try:
        await writer.drain()
        end = await reader.read()
    except ConnectionError:
        end = b""
    writer.close()

    assert end == b""
    assert await caller.status() == {"busy": 3}


async def test_only_the_hubs_user_may_connect(house: Any, hub: ControlServer) -> None:
    assert stat.S_IMODE(hub.path.stat().st_mode) == 0o600
    assert hub.path == house.path.with_name("tieline.db.sock")


async def test_no_hub_is_found_when_none_listens(house: Any, hub: ControlServer) -> None:
    await hub.close()

    assert await call_hub(house.path) is None
    assert not hub.path.exists()


async def test_a_socket_that_a_crash_left_behind_is_no_hub_and_is_replaced(house: Any) -> None:
    path = socket_path(house.path)
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(path))
    left.close()
    assert path.exists()

    before = await call_hub(house.path)
    server = ControlServer(house.path, house.journal, CONTROLLED, after=lambda _: None, status=dict)
    await server.open()
    after = await call_hub(house.path)

    assert before is None
    assert after is not None
    await after.close()
    await server.close()


async def test_a_path_too_long_for_the_system_gets_a_private_folder(
    house: Any, tmp_path: Path
) -> None:
    folder = tmp_path / ("deep" * 40)
    folder.mkdir()
    store = folder / "tieline.db"
    server = ControlServer(
        store, house.journal, CONTROLLED, after=lambda _: None, status=lambda: {"ok": 1}
    )
    await server.open()

    found = await call_hub(store)

    assert found is not None
    assert await found.status() == {"ok": 1}
    assert stat.S_IMODE(server.path.parent.stat().st_mode) == 0o700
    await found.close()
    await server.close()
    server.path.parent.rmdir()


async def test_a_hub_that_hangs_up_leaves_the_outcome_open(house: Any) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_unix_server(hang_up, str(socket_path(house.path)))
    caller = await call_hub(house.path)
    assert caller is not None

    with pytest.raises(StoreError, match="look before you repeat it"):
        await caller.commit(Pause("flow", "a", BY))

    await caller.close()
    server.close()


EVERY_COMMAND: list[Callable[[], OperatorCommand[Any]]] = [
    lambda: Pause("flow", "a", BY),
    lambda: Resume("connection", "b", BY),
    lambda: ProbeConnection("books", BY, "/v1/ping"),
    lambda: Cancel(RunId("run_1"), BY),
    lambda: RetryDead(RunId("run_1"), BY, as_new_action=True),
    lambda: DiscardDead(RunId("run_1"), BY),
    lambda: ForgetStep(RunId("run_1"), "books POST /entries", "#1", BY),
    lambda: ResolveHeld(RunId("run_1"), "done", BY, '{"id":"é\u2028"}'.encode()),
    lambda: StartReplay(
        ReplayId("rpl_1"),
        ReplayFilter((EventId("evt_1"),), "s", "t", "f", 1, 2, ("dead",)),
        5,
        9,
        True,
        BY,
    ),
    lambda: CancelReplay(ReplayId("rpl_1"), BY),
    lambda: DecideMany("retry", (RunId("run_1"), RunId("run_2")), BY),
    lambda: AcknowledgeIssue(IssueId("iss_1"), BY),
    lambda: ResolveIssue(IssueId("iss_1"), BY),
    lambda: MuteIssue(IssueId("iss_1"), BY, 99),
    lambda: ReopenIssue(IssueId("iss_1"), BY),
    lambda: AddTenant("shop-a", BY, "the shop"),
    lambda: PauseTenant("shop-a", BY),
    lambda: ResumeTenant("shop-a", BY),
    lambda: LimitTenant("shop-a", BY, 5, 1_000_000, 2, 99),
    lambda: FireSchedule("schedule:nightly", BY),
    lambda: PauseSchedule("schedule:nightly", BY),
    lambda: ResumeSchedule("schedule:nightly", BY),
    lambda: CloseDeliveries((ReceiptId("rct_1"),), BY),
    lambda: StartOperation("opr_1", "retry", BulkFilter("dead-letters", "f"), 3, BY),
    lambda: CancelOperation("opr_1", BY),
    lambda: AddUser("ann", "admin", None, BY),
    lambda: SetRole("ann", "viewer", BY),
    lambda: SetPassword("ann", "$argon2id$…", BY, "h"),
    lambda: RemoveUser("ann", BY),
    lambda: AddInvite("h", "ann", "admin", False, 9, BY),
    lambda: AddToken("tok_1", "ci", "h", None, ("read", "operate"), 9, BY),
    lambda: RevokeToken("ci", BY),
]


async def test_a_late_answer_is_not_taken_for_that_to_the_next_question(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieline.adapters.control.client.ANSWER_S", 0.05)
    asked = asyncio.Event()

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        await asked.wait()
        with suppress(ConnectionError):  # the caller has hung up, as it should
            writer.write(b'{"done": {"count": 7}}\n')
            await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    path = socket_path(house.path)
    server = await asyncio.start_unix_server(late, str(path))
    path.chmod(0o600)
    caller = await call_hub(house.path)
    assert caller is not None
    with pytest.raises(StoreError, match="no answer within"):
        await caller.commit(Pause("flow", "a", BY))
    asked.set()

    with pytest.raises(StoreError, match="did not answer"):
        await caller.commit(Pause("flow", "b", BY))
    await caller.close()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("make", EVERY_COMMAND)
def test_a_command_is_the_same_on_the_other_side(make: Callable[[], OperatorCommand[Any]]) -> None:
    command = make()

    line = wire.request_of(command)

    assert line.count(b"\n") == 1
    assert wire.read_command(wire.read_request(line), CONTROLLED) == command


async def test_an_edited_event_travels_whole(house: Any, caller: ControlJournal) -> None:
    await house.deliver("order.made", {"id": 1}, identity="one")
    [run] = await house.claim()
    await house.settle(run, Dead("x", "y"))
    reader = SqliteReader(house.path, CATALOGUE)
    desk = EditParts(caller, reader, house.admitter)
    by = By("ana", "typo", house.clock.at_us)

    edited = await edit(desk, run.id, '{"id":2,"name":"Zoë ✓"}'.encode(), by)

    runs = (await reader.read(ListRuns())).rows
    await reader.close()
    [again] = await house.claim()
    assert {row.id: row.state for row in runs} == {run.id: "dead", edited.run_id: "ready"}
    assert again.event.data == '{"id":2,"name":"Zoë ✓"}'.encode()
    assert again.event.cause == run.event.id
    assert isinstance(again.event, type(run.event))


def test_every_command_of_the_wire_is_tried_here() -> None:
    tried = {type(make()) for make in EVERY_COMMAND} | {EditDead}

    assert tried == set(CONTROLLED.values())
