"""Busy store: what workers share costs calls little there, and slow readers cost them nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server
from tests.engine import Town, Vendor, until

from tieline import Run
from tieline.compose.process import Running, running
from tieline.model.command import Command
from tieline.model.fleet.limits import LeaseQuotas
from tieline.model.views.views import ListAudit
from tieline.settings.settings import Settings

EVENTS, CALLS = 50, 20
"""For a thousand calls: it comes every half second, or when something is missing or changed."""
READS = 60


@pytest.fixture
async def url(tmp_path: Path) -> str:
    return await postgres_server.shared().database_of(tmp_path)


@asynccontextmanager
async def at_work(town: Town, url: str) -> AsyncIterator[Running]:
    settings = Settings(store=url, port=0, console_port=0)
    async with running(town.hub.spec(), settings, environment={}) as it:
        yield it


async def send(hub: Running, count: int) -> None:
    """So many deliveries, each acknowledged."""
    async with aiohttp.ClientSession() as session:
        for number in range(count):
            document = {"type": "order.placed", "id": f"ord-{number}", "data": {"n": number}}
            where = f"http://127.0.0.1:{hub.port}/in/shop"
            async with session.post(where, json=document) as answer:
                assert answer.status == 202, await answer.text()


def calling(town: Town, calls: int) -> None:
    @town.hub.flow(on=town.on(), name="call")
    async def call(order: dict[str, Any], run: Run) -> None:
        for number in range(calls):
            await town.books.get(f"/entries/{number}")


async def test_the_calls_of_a_shared_connection_do_not_ask_the_store_each_time(
    url: str, vendor: Vendor, town: Town
) -> None:
    calling(town, CALLS)
    trades = 0
    async with at_work(town, url) as hub:
        journal = hub.parts.journal
        hint = journal.told

        def count(command: Command[Any], answer: object) -> None:
            nonlocal trades
            trades += isinstance(command, LeaseQuotas)
            if hint is not None:
                hint(command, answer)

        journal.told = count
        await send(hub, EVENTS)
        await until(lambda: len(vendor.asked) == EVENTS * CALLS)


async def test_reads_that_hang_stop_neither_deliveries_nor_runs(
    url: str, vendor: Vendor, town: Town
) -> None:
    """Every line for readers is taken, as by people who ask for what takes long."""
    calling(town, 1)
    async with at_work(town, url) as hub:
        blocker = await asyncpg.connect(url)
        await blocker.execute("BEGIN; LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        reads = [asyncio.create_task(hub.parts.views.read(ListAudit())) for _ in range(READS)]
        await until_they_wait(blocker)

        await send(hub, EVENTS)
        await until(lambda: len(vendor.asked) == EVENTS)

        assert not any(read.done() and read.exception() is None for read in reads)
        await blocker.execute("COMMIT")
        await blocker.close()
        await asyncio.gather(*reads, return_exceptions=True)
        assert (await hub.parts.views.read(ListAudit())).rows == ()


async def until_they_wait(blocker: Any) -> None:
    """Until a reader waits for the lock, and the others for a reader."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while not await blocker.fetchval(waiting):
            await asyncio.sleep(0.01)
