"""Doubts: a look-up waits until there is something to see, and a key that may be forgotten is not
trusted; chains of events end."""

from datetime import timedelta
from typing import Any

import pytest
from tests.engine import DROP, Answer, Engine, Town, Vendor, a_town

from tieline import Connector, NoAuth, RetryPolicy, Run
from tieline.model.commands import ResolveHeld, RetryDead
from tieline.rules.runs.hops import MOST_HOPS

PATIENT = RetryPolicy(attempts=50, first=timedelta(hours=10), cap=timedelta(hours=10))


# --- confirm= -------------------------------------------------------------------------------------


async def test_a_look_up_waits_as_long_as_the_connection_says_and_the_wait_is_stored(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, confirm_after=timedelta(minutes=2))
    looks: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            looks.append(engine.clock.at_us)
            return {"id": "m_1"}

        await town.chat.post("/messages", json={}, confirm=find)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    run = await engine.take()
    due_us = run.run.due_us
    assert due_us is not None
    assert (run.run.state, looks) == ("retrying", [])

    await engine.pass_time(seconds=119)
    assert looks == []
    await engine.pass_time(seconds=2)
    assert len(looks) == 1
    assert looks[0] >= due_us
    assert await engine.states() == ["done"]
    assert len(vendor.asked) == 1


async def test_without_a_word_a_look_up_waits_some_seconds(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    looks: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        async def find() -> Any:
            looks.append(1)
            return {"id": "m_1"}

        await town.chat.post("/messages", json={}, confirm=find)

    vendor.answers = [DROP]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=4)
    assert looks == []
    await engine.pass_time(seconds=2)
    assert (looks, await engine.states()) == ([1], ["done"])


# --- how long a provider remembers a key ----------------------------------------------------------


def a_forgetful_town(vendor: Vendor) -> Any:
    town = a_town(vendor, retry=PATIENT)
    bank = town.hub.connect(
        "bank",
        Connector(
            "bank",
            auth=NoAuth(),
            idempotency_header="Idempotency-Key",
            idempotency_life=timedelta(hours=24),
        ),
        base_url=vendor.url,
        allow=("127.0.0.1",),
        retry=PATIENT,
    )

    @town.hub.flow(on=town.on(), deadline=timedelta(days=30))
    async def pay(order: dict[str, Any], run: Run) -> None:
        await bank.post("/payments", json={})

    return town


async def test_a_key_that_is_still_in_use_after_our_own_timeout_is_waited_for(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_forgetful_town(vendor)
    busy = Answer(409, {"error": {"code": "idempotency_key_in_use"}})
    vendor.answers = [DROP, busy, busy, Answer(201, {"id": "p_1"})]
    await engine.open(town.hub)
    await engine.take()
    for _ in range(3):
        await engine.pass_time(hours=6)

    assert await engine.states() == ["done"]
    assert len({asked.key for asked in vendor.asked}) == 1


async def test_a_conflict_at_the_first_attempt_is_a_refusal(engine: Engine, vendor: Vendor) -> None:
    town = a_forgetful_town(vendor)
    vendor.answers = [Answer(409)]
    await engine.open(town.hub)
    await engine.take()

    assert (len(vendor.asked), await engine.states()) == (1, ["dead"])


async def test_a_repeat_after_the_provider_may_have_forgotten_the_key_is_held(
    engine: Engine, vendor: Vendor
) -> None:
    engine.ids.next_chance = 0.99
    town = a_forgetful_town(vendor)
    vendor.rule = lambda asked: Answer(503)
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(hours=10)
    await engine.pass_time(hours=10)
    assert (len(vendor.asked), await engine.states()) == (3, ["retrying"])

    await engine.pass_time(hours=10)
    run = await engine.only()
    assert len(vendor.asked) == 3
    assert run.run.state == "held"
    assert "remembers an idempotency key for 1d" in (run.run.reason or "")

    vendor.rule = None
    await engine.parts.journal.commit(ResolveHeld(run.run.id, "retry", engine.by()))
    await engine.work()
    assert (len(vendor.asked), await engine.states()) == (4, ["done"])


async def test_what_surely_was_not_applied_is_repeated_however_late(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_forgetful_town(vendor)
    vendor.answers = [Answer(429, headers=(("retry-after", "80000"),))] * 2
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=80_001)
    await engine.pass_time(seconds=80_001)

    assert (len(vendor.asked), await engine.states()) == (3, ["done"])


async def test_a_dead_run_that_is_retried_too_late_is_held_too(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor)
    bank = town.hub.connect(
        "bank",
        Connector(
            "bank",
            auth=NoAuth(),
            idempotency_header="Idempotency-Key",
            idempotency_life=timedelta(hours=24),
        ),
        base_url=vendor.url,
        allow=("127.0.0.1",),
        retry=RetryPolicy(attempts=1),
    )

    @town.hub.flow(on=town.on())
    async def pay(order: dict[str, Any], run: Run) -> None:
        await bank.post("/payments", json={})

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    run = await engine.take()
    assert run.run.state == "dead"
    await engine.pass_time(hours=25)
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()

    assert (len(vendor.asked), await engine.states()) == (1, ["held"])


async def test_what_a_provider_refused_may_be_tried_again_at_any_time(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_forgetful_town(vendor)
    vendor.answers = [Answer(422)]
    await engine.open(town.hub)
    run = await engine.take()
    assert run.run.state == "dead"
    await engine.pass_time(days=3)
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()

    assert (len(vendor.asked), await engine.states()) == (2, ["done"])


# --- chains of events -----------------------------------------------------------------------------


@pytest.mark.parametrize("topic", ["*", "again"])
async def test_a_flow_that_listens_to_what_it_emits_comes_to_an_end(
    engine: Engine, town: Town, topic: str
) -> None:
    @town.hub.flow(on=town.on())
    async def begin(order: dict[str, Any], run: Run) -> None:
        await run.emit("again", {"n": 1})

    @town.hub.flow(on=town.hub.topic(topic))
    async def echo(event: dict[str, Any], run: Run) -> None:
        await run.emit("again", {"n": event["n"] + 1})

    await engine.open(town.hub)
    await engine.deliver()
    await engine.work()

    runs = await engine.runs("echo")
    assert len(runs) == MOST_HOPS
    assert [run.run.state for run in runs] == ["done"] * (MOST_HOPS - 1) + ["dead"]
    last = runs[-1]
    assert last.dead is not None
    assert last.dead.kind == "endless-chain"
    assert "echo emits 'again'" in last.dead.reason
    assert last.run.event_id in last.dead.reason


async def test_however_many_events_one_run_emits_its_chain_is_short(
    engine: Engine, town: Town
) -> None:
    seen: list[int] = []

    @town.hub.flow(on=town.on())
    async def begin(order: dict[str, Any], run: Run) -> None:
        for number in range(MOST_HOPS * 2):
            await run.emit("one", {"n": number}, key=str(number))

    @town.hub.flow(on=town.hub.topic("one"))
    async def count(event: dict[str, Any], run: Run) -> None:
        seen.append(event["n"])

    await engine.open(town.hub)
    await engine.deliver()
    await engine.work()

    assert sorted(seen) == list(range(MOST_HOPS * 2))
    assert set(await engine.states()) == {"done"}
