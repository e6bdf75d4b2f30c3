"""Holds: a flow wants a person's yes; it goes on behind it once, whatever happens meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.engine import DROP, Engine, Town, Vendor

from tieline import Hold, LetThrough, Run
from tieline.model.base.errors import Conflict
from tieline.model.base.ids import RunId
from tieline.model.commands import ReplayFilter, ResolveHeld, StartReplay
from tieline.operations import decide
from tieline.operations.decide import Decision
from tieline.operations.story import story

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIMIT = "amount above limit"


async def resolved(engine: Engine, decision: Decision, why: str = "checked with finance") -> None:
    """A person decides about the only run, and it is executed."""
    run = await engine.only()
    await decide.resolve(engine.parts.journal, run.run.id, engine.by(why), decision)
    await engine.work()


async def test_a_hold_that_was_let_through_says_who_when_and_why(
    engine: Engine, town: Town
) -> None:
    seen: list[LetThrough] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        seen.append(await run.hold(LIMIT))

    await engine.open(town.hub)
    held = await engine.take()
    assert (held.run.state, held.run.reason, held.run.step_in_doubt) == ("held", LIMIT, None)
    assert seen == []

    await engine.pass_time(hours=1)
    at_us = engine.clock.at_us
    await resolved(engine, Decision.CONTINUE)

    assert await engine.states() == ["done"]
    (passed,) = seen
    assert (passed.by, passed.words) == ("tester", "checked with finance")
    assert (passed.at - EPOCH) // timedelta(microseconds=1) == at_us


async def test_a_yes_survives_a_crash_behind_it(engine: Engine, vendor: Vendor, town: Town) -> None:
    """The process dies after the effect and before anything of it is stored."""
    seen: list[LetThrough] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        passed = await run.hold(LIMIT)
        seen.append(passed)
        await town.books.post("/payouts", json={"by": passed.by, "why": passed.words})

    await engine.open(town.hub)
    await engine.take()
    await engine.restart(town.hub)
    vendor.answers = [DROP]
    await resolved(engine, Decision.CONTINUE)
    await engine.restart(town.hub)
    await engine.pass_time(minutes=5)

    assert await engine.states() == ["done"]
    assert [one.json for one in vendor.asked] == [
        {"by": "tester", "why": "checked with finance"}
    ] * 2
    assert len({one.key for one in vendor.asked}) == 1
    assert len(set(seen)) == 1


@pytest.mark.parametrize("has_key", [False, True])
async def test_a_yes_is_for_one_hold_of_several(engine: Engine, town: Town, has_key: bool) -> None:
    passed: list[str] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for line in ("pens", "cars"):
            let = await run.hold(LIMIT, key=line if has_key else None)
            passed.append(f"{line}: {let.words}")

    await engine.open(town.hub)
    await engine.take()
    await resolved(engine, Decision.CONTINUE, "pens are cheap")
    assert (await engine.states(), passed) == (["held"], ["pens: pens are cheap"])

    passed.clear()
    await resolved(engine, Decision.CONTINUE, "the boss needs one")
    assert await engine.states() == ["done"]
    assert passed == ["pens: pens are cheap", "cars: the boss needs one"]


async def test_a_hold_with_other_words_asks_again(engine: Engine, town: Town) -> None:
    amount = 11_000

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.hold(f"{amount} EUR", key="amount")
        await run.hold("and the second")

    await engine.open(town.hub)
    await engine.take()
    await resolved(engine, Decision.CONTINUE)
    assert (await engine.only()).run.reason == "and the second"

    amount = 99_000
    await resolved(engine, Decision.RETRY)
    assert (await engine.only()).run.reason == "99000 EUR"

    await resolved(engine, Decision.CONTINUE)
    await resolved(engine, Decision.CONTINUE)
    assert await engine.states() == ["done"]


async def test_of_parallel_holds_one_is_let_through_at_a_time(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await asyncio.gather(*(run.hold(f"check {name}") for name in ("ann", "bob", "cid")))

    await engine.open(town.hub)
    await engine.take()
    asked = []
    for _ in range(3):
        asked.append((await engine.only()).run.reason)
        await resolved(engine, Decision.CONTINUE)

    assert await engine.states() == ["done"]
    assert sorted(map(str, asked)) == ["check ann", "check bob", "check cid"]


async def test_what_is_raised_goes_on_where_the_flow_asks_first(engine: Engine, town: Town) -> None:
    words: list[str] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for _ in range(2):
            passed = run.let_through(LIMIT)
            if passed is None:
                raise Hold(LIMIT)
            words.append(passed.words)

    await engine.open(town.hub)
    await engine.take()
    await resolved(engine, Decision.CONTINUE, "one")
    words.clear()
    await resolved(engine, Decision.CONTINUE, "two")

    assert (await engine.states(), words) == (["done"], ["one", "two"])


async def test_a_flow_may_tell_people_before_it_holds(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    words: list[str] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        for line in ("pens", "cars"):
            if run.let_through(LIMIT) is None:
                await town.books.post("/please-look", json={"line": line}, key=line)
            words.append((await run.hold(LIMIT)).words)

    await engine.open(town.hub)
    await engine.take()
    await resolved(engine, Decision.CONTINUE, "one")
    assert (await engine.states(), words) == (["held"], ["one"])
    words.clear()
    await resolved(engine, Decision.CONTINUE, "two")

    assert (await engine.states(), words) == (["done"], ["one", "two"])
    assert [one.json["line"] for one in vendor.asked] == ["pens", "cars"]


async def test_a_raise_that_nobody_asks_about_says_what_its_author_has_to_do(
    engine: Engine, town: Town
) -> None:
    is_mended = False

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        if is_mended:
            await run.hold(LIMIT)
        else:
            raise Hold(LIMIT)

    await engine.open(town.hub)
    await engine.take()
    await resolved(engine, Decision.CONTINUE)

    run = await engine.only()
    assert run.run.state == "held"
    assert "tester let it pass, and the flow raises it again" in str(run.run.reason)
    with pytest.raises(Conflict, match="holds nothing that can be let through"):
        await resolved(engine, Decision.CONTINUE)

    is_mended = True
    await resolved(engine, Decision.RETRY)
    assert await engine.states() == ["done"], "what was let through stays so"


async def test_a_hold_asks_again_after_a_retry_and_in_a_replay(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.hold(LIMIT)

    await engine.open(town.hub)
    await engine.take()
    await resolved(engine, Decision.RETRY)
    assert await engine.states() == ["held"]
    await resolved(engine, Decision.CONTINUE)
    assert await engine.states() == ["done"]

    everything = ReplayFilter(event_ids=((await engine.only()).run.event_id,))
    await engine.parts.journal.commit(
        StartReplay(engine.ids.replay(), everything, 10, 1, as_new_action=False, by=engine.by())
    )
    await engine.replay()
    assert await engine.states() == ["done", "held"]


async def test_each_kind_of_held_run_names_the_verbs_that_it_has(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        if order.get("is_big"):
            await run.hold(LIMIT)
        await town.chat.post("/messages", json={})

    await engine.open(town.hub)
    hold = (await engine.take({"is_big": True})).run.id
    vendor.answers = [DROP]
    doubt = (await engine.take({})).run.id

    async def refused(run_id: RunId, decision: str) -> str:
        with pytest.raises(Conflict) as refusal:
            await engine.parts.journal.commit(ResolveHeld(run_id, decision, engine.by()))
        return str(refusal.value)

    assert "resolve it with continue (it may pass), retry or give-up" in await refused(hold, "done")
    said = await refused(doubt, "continue")
    assert "the outcome of chat POST /messages is unknown" in said
    assert "done (it happened), retry (it did not) or give-up" in said
    assert await engine.states() == ["held", "held"]


async def test_the_story_tells_the_question_and_the_answer(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.hold(LIMIT)

    await engine.open(town.hub)
    held = await engine.take()
    told = await story(engine.parts.views, held.run.event_id)
    assert told.ending == "1 run held by a flow: a person has to let it pass"

    await resolved(engine, Decision.CONTINUE)
    lines = [line.words for line in (await story(engine.parts.views, held.run.event_id)).lines]
    assert f"flow asks a person: {LIMIT}" in lines
    assert "let through by tester: checked with finance" in lines
