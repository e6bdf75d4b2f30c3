"""Roles: each process does its share of a hub's work and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests import postgres_server
from tests.engine import Answer, Town, Vendor, a_town, a_vendor

from tieline import Run
from tieline.compose.process import Running, check_roles, running
from tieline.features.decisions import bulk as long_work
from tieline.features.schedules.model import ListSchedules
from tieline.model.base.by import By
from tieline.model.base.errors import SettingsError
from tieline.model.fleet.role import ProcessRole
from tieline.model.replays.operation import BulkFilter, StartOperation
from tieline.model.views.operations import ShowOperation
from tieline.model.views.plans import PlanDecisions
from tieline.model.views.views import ListRuns
from tieline.operations.planning import PlanParts
from tieline.settings.settings import Settings

PATIENCE_S = 30.0


@asynccontextmanager
async def process_with(town: Town, store: str, *roles: ProcessRole) -> AsyncIterator[Running]:
    settings = Settings(store=store, port=0, console_port=0, roles=roles, shutdown_seconds=1)
    async with running(town.hub.spec(), settings, environment={}) as it:
        yield it


async def until(is_so: Callable[[], Any]) -> None:
    last = asyncio.get_running_loop().time() + PATIENCE_S
    while not await is_so():
        assert asyncio.get_running_loop().time() < last, "it did not happen"
        await asyncio.sleep(0.02)


async def states(hub: Running) -> list[str]:
    page = await hub.parts.views.read(ListRuns())
    return [row.state for row in page.rows]


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with a_vendor() as listening:
        yield listening


@pytest.fixture
def town(vendor: Vendor) -> Town:
    made = a_town(vendor)

    @made.hub.flow(on=made.on(), name="post")
    async def post(order: dict[str, Any], run: Run) -> None:
        await made.books.post("/entries", json=order)

    return made


async def deliver(port: int, number: int) -> int:
    document = {"type": "order.placed", "id": f"ord-{number}", "data": {"n": number}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/in/shop", json=document) as answer,
    ):
        return answer.status


async def test_what_the_door_takes_in_is_executed_by_another_process(
    tmp_path: Path, town: Town, vendor: Vendor
) -> None:
    store = await postgres_server.shared().database_of(tmp_path)
    async with process_with(town, store, ProcessRole.INGEST) as door:
        assert [await deliver(door.port, number) for number in range(3)] == [202] * 3
        assert await states(door) == ["ready"] * 3
        assert vendor.asked == []

        async with process_with(town, store, ProcessRole.WORKER) as worker:
            assert worker.port == 0

            async def is_done() -> bool:
                return await states(door) == ["done"] * 3

            await until(is_done)
    assert sorted(asked.json["n"] for asked in vendor.asked) == [0, 1, 2]


async def test_a_decision_about_many_runs_needs_no_console(
    tmp_path: Path, town: Town, vendor: Vendor
) -> None:
    vendor.answers = [Answer(400)] * 3
    store = await postgres_server.shared().database_of(tmp_path)
    everything_else = (ProcessRole.INGEST, ProcessRole.WORKER, ProcessRole.SCHEDULER)
    async with process_with(town, store, *everything_else) as hub:
        for number in range(3):
            assert await deliver(hub.port, number) == 202

        async def has(state: str) -> bool:
            return await states(hub) == [state] * 3

        await until(lambda: has("dead"))
        journal, views = hub.parts.journal, hub.parts.views
        by = By("ana", "the account is back", hub.parts.clock.now_us())
        order = StartOperation("opr_1", "retry", BulkFilter("dead-letters", flow="post"), 0, by)
        parts = PlanParts(views, lambda: hub.parts.admitter, by.at_us)
        made = await long_work.plan(parts, PlanDecisions(order.action, order.filter))
        await long_work.start(journal, order, made)

        await until(lambda: has("done"))
        operation = await views.read(ShowOperation("opr_1"))
        assert operation is not None
        assert (operation.state, operation.done) == ("done", 3)


async def test_only_a_scheduler_fires_schedules(tmp_path: Path, town: Town) -> None:
    @town.hub.flow(on=town.hub.schedule("* * * * *", name="minutely"), name="minutely")
    async def minutely(firing: dict[str, Any]) -> None:
        """Nothing to do."""

    store = await postgres_server.shared().database_of(tmp_path)
    async with process_with(town, store, ProcessRole.WORKER) as worker:
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert "loop claim" in names
        assert not names & {"loop schedules", "loop sweeper", "loop retention", "loop replays"}
        assert "loop decisions" not in names
        assert await worker.parts.views.read(ListSchedules()) == ()

    async with process_with(town, store, ProcessRole.SCHEDULER) as scheduler:
        assert [row.name for row in await scheduler.parts.views.read(ListSchedules())] == [
            "schedule:minutely"
        ]
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert {"loop schedules", "loop sweeper", "loop retention", "loop replays"} <= names
        assert not names & {"loop claim", "loop due", "loop wake", "loop time limits"}


@pytest.mark.parametrize(
    ("roles", "missing"),
    [("ingest", "scheduler and worker"), ("ingest,worker", "scheduler"), ("console", "worker")],
)
def test_a_file_needs_a_process_that_does_all_the_work(roles: str, missing: str) -> None:
    settings = Settings.model_validate({"roles": roles, "store": "a.db"})

    with pytest.raises(SettingsError, match=missing):
        check_roles(settings)
    check_roles(settings.model_copy(update={"store": "postgresql://localhost/a"}))
