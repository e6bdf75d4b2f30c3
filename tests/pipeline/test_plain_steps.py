"""Plain steps: a function in a thread outlives what ends the execution, and begins once."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from tests.engine import Engine, Town, Vendor, until

from tieline import Run
from tieline.model.runs.facts import ThreadAwaited


class Work:
    """Counts its beginnings, and ends when a test lets it."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = threading.Event()

    def __call__(self) -> str:
        self.begun += 1
        assert self.may_end.wait(20)
        return "charged"


@pytest.mark.parametrize("is_parallel", [False, True])
async def test_a_function_that_outlives_the_time_limit_is_awaited_and_remembered(
    engine: Engine, vendor: Vendor, town: Town, is_parallel: bool
) -> None:
    work, found = Work(), []

    @town.hub.flow(on=town.on(), time_limit=timedelta(minutes=1))
    async def flow(order: dict[str, Any], run: Run) -> None:
        asked = run.step("charge", work)
        (said,) = await asyncio.gather(asked) if is_parallel else [await asked]
        found.append(said)
        await town.books.post("/entries", json={})

    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: work.begun == 1)
    engine.clock.advance(minutes=2)
    for _ in range(30):
        assert engine.parts.back.limit_pass() == 1
        await asyncio.sleep(0)
    assert (engine.parts.back.busy, work.begun) == (1, 1)

    work.may_end.set()
    await engine.at_rest()
    run = await engine.only()
    assert run.run.state == "retrying"
    assert [(step.name, step.state) for step in run.steps] == [("charge", "done")]
    await engine.pass_time(minutes=10)
    assert (await engine.states(), work.begun, found) == (["done"], 1, ["charged"])


async def test_an_authors_own_timeout_does_not_begin_it_twice(engine: Engine, town: Town) -> None:
    work = Work()
    threading.Timer(0.1, work.may_end.set).start()

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async with asyncio.timeout(None if work.may_end.is_set() else 0.01):
            await run.step("charge", work)

    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=10)

    assert (await engine.states(), work.begun) == (["done"], 1)


async def test_one_flow_cannot_take_the_threads_from_the_others(engine: Engine, town: Town) -> None:
    work = Work()

    @town.hub.flow(on=town.on("order.long"))
    async def long(order: dict[str, Any], run: Run) -> None:
        await run.step("long", work)

    @town.hub.flow(on=town.on())
    async def short(order: dict[str, Any], run: Run) -> None:
        await run.step("short", dict)

    engine.more = {"step_threads": 4}
    await engine.open(town.hub)
    for _ in range(5):
        await engine.deliver(kind="order.long")
    await engine.parts.back.claim_pass()
    await until(lambda: work.begun == 2)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: engine.parts.back.busy == 5)
    assert work.begun == 2
    assert await engine.states("short") == ["done"]

    engine.clock.advance(seconds=6)
    work.may_end.set()
    await engine.work()
    assert (work.begun, set(await engine.states("long"))) == (5, {"done"})
    waited = [fact for fact in engine.witness.facts if isinstance(fact, ThreadAwaited)]
    assert [(fact.flow, fact.size, fact.share) for fact in waited] == [("long", 4, 2)] * 3
