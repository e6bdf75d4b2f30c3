"""Locks of people: who holds one stops what needs it, is named, and stops nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server
from tests.engine import Town, Vendor, Witness, a_town, a_vendor
from tests.processes.test_roles import deliver, states, until

from tieline.compose.process import Running, running
from tieline.model.base.errors import StoreBlocked
from tieline.model.runs.facts import StoreTrouble
from tieline.model.views.views import InspectStore, ListWorkers
from tieline.operations.doctor_engine import of_sheet
from tieline.settings.settings import Settings


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with a_vendor() as listening:
        yield listening


@pytest.fixture
def town(vendor: Vendor) -> Town:
    made = a_town(vendor)

    @made.hub.flow(on=made.on(), name="post")
    async def post(order: dict[str, Any]) -> None:
        await (made.chat if order["n"] % 2 else made.books).post("/entries", json=order)

    return made


@asynccontextmanager
async def at_work(town: Town, url: str, witness: Witness) -> AsyncIterator[Running]:
    settings = Settings(store=url, port=0, console_port=0, shutdown_seconds=1)
    async with running(town.hub.spec(), settings, observer=witness, environment={}) as it:
        yield it


@asynccontextmanager
async def somebody(url: str, statement: str) -> AsyncIterator[int]:
    """A person in psql who has run *statement* and looks out of the window; their process id."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "psql"})
    try:
        await connection.execute("BEGIN")
        await connection.execute(statement)
        await asyncio.sleep(1.1)  # what is held for less is not worth telling
        yield connection.get_server_pid()
        await connection.execute("ROLLBACK")
    finally:
        await connection.close()


async def answer(port: int, number: int) -> tuple[int, str | None]:
    document = {"type": "order.placed", "id": f"ord-{number}", "data": {"n": number}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/in/shop", json=document) as said,
    ):
        return said.status, said.headers.get("retry-after")


async def ready(it: Running) -> int:
    where = next(line for one in it.surfaces for line in one.where() if "console: " in line)
    url = where.split(": ", 1)[1].split()[0].rstrip("/") + "/health/ready"
    async with aiohttp.ClientSession() as session, session.get(url) as said:
        return said.status


def troubles(witness: Witness) -> list[str]:
    return [fact.reason for fact in witness.facts if isinstance(fact, StoreTrouble)]


async def test_a_lock_on_all_runs_is_told_to_senders_and_to_people(
    tmp_path: Path, town: Town
) -> None:
    url, witness = await postgres_server.shared().database_of(tmp_path), Witness()
    async with at_work(town, url, witness) as hub:
        async with somebody(url, "LOCK TABLE run IN ACCESS EXCLUSIVE MODE") as pid:
            async with asyncio.timeout(15):
                assert await answer(hub.port, 1) == (503, "5")
                said = await asyncio.gather(*(answer(hub.port, n) for n in range(2, 40)))
                assert set(said) == {(503, "5")}
            assert await ready(hub) == 503
            first = troubles(witness)[0]
            assert "kept us waiting for a lock" in first
            assert f"with psql (idle in transaction, pid {pid}) has held locks on " in first
            assert f"SELECT pg_terminate_backend({pid})" in first
        assert await deliver(hub.port, 50) == 202

        async def is_ready() -> bool:
            return await ready(hub) == 200

        await until(is_ready)


async def test_the_doctor_names_who_holds_a_lock(tmp_path: Path, town: Town) -> None:
    url = await postgres_server.shared().database_of(tmp_path)
    async with at_work(town, url, Witness()) as hub:
        async with somebody(url, "LOCK TABLE work IN SHARE MODE") as pid:
            sheet = await hub.parts.views.read(InspectStore())
            told = [one.what for one in of_sheet(sheet, [], hub.parts.clock.now_us())]
            assert any(f"pid {pid}) has held locks on work " in line for line in told)
        async with somebody(url, "LOCK TABLE worker IN ACCESS EXCLUSIVE MODE") as pid:
            with pytest.raises(StoreBlocked, match=rf"pid {pid}\) has held locks on worker "):
                await hub.parts.views.read(ListWorkers())
        assert (await hub.parts.views.read(InspectStore())).locks == ()


@pytest.mark.parametrize(
    "statement",
    [
        "LOCK TABLE worker IN ACCESS EXCLUSIVE MODE",
        "SELECT * FROM run FOR UPDATE",
        "SELECT * FROM standing WHERE connection = 'books' FOR UPDATE",
    ],
)
async def test_what_does_not_need_the_lock_goes_on(
    tmp_path: Path, town: Town, vendor: Vendor, statement: str
) -> None:
    url = await postgres_server.shared().database_of(tmp_path)
    async with at_work(town, url, Witness()) as hub:
        vendor.gate = asyncio.Event()
        for number in (0, 1):  # at both connections, and their results are still to be stored
            assert await deliver(hub.port, number) == 202

        async def are_out() -> bool:
            return len(vendor.asked) == 2

        await until(are_out)
        async with somebody(url, statement):
            vendor.gate.set()
            for number in range(3, 23, 2):  # at the connection that nobody locks
                assert await deliver(hub.port, number) == 202

            async def are_done() -> bool:
                return (await states(hub)).count("done") >= 10

            await until(are_done)

        async def is_all_done() -> bool:
            return await states(hub) == ["done"] * 12

        await until(is_all_done)
    assert sorted(asked.json["n"] for asked in vendor.asked) == [0, 1, *range(3, 23, 2)]
