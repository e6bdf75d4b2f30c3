"""A clock that is put back: nothing waits longer than it was to, in a process or over a restart."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import Retry, Run
from tieline.features.schedules.model import ListSchedules
from tieline.model.commands import Pause
from tieline.model.views.views import ListPauses

HOUR_US = 3_600_000_000
SetBack = Callable[[Engine, Town], Awaitable[None]]


async def in_the_process(engine: Engine, town: Town) -> None:
    engine.clock.jump(hours=-6)
    await engine.parts.house.beat_pass()


async def over_a_restart(engine: Engine, town: Town) -> None:
    await engine.close()
    engine.clock.jump(hours=-6)
    await engine.open(town.hub)


BOTH = pytest.mark.parametrize("set_back", [in_the_process, over_a_restart])


@BOTH
async def test_a_sleep_is_as_long_as_it_was_to_be(
    engine: Engine, town: Town, set_back: SetBack
) -> None:
    ended: list[str] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.sleep(timedelta(hours=1))
        ended.append("first")
        await run.sleep(timedelta(hours=24))
        ended.append("second")

    await engine.open(town.hub)
    await engine.take()
    await set_back(engine, town)

    await engine.pass_time(minutes=59)
    assert ended == []
    await engine.pass_time(minutes=2)
    assert ended == ["first"]
    await set_back(engine, town)
    await engine.pass_time(hours=23, minutes=59)
    assert "second" not in ended
    await engine.pass_time(minutes=2)
    assert (ended[-1], await engine.states()) == ("second", ["done"])


@BOTH
async def test_a_retry_comes_when_it_was_to_come(
    engine: Engine, town: Town, set_back: SetBack
) -> None:
    times = 0

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise Retry("not yet", after=timedelta(minutes=10))

    await engine.open(town.hub)
    await engine.take()
    await set_back(engine, town)

    await engine.pass_time(minutes=9)
    assert times == 1
    await engine.pass_time(minutes=2)
    assert (times, await engine.states()) == (2, ["done"])


async def test_a_pause_that_a_provider_asked_for_and_a_refused_credential_are_over_in_time(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    books = town.books

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await books.get("/entries")

    await engine.open(town.hub)
    vendor.answers = [Answer(429, headers=(("Retry-After", "3600"),)), Answer(401)]
    await engine.take()
    await in_the_process(engine, town)
    await engine.pass_time(hours=1, minutes=1)
    await engine.pass_time(minutes=11)

    assert await engine.states() == ["done"]


@pytest.mark.parametrize("how", ["sleep", "retry", "wait"])
async def test_milliseconds_that_are_taken_for_seconds_are_refused_where_they_are(
    engine: Engine, town: Town, how: str
) -> None:
    span = timedelta(seconds=1_767_225_600_000)

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        if how == "sleep":
            await run.sleep(span)
        if how == "retry":
            raise Retry("later", after=span)
        await run.wait_for("thing.done", key=1, within=span)

    @town.hub.flow(on=town.hub.topic("thing.done"))
    async def other(order: dict[str, Any], run: Run) -> None:
        run.refer(thing=1)

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, run.dead and run.dead.kind) == ("dead", "ValueError")
    assert "20,454,000 days; use ten years at most" in str(run.run.reason)


@BOTH
async def test_a_schedule_fires_at_the_next_time_after_now(
    engine: Engine, town: Town, set_back: SetBack
) -> None:
    @town.hub.flow(on=town.hub.schedule("0 12 * * *", zone="UTC", name="noon"))
    async def noon(order: dict[str, Any], run: Run) -> None:
        pass

    await engine.open(town.hub)
    engine.clock.advance(hours=13)  # it starts at midnight
    await engine.kept["schedules"].pass_()
    for _ in range(5):
        await set_back(engine, town)  # 30 hours in all
    await engine.kept["schedules"].pass_()

    [row] = await engine.parts.views.read(ListSchedules())
    assert 0 < row.next_us - engine.clock.at_us <= 24 * HOUR_US


@BOTH
async def test_a_pause_for_an_hour_ends_after_an_hour(
    engine: Engine, town: Town, set_back: SetBack
) -> None:
    await engine.open(town.hub)
    by = engine.by()
    await engine.parts.journal.commit(Pause("connection", "books", by, by.at_us + HOUR_US))
    await set_back(engine, town)

    [held] = await engine.parts.views.read(ListPauses())
    assert held.until_us == engine.clock.at_us + HOUR_US


async def test_a_clock_that_is_put_forward_and_back_by_a_little_changes_nothing(
    engine: Engine, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.sleep(timedelta(hours=1))

    await engine.open(town.hub)
    await engine.take()
    due_us = (await engine.only()).run.due_us
    for seconds in (1, -1, 5, -1.5):
        engine.clock.jump(seconds=seconds)
        await engine.parts.house.beat_pass()

    assert (await engine.only()).run.due_us == due_us
