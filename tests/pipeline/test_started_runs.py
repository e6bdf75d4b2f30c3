"""Started runs: a flow starts runs of others, once, and goes on when they have ended, however."""

import asyncio
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import Reject, Run, RunFailed
from tieline.model.commands import Cancel
from tieline.model.runs.waits import waits_for_run

Said = list[str]


@pytest.fixture
def said(town: Town) -> Said:
    """What a flow heard that started three runs and waited for all of them."""
    heard: Said = []
    books = town.books

    @town.hub.flow(on=town.hub.topic("parcel.wanted"))
    async def ship(parcel: dict[str, Any], run: Run) -> None:
        if parcel["n"] == parcel.get("bad"):
            raise Reject("no such address")
        await books.post("/parcels", json=parcel)

    @town.hub.flow(on=town.on())
    async def order(order: dict[str, Any], run: Run) -> None:
        parcels = [{**order, "n": n} for n in range(3)]
        started = [await run.start(ship, parcel) for parcel in parcels]
        try:
            await asyncio.gather(*(one.end() for one in started))
        except RunFailed as failed:
            heard.append(failed.reason)
        else:
            heard.append("all are shipped")

    return heard


async def test_a_run_goes_on_when_those_that_it_started_are_done(
    engine: Engine, town: Town, vendor: Vendor, said: Said
) -> None:
    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    await engine.deliver()
    working = asyncio.create_task(engine.work())
    while len(vendor.asked) < 3:
        await asyncio.sleep(0.01)
        await engine.parts.back.claim_pass()
    (waiting,) = await engine.runs("order")
    ships = await engine.rows("ship")
    vendor.gate.set()
    await working
    await engine.work()

    assert waiting.run.waits in [waits_for_run(row.id) for row in ships]
    assert (len(ships), len(vendor.asked), said) == (3, 3, ["all are shipped"])
    assert await engine.states() == ["done"] * 4


async def test_the_failure_of_one_is_told_to_whoever_started_it(
    engine: Engine, town: Town, said: Said
) -> None:
    await engine.open(town.hub)
    await engine.take({"bad": 1})

    assert said == ["no such address"]
    assert await engine.states("order") == ["done"]


async def test_that_one_was_cancelled_is_told_too(
    engine: Engine, town: Town, vendor: Vendor, said: Said
) -> None:
    vendor.rule = lambda _: Answer(503)
    await engine.open(town.hub)
    await engine.take()
    for row in await engine.rows("ship"):
        await engine.parts.journal.commit(Cancel(row.id, engine.by("not wanted")))
    await engine.work()

    assert said == ["tester: not wanted"]


async def test_runs_are_started_once_whatever_crashes(
    engine: Engine, town: Town, vendor: Vendor, said: Said
) -> None:
    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    for _ in range(3):
        await engine.restart(town.hub, seconds=0)
        await engine.parts.back.claim_pass()
    await engine.pass_time(seconds=61)

    assert (len(await engine.rows("ship")), len(vendor.asked)) == (3, 3)
    assert said == ["all are shipped"]


async def test_a_run_looks_by_itself_for_an_end_that_nobody_told(
    engine: Engine, town: Town, vendor: Vendor, said: Said
) -> None:
    vendor.answers = [Answer(503)] * 3
    await engine.open(town.hub)
    engine.parts.back._settler._tells_ends = False
    await engine.take()
    await engine.pass_time(seconds=5)
    assert (await engine.states("ship"), said) == (["done"] * 3, [])

    for _ in range(3):
        await engine.pass_time(seconds=61)

    assert said == ["all are shipped"]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("nobody", "run.start is 'nobody'; the hub has listens, order, wants"),
        ("listens", "it listens to shop; declare it on hub.topic('a.type')"),
    ],
)
async def test_what_cannot_be_started_is_told_with_what_can(
    engine: Engine, town: Town, wanted: str, why: str
) -> None:
    @town.hub.flow(on=town.on("other"))
    async def listens(order: dict[str, Any], run: Run) -> None:
        """On a webhook."""

    @town.hub.flow(on=town.hub.topic("a.b"))
    async def wants(order: dict[str, Any], run: Run) -> None:
        """On a topic."""

    @town.hub.flow(on=town.on())
    async def order(order: dict[str, Any], run: Run) -> None:
        await run.start(wanted, {})

    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert why in run.dead.reason
