"""A step that asks for steps: they are its own, and it is executed again until it has returned."""

from datetime import timedelta
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import CallRefused, Run


@pytest.mark.parametrize("cents", [100, 200], ids=["equal", "other"])
async def test_what_a_step_called_is_not_taken_for_what_the_flow_calls_later(
    engine: Engine, vendor: Vendor, town: Town, cents: int
) -> None:
    async def charge() -> str:
        await town.books.post("/charges", json={"cents": 100})
        return "charged"

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("charge", charge)
        await run.sleep(timedelta(hours=1))
        await town.books.post("/charges", json={"cents": cents})

    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(hours=1)

    assert [asked.json["cents"] for asked in vendor.asked] == [100, cents]
    assert len({asked.key for asked in vendor.asked}) == 2
    run = await engine.only()
    assert run.run.state == "done"
    keys = {step.key for step in run.steps if step.name == "books POST /charges"}
    assert keys == {"charge #1/#1", "#1"}


async def test_a_step_that_sleeps_and_calls_goes_on_where_it_was(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    began: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def slow(number: int) -> list[str]:
            began.append(number)
            first = run.uuid()
            await town.books.post("/charges", json={"cents": 100, "id": str(first)})
            await run.sleep(timedelta(hours=1))
            await run.step("inside", began.append, -number)
            await town.books.post("/charges", json={"cents": 1}, key="last")
            return [str(first)]

        got = [await run.step("slow", slow, number) for number in (1, 2)]
        await town.books.post("/end", json={"got": got, "id": str(run.uuid())})

    async def rule(asked: Any) -> Answer:
        first_end = asked.path == "/end" and vendor.paths().count("/end") == 1
        return Answer(503 if first_end else 200, {})

    vendor.rule = rule
    await engine.open(town.hub)
    await engine.take()
    for _ in range(3):
        await engine.restart(town.hub)
        await engine.pass_time(hours=1)

    assert await engine.states() == ["done"]
    assert vendor.paths() == ["/charges"] * 4 + ["/end"] * 2
    assert len({asked.key for asked in vendor.asked}) == 5
    assert vendor.asked[-1].body == vendor.asked[-2].body
    assert began == [1, 1, -1, 2, 2, -2]


async def test_a_step_that_is_asked_again_in_one_execution_goes_on_where_it_was(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    refusals: list[str] = []

    async def both() -> str:
        await town.books.post("/charges", json={"cents": 100})
        await town.books.post("/named", json={}, key="named")
        await town.books.get("/state")
        return "done"

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for _ in range(3):
            try:
                await run.step("both", both)
            except CallRefused as refused:
                refusals.append(str(refused))
            else:
                return

    vendor.answers = [Answer(), Answer(), Answer(404), Answer()]
    await engine.open(town.hub)
    await engine.take()

    assert (await engine.states(), len(refusals)) == (["done"], 1)
    assert vendor.paths() == ["/charges", "/named"]


async def test_one_key_in_two_steps_names_two_uses(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    async def charge(cents: int) -> None:
        await town.books.post("/charges", json={"cents": cents}, key="charge")

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for cents in (1, 2):
            await run.step("charge", charge, cents)

    await engine.open(town.hub)
    run = await engine.take()

    assert ([asked.json["cents"] for asked in vendor.asked], run.run.state) == ([1, 2], "done")
    assert len({asked.key for asked in vendor.asked}) == 2
