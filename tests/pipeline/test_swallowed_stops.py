"""Swallowed stops: a flow that catches what stops it is ended, and says at which line."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor, until

from tieline import Reject, Run
from tieline.model.commands import ResolveHeld

HOUR = timedelta(hours=1)
ASKED: dict[str, Callable[[Town, Run], Awaitable[Any]]] = {
    "chat.post('/charge')": lambda town, run: town.chat.post("/charge", json={}),
    "run.sleep": lambda town, run: run.sleep(HOUR),
    "run.hold('look')": lambda town, run: run.hold("look"),
    "run.step('own')": lambda town, run: run.step("own", dict),
    "run.emit('topic')": lambda town, run: run.emit("topic", {}),
}


@pytest.mark.parametrize("asked", ASKED)
async def test_a_bare_except_in_a_loop_is_held_with_its_line_and_others_go_on(
    engine: Engine, vendor: Vendor, town: Town, asked: str
) -> None:
    caught: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        while True:
            try:
                await run.sleep(HOUR)
            except:  # noqa: E722 - as authors write it
                caught.append(1)
            try:
                await ASKED[asked](town, run)
            except BaseException:  # noqa: BLE001 - the same
                caught.append(1)

    @town.hub.flow(on=town.on("order.beside"))
    async def beside(order: dict[str, Any]) -> None:
        await town.books.post("/beside", json={})

    await engine.open(town.hub)
    await engine.deliver()
    await engine.take(kind="order.beside")

    (held,) = await engine.rows("flow")
    assert held.state == "held"
    assert "the flow catches what stops it, and goes on to ask for" in (held.reason or "")
    assert f"{__file__}:" in (held.reason or "")
    assert await engine.states("beside") == ["done"]
    assert len(caught) < 100
    assert "/charge" not in vendor.paths()


async def test_what_was_done_before_stays_done(engine: Engine, vendor: Vendor, town: Town) -> None:
    """The release that follows has its cure."""
    is_mended: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/charge", json={})
        while not is_mended:
            with suppress(BaseException):
                await town.books.post("/entries", json={})

    vendor.answers = [Answer(), Answer(503)]
    await engine.open(town.hub)
    run = await engine.take()
    assert run.run.state == "held"

    is_mended.append(1)
    await engine.parts.journal.commit(ResolveHeld(run.run.id, "retry", engine.by()))
    await engine.work()
    assert (await engine.states(), vendor.paths()) == (["done"], ["/charge", "/entries"])


async def test_one_task_of_several_is_enough(engine: Engine, vendor: Vendor, town: Town) -> None:
    async def deaf() -> None:
        while True:
            with suppress(BaseException):
                await town.books.post("/entries", json={})

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await asyncio.gather(deaf(), run.step("own", dict))

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.state == "held"
    assert [step.name for step in run.steps if step.state == "done"] == ["own"]
    assert engine.parts.back.busy == 0


async def test_a_clean_up_that_catches_a_few_stops_is_no_reason_to_hold(
    engine: Engine, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            await run.sleep(HOUR)
        finally:
            for number in range(10):
                with suppress(BaseException):
                    await town.books.post(f"/locks/{number}", json={})

    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.state == "waiting"


async def test_a_flow_that_catches_the_end_of_its_time_again_and_again_is_held(
    engine: Engine, town: Town
) -> None:
    begun: list[int] = []

    @town.hub.flow(on=town.on(), time_limit=timedelta(minutes=1))
    async def flow(order: dict[str, Any], run: Run) -> None:
        while True:
            begun.append(1)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: bool(begun))
    engine.clock.advance(minutes=2)
    while engine.parts.back.limit_pass():
        await asyncio.sleep(0)
    await engine.at_rest()

    run = await engine.only()
    assert (run.run.state, len(begun)) == ("held", 11)
    assert "catches the end of its time (0:01:00 for one execution)" in (run.run.reason or "")


async def test_what_a_flow_asks_for_once_its_run_has_ended_is_named_as_not_sent(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            await town.books.post("/entries", json={})
        finally:
            await town.books.post("/unlock", json={})

    vendor.rule = lambda asked: Answer(503)
    await engine.open(town.hub)
    run = await engine.take()
    assert "not sent" not in (run.run.reason or "")
    for _ in range(5):
        await engine.pass_time(minutes=5)

    run = await engine.only()
    assert run.dead is not None
    assert run.dead.reason.endswith("; asked for after that, and not sent: books POST /unlock")
    assert set(vendor.paths()) == {"/entries"}


async def test_a_reject_lets_the_flow_clean_up(engine: Engine, vendor: Vendor, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            raise Reject("no")
        finally:
            await town.books.post("/unlock", json={})

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, run.run.reason, vendor.paths()) == ("dead", "no", ["/unlock"])
