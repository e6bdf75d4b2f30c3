"""A part of a flow that runs twice in one execution: whose step is whose is never guessed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import CallRefused, Reject, Run
from tieline.model.commands import ResolveHeld, RetryDead

Body = Callable[[], Awaitable[None]]


async def tried(body: Body, times: int = 3) -> None:
    """What a retry decorator does."""
    for number in range(times):
        try:
            return await body()
        except CallRefused:
            if number == times - 1:
                raise
            await asyncio.sleep(0)
    return None


def charge_and_tell(town: Town, key: str | None = None) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def body() -> None:
            await town.books.post("/charges", json={"cents": 100}, key=key)
            await town.books.post("/receipts", json={"to": "ann"})

        await tried(body)


async def resolve(engine: Engine, decision: str) -> None:
    run = (await engine.only()).run
    await engine.parts.journal.commit(ResolveHeld(run.id, decision, engine.by()))
    await engine.work()


@pytest.mark.parametrize(("decision", "charges"), [("done", 1), ("retry", 2)])
async def test_a_body_that_is_run_again_after_a_failure_makes_no_second_effect_unasked(
    engine: Engine, vendor: Vendor, town: Town, decision: str, charges: int
) -> None:
    charge_and_tell(town)
    vendor.rule = lambda asked: Answer(422 if asked.path == "/receipts" else 200, {})
    await engine.open(town.hub)
    run = await engine.take()

    assert vendor.paths() == ["/charges", "/receipts"]
    assert run.run.state == "held"
    reason = run.run.reason or ""
    assert "asked for again with the same arguments after books POST /receipts failed" in reason
    assert "give each its key=" in reason
    await resolve(engine, decision)
    assert await engine.states() == ["held"]  # the third round of the decorator
    await resolve(engine, "done")

    assert await engine.states() == ["dead"]
    assert vendor.paths().count("/charges") == charges
    assert vendor.paths().count("/receipts") == 1


async def test_a_call_that_is_asked_again_after_it_failed_is_the_same_step(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def call() -> None:
            await town.books.post("/charges", json={"cents": 100})

        await tried(call)

    vendor.answers = [Answer(422, {"title": "no such customer"})]
    await engine.open(town.hub)
    run = await engine.take()
    assert (run.run.state, [step.key for step in run.steps]) == ("dead", ["#1"])
    assert vendor.paths() == ["/charges"]

    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()
    assert vendor.paths() == ["/charges", "/charges"]
    assert len({asked.key for asked in vendor.asked}) == 1
    assert await engine.states() == ["done"]


async def test_the_author_says_with_a_key_that_it_is_another(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for number in range(3):
            try:
                await town.books.post("/charges", json={"cents": 100}, key=f"try {number}")
            except CallRefused:
                continue
            break

    vendor.answers = [Answer(409), Answer(409)]
    await engine.open(town.hub)
    await engine.take()

    assert vendor.paths() == ["/charges"] * 3
    assert len({asked.key for asked in vendor.asked}) == 3
    assert await engine.states() == ["done"]


async def test_a_read_that_is_asked_again_is_read_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def look() -> None:
            await town.books.get("/charges/1")

        await tried(look)

    vendor.answers = [Answer(404), Answer(404), Answer(json={})]
    await engine.open(town.hub)
    await engine.take()

    assert (len(vendor.asked), await engine.states()) == (3, ["done"])


async def test_equal_effects_in_a_loop_without_a_failure_are_as_many_as_were_asked_for(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for cents in (1, 2, 1):
            try:
                await town.books.post("/charges", json={"cents": cents})
            except CallRefused:
                await run.emit("charge.refused", {"order": 7})
                await town.chat.post("/messages", json={"text": "refused"})

    vendor.rule = lambda asked: Answer(422 if asked.path == "/charges" else 200, {})
    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.state == "done"
    assert vendor.paths() == ["/charges", "/messages", "/charges", "/messages", "/messages"]


@pytest.mark.parametrize("second", [{"cents": 100}, {"cents": 200}], ids=["equal", "other"])
async def test_a_key_that_is_used_twice_in_one_execution_says_so(
    engine: Engine, vendor: Vendor, town: Town, second: dict[str, int]
) -> None:
    is_mended = False

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/charges", json={"cents": 100}, key="charge")
        await town.books.post("/charges", json=second, key="second" if is_mended else "charge")

    await engine.open(town.hub)
    run = await engine.take()
    assert run.dead is not None
    assert run.dead.kind == "key-used-twice"
    assert "'books POST /charges' (charge): this key= is used twice" in run.dead.reason
    assert vendor.paths() == ["/charges"]

    is_mended = True
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()
    assert [asked.json for asked in vendor.asked] == [{"cents": 100}, second]
    assert await engine.states() == ["done"]


@pytest.mark.parametrize("kind", ["step", "emit", "sleep"])
async def test_a_key_that_is_used_twice_says_so_whatever_it_names(
    engine: Engine, town: Town, kind: str
) -> None:
    made: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for _ in range(2):
            if kind == "step":
                await run.step("charge", made.append, 1, key="k")
            elif kind == "emit":
                await run.emit("charged", {}, key="k")
            else:
                await run.sleep(timedelta(0), key="k")

    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert (run.dead.kind, len(made)) == ("key-used-twice", 1 if kind == "step" else 0)


async def test_a_key_may_be_used_again_by_a_body_whose_call_with_it_failed(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def body() -> None:
            await town.books.post("/charges", json={"cents": 100}, key="charge")

        await tried(body)

    vendor.answers = [Answer(422)]
    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert run.dead.kind == "refused-422"


async def test_a_body_whose_effect_has_a_key_says_that_the_key_is_used_twice(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    charge_and_tell(town, key="charge")
    vendor.rule = lambda asked: Answer(422 if asked.path == "/receipts" else 200, {})
    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert (run.dead.kind, vendor.paths()) == ("key-used-twice", ["/charges", "/receipts"])


async def test_an_own_step_that_told_its_flow_no_is_made_again_as_the_same_step(
    engine: Engine, town: Town
) -> None:
    answers = [Reject("not yet"), Reject("not yet"), None]
    seen: list[str] = []

    def effect() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for _ in range(3):
            try:
                await run.step("effect", effect)
            except Reject as no:
                seen.append(no.reason)
            else:
                return

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, seen) == ("done", ["not yet", "not yet"])
    assert [(step.key, step.state) for step in run.steps] == [("#1", "done")]


async def test_a_flow_that_does_not_take_no_for_an_answer_ends(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        while True:
            try:
                await town.books.post("/charges", json={"cents": 100})
            except CallRefused:
                continue

    vendor.answers = [Answer(422)]
    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert (run.dead.kind, vendor.paths()) == ("asked-again", ["/charges"])
