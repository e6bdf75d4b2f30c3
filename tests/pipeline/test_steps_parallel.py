"""Parallel steps: the gravest end wins, and what is in flight is remembered before the end."""

import asyncio
import time
from datetime import timedelta
from typing import Any

from tests.engine import DROP, Answer, Asked, Engine, Town, Vendor, a_town, until

from tieline import Hold, Reject, Run


async def test_what_was_in_flight_when_a_sibling_failed_is_remembered(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await asyncio.gather(town.books.post("/fails", json={}), town.chat.post("/slow", json={}))

    async def rule(asked: Asked) -> Answer:
        if asked.path == "/slow":
            await asyncio.sleep(0.05)
        return Answer(503 if asked.path == "/fails" and len(vendor.asked) < 3 else 200, {})

    vendor.rule = rule
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert sorted(vendor.paths()) == ["/fails", "/fails", "/slow"]
    assert await engine.states() == ["done"]


async def test_a_task_group_that_fails_does_not_cut_off_the_calls_of_its_other_tasks(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(town.books.post("/fails", json={}))
            group.create_task(town.chat.post("/slow", json={}))

    async def rule(asked: Asked) -> Answer:
        if asked.path == "/slow":
            await asyncio.sleep(0.05)
        return Answer(503 if asked.path == "/fails" and len(vendor.asked) < 3 else 200, {})

    vendor.rule = rule
    await engine.open(town.hub)
    run = await engine.take()
    assert {step.name: step.state for step in run.steps} == {
        "books POST /fails": "failed",
        "chat POST /slow": "done",
    }

    await engine.pass_time(seconds=30)
    assert sorted(vendor.paths()) == ["/fails", "/fails", "/slow"]
    assert await engine.states() == ["done"]


async def test_an_own_step_in_a_task_group_is_not_cut_off_either(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    made: list[str] = []

    async def slow() -> str:
        await asyncio.sleep(0.05)
        made.append("slow")
        return "slow"

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(town.books.post("/fails", json={}))
            group.create_task(run.step("slow", slow))

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert made == ["slow"]
    assert await engine.states() == ["done"]


async def test_of_parallel_ends_the_one_that_needs_a_person_wins(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await asyncio.gather(
            town.books.post("/later", json={}),
            town.chat.post("/lost", json={}),
            run.sleep(timedelta(hours=1)),
        )

    vendor.rule = lambda asked: DROP if asked.path == "/lost" else Answer(503)
    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, run.run.step_in_doubt) == ("held", ("chat POST /lost", "#1"))
    assert {step.name: step.state for step in run.steps} == {
        "books POST /later": "failed",
        "chat POST /lost": "intent",
        "sleep": "done",
    }


async def test_of_parallel_retries_the_latest_time_holds_for_all(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await asyncio.gather(town.books.post("/soon", json={}), town.chat.post("/late", json={}))

    vendor.rule = lambda asked: Answer(
        503, headers=(("retry-after", "60"),) if asked.path == "/late" else ()
    )
    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.due_us is not None
    assert run.run.due_us - engine.clock.at_us == 60_000_000


async def test_an_error_of_one_branch_ends_the_run_with_its_own_reason(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on(), name="grouped")
    async def grouped(order: dict[str, Any], run: Run) -> None:
        async def fail() -> None:
            raise Reject("no such customer")

        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            group.create_task(town.books.post("/entries", json={}))

    @town.hub.flow(on=town.on(), name="gathered")
    async def gathered(order: dict[str, Any], run: Run) -> None:
        async def fail() -> None:
            raise Hold("ask Ada")

        await asyncio.gather(fail(), town.books.post("/entries", json={}))

    await engine.open(town.hub)
    await engine.deliver()
    await engine.work()

    ends = {run.run.flow: (run.run.state, run.run.reason) for run in await engine.runs()}
    assert ends == {"grouped": ("dead", "no such customer"), "gathered": ("held", "ask Ada")}


async def test_a_branch_that_no_stop_concerned_goes_on_with_its_calls(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def several() -> None:
            for path in ("/1", "/2", "/3"):
                await town.books.post(path, json={})

        await asyncio.gather(run.sleep(timedelta(days=1)), several())

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, vendor.paths()) == ("waiting", ["/1", "/2", "/3"])


async def test_a_branch_behind_its_own_stop_does_not_go_on(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def stubborn() -> None:
            try:
                await town.books.post("/fails", json={})
            except BaseException:  # noqa: BLE001 - what an author should not write, and may
                await town.books.post("/behind", json={})

        await asyncio.gather(stubborn(), town.books.post("/beside", json={}))

    vendor.rule = lambda asked: Answer(503 if asked.path == "/fails" else 200, {})
    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, sorted(vendor.paths())) == ("retrying", ["/beside", "/fails"])


async def test_a_call_that_nobody_awaits_is_not_lost_once_it_is_in_flight(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    tasks: list[asyncio.Task[Any]] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        tasks.append(asyncio.ensure_future(town.chat.post("/forgotten", json={})))
        await town.books.post("/entries", json={})

    async def rule(asked: Asked) -> Answer:
        if asked.path == "/forgotten":
            await asyncio.sleep(0.05)
        return Answer()

    vendor.rule = rule
    await engine.open(town.hub)
    run = await engine.take()
    await asyncio.gather(*tasks)

    assert run.run.state == "dead"
    assert {step.name: step.state for step in run.steps} == {
        "books POST /entries": "done",
        "chat POST /forgotten": "done",
    }


async def test_a_call_after_the_function_returned_is_not_made(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    tasks: list[asyncio.Task[Any]] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def too_late() -> None:
            await asyncio.sleep(0.02)
            await town.books.post("/too-late", json={})

        tasks.append(asyncio.ensure_future(too_late()))

    await engine.open(town.hub)
    run = await engine.take()
    await until(lambda: all(task.done() for task in tasks))

    assert run.run.state == "done"
    assert "has ended" in str(tasks[0].exception())
    assert vendor.asked == []


async def test_a_call_that_waits_for_its_turn_when_the_function_returns_is_not_made(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, at_once=1)
    tasks: list[asyncio.Task[Any]] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        calls = [town.books.post(path, json={}) for path in ("/1", "/2")]
        tasks.extend(asyncio.ensure_future(call) for call in calls)
        await asyncio.sleep(0)

    await engine.open(town.hub)
    run = await engine.take()
    await until(lambda: all(task.done() for task in tasks))
    for task in tasks:
        task.exception()

    assert run.run.state == "dead"
    assert len(vendor.asked) <= 1
    assert engine.parts.calls.guard(town.books.spec).in_flight == 0


async def test_an_effect_starts_only_when_its_intent_is_on_disk_however_many_wait_together(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    """Every ``once`` call looks, from the other side, whether its own intent is in the store."""
    seen: list[bool] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def branch(number: int) -> None:
            await run.step(f"before {number}", lambda: number)
            await town.chat.post(f"/{number}", json={}, key="once")

        await asyncio.gather(*(branch(number) for number in range(12)))

    async def rule(asked: Asked) -> Answer:
        run = await engine.only()
        states = {step.name: step.state for step in run.steps}
        before = f"before {asked.path[1:]}"
        seen.append(
            states.get(f"chat POST {asked.path}") == "intent" and states.get(before) == "done"
        )
        return Answer()

    def slow_disk(point: str) -> None:
        if point == "commit.before":
            time.sleep(0.01)  # on the writer's thread: calls get a head start

    vendor.rule = rule
    engine.reach = slow_disk
    await engine.open(town.hub)
    await engine.take()

    assert seen == [True] * 12
    assert await engine.states() == ["done"]


async def test_an_effect_starts_only_when_all_that_led_to_it_is_on_disk(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    seen: list[bool] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for number in range(4):
            await run.step(f"before {number}", lambda: 1)
            for _ in range(number):
                await asyncio.sleep(0)  # so that what is remembered is being stored already
            await town.books.post(f"/{number}", json={})

    async def rule(asked: Asked) -> Answer:
        run = await engine.only()
        states = {step.name: step.state for step in run.steps}
        seen.append(states.get(f"before {asked.path[1:]}") == "done")
        return Answer()

    def slow_disk(point: str) -> None:
        if point == "commit.before":
            time.sleep(0.01)

    vendor.rule = rule
    engine.reach = slow_disk
    await engine.open(town.hub)
    await engine.take()

    assert seen == [True] * 4
