"""A forgotten await: what a flow asks for and never waits for is told by its line, not lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor, a_town

import tieline.testing
from tieline import Run
from tieline.model.commands import RetryDead

HERE = Path(__file__)


def line_of(text: str) -> int:
    """The line of this file that has *text*."""
    lines = HERE.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def forgets_a_call(town: Town, run: Run) -> object:
    return town.books.post("/entries", json={})  # the call


def forgets_a_step(town: Town, run: Run) -> object:
    return run.step("mine", lambda: 1)  # the step


def forgets_a_sleep(town: Town, run: Run) -> object:
    return run.sleep(timedelta(hours=1))  # the sleep


def forgets_an_event(town: Town, run: Run) -> object:
    return run.emit("posted", {})  # the event


FORGOTTEN = [
    (forgets_a_call, "books.post('/entries')", "# the call"),
    (forgets_a_step, "run.step('mine')", "# the step"),
    (forgets_a_sleep, "run.sleep", "# the sleep"),
    (forgets_an_event, "run.emit('posted')", "# the event"),
]


@pytest.mark.parametrize(("forget", "what", "mark"), FORGOTTEN)
async def test_a_forgotten_await_is_dead_with_its_line(
    engine: Engine,
    vendor: Vendor,
    town: Town,
    forget: Callable[[Town, Run], object],
    what: str,
    mark: str,
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/first", json={})
        forget(town, run)

    await engine.open(town.hub)
    await engine.take()

    run = await engine.only()
    assert run.dead is not None
    assert run.dead.kind == "forgotten-await"
    assert f"{what} at {HERE}:{line_of(mark)}; write await before it" in run.dead.reason
    assert vendor.paths() == ["/first"]


async def test_once_it_is_mended_what_was_done_stays_done(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    is_mended = False

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/first", json={})
        second = town.books.post("/second", json={})
        if is_mended:
            await second

    await engine.open(town.hub)
    run = await engine.take()
    is_mended = True
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by(), as_new_action=False))
    await engine.work()

    assert vendor.paths() == ["/first", "/second"]
    assert await engine.states() == ["done"]


@pytest.mark.parametrize("begins", [True, False], ids=["under way", "not begun"])
async def test_a_task_that_nobody_waits_for_is_dead_and_its_effect_is_remembered(
    engine: Engine, vendor: Vendor, town: Town, *, begins: bool
) -> None:
    kept: list[asyncio.Task[Any]] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        kept.append(asyncio.create_task(town.books.post("/entries", json={})))
        if begins:
            await asyncio.sleep(0)

    await engine.open(town.hub)
    await engine.take()

    run = await engine.only()
    assert run.dead is not None
    assert "books.post('/entries') at " in run.dead.reason
    assert vendor.paths() == (["/entries"] if begins else [])
    for task in kept:
        assert task.done()
        task.exception()


async def test_what_is_gathered_or_awaited_later_is_not_forgotten(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        later = town.books.post("/later", json={})
        waits: list[Awaitable[object]] = [
            town.books.post("/entries", json={"n": n}) for n in range(100)
        ]
        await asyncio.gather(*waits)
        async with asyncio.TaskGroup() as group:
            group.create_task(town.chat.post("/messages", json={}))
        await later

    await engine.open(town.hub)
    await engine.take()

    assert await engine.states() == ["done"]
    assert len(vendor.asked) == 102


async def test_a_run_that_fails_for_another_reason_says_that_one(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        forgets_a_call(town, run)
        raise LookupError("no such order")

    await engine.open(town.hub)
    await engine.take()

    run = await engine.only()
    assert run.dead is not None
    assert run.dead.kind == "LookupError"


async def test_a_run_that_is_suspended_beside_others_is_not_accused(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        second = town.books.post("/second", json={})
        await town.books.post("/first", json={})
        await second

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    assert await engine.states() == ["retrying"]
    await engine.pass_time(seconds=30)

    assert vendor.paths() == ["/first", "/first", "/second"]
    assert await engine.states() == ["done"]


@pytest.mark.parametrize(("forget", "what", "mark"), FORGOTTEN)
async def test_a_plain_test_fails_too(
    forget: Callable[[Town, Run], object], what: str, mark: str
) -> None:
    town = a_town(Vendor(port=9))

    with pytest.raises(AssertionError) as failed:
        async with tieline.testing.plain(town.hub) as run:
            forget(town, run)

    assert str(failed.value) == f"never awaited: {what} at {HERE}:{line_of(mark)}"
