"""Lanes and places: order by key under failures, priorities, concurrency, and old before new."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.engine import DROP, QUICK, Answer, Asked, Engine, Town, Vendor, a_town, until

from tieline import Contract, HeadPolicy, Reject, RetryPolicy, Run
from tieline.model.commands import Cancel, DiscardDead, ResolveHeld, RetryDead


class Order(Contract, name="order", version=1):
    customer: str
    n: int


def ordering(town: Town, refused: set[int], **dials: Any) -> None:
    books = town.books

    @town.hub.flow(on=town.on(contract=Order), ordered_by="customer", **dials)
    async def post(order: Order, run: Run) -> None:
        if order.n in refused:
            raise Reject("no")
        await books.post("/entries", json={"customer": order.customer, "n": order.n})


def numbers(vendor: Vendor, customer: str = "a") -> list[int]:
    """What arrived of a customer, each repeat left out."""
    seen = [a.json["n"] for a in vendor.asked if a.json["customer"] == customer]
    return list(dict.fromkeys(seen))


async def test_runs_of_one_key_go_one_at_a_time_in_order_whatever_fails(
    engine: Engine, vendor: Vendor
) -> None:
    town = a_town(vendor, retry=RetryPolicy(attempts=100))
    ordering(town, set())
    failing = iter([DROP, Answer(503), Answer(200, {}), Answer(500), Answer(200, {}), DROP] * 100)

    async def rule(asked: Asked) -> Answer:
        await asyncio.sleep(0.001)
        return next(failing)

    vendor.rule = rule
    await engine.open(town.hub)
    for number in range(24):
        await engine.deliver({"customer": "abc"[number % 3], "n": number})
    for _ in range(300):
        await engine.pass_time(minutes=11)
        if set(await engine.states()) == {"done"}:
            break

    assert await engine.states() == ["done"] * 24
    for at, customer in enumerate("abc"):
        assert numbers(vendor, customer) == list(range(at, 24, 3))


async def test_keys_do_not_wait_for_each_other(engine: Engine, vendor: Vendor, town: Town) -> None:
    ordering(town, set())
    vendor.rule = lambda asked: Answer(503 if asked.json["customer"] == "a" else 200, {})
    await engine.open(town.hub)
    for number in range(6):
        await engine.deliver({"customer": "ab"[number % 2], "n": number})
    await engine.work()

    assert (numbers(vendor, "a"), numbers(vendor, "b")) == ([0], [1, 3, 5])


async def test_a_dead_run_stops_its_lane_until_somebody_decides(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    refused = {1}
    ordering(town, refused)
    await engine.open(town.hub)
    for number in range(4):
        await engine.deliver({"customer": "a", "n": number})
    await engine.work()
    assert await engine.states() == ["done", "dead", "ready", "ready"]

    refused.clear()
    dead = (await engine.rows())[1]
    await engine.parts.journal.commit(RetryDead(dead.id, engine.by()))
    await engine.work()
    assert numbers(vendor) == [0, 1, 2, 3]
    assert await engine.states() == ["done"] * 4


async def test_a_dead_run_that_is_discarded_lets_its_lane_go_on(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    ordering(town, {0})
    await engine.open(town.hub)
    for number in range(3):
        await engine.deliver({"customer": "a", "n": number})
    await engine.work()
    await engine.parts.journal.commit(DiscardDead((await engine.rows())[0].id, engine.by()))
    await engine.work()

    assert numbers(vendor) == [1, 2]


async def test_a_lane_that_skips_goes_on_behind_its_dead(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    ordering(town, {1, 2}, on_dead_head=HeadPolicy.SKIP)
    await engine.open(town.hub)
    for number in range(4):
        await engine.deliver({"customer": "a", "n": number})
    await engine.work()

    assert await engine.states() == ["done", "dead", "dead", "done"]


async def test_a_payload_that_cannot_be_read_any_more_obeys_the_lanes_policy(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    class Stricter(Order, name="order", version=2):
        vat: str

    ordering(town, set(), on_dead_head=HeadPolicy.SKIP)
    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    for number in range(2):
        await engine.deliver({"customer": "a", "n": number})
    await engine.work()
    stricter = a_town(vendor)

    @stricter.hub.flow(
        on=stricter.on(contract=Stricter),
        ordered_by="customer",
        name="post",
        on_dead_head=HeadPolicy.SKIP,
    )
    async def post(order: Stricter) -> None: ...

    await engine.restart(stricter.hub)
    await engine.pass_time(minutes=1)

    assert await engine.states() == ["dead", "dead"]


async def test_a_held_run_stops_its_lane_and_giving_it_up_lets_it_go(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    chat = town.chat

    @town.hub.flow(on=town.on(contract=Order), ordered_by="customer")
    async def say(order: Order, run: Run) -> None:
        await chat.post("/messages", json={"customer": order.customer, "n": order.n})

    vendor.answers = [DROP]
    await engine.open(town.hub)
    for number in range(3):
        await engine.deliver({"customer": "a", "n": number})
    await engine.work()
    assert await engine.states() == ["held", "ready", "ready"]

    held = (await engine.rows())[0]
    await engine.parts.journal.commit(ResolveHeld(held.id, "give-up", engine.by()))
    await engine.work()
    assert await engine.states() == ["cancelled", "done", "done"]


async def test_cancelling_the_head_of_a_lane_lets_the_next_go(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    ordering(town, set())
    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    for number in range(2):
        await engine.deliver({"customer": "a", "n": number})
    await engine.work()
    await engine.parts.journal.commit(Cancel((await engine.rows())[0].id, engine.by()))
    await engine.work()

    assert await engine.states() == ["cancelled", "done"]


async def test_a_run_that_sleeps_keeps_its_place_at_the_head(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    books = town.books

    @town.hub.flow(on=town.on(contract=Order), ordered_by="customer")
    async def post(order: Order, run: Run) -> None:
        if order.n == 0:
            await run.sleep(timedelta(hours=1))
        await books.post("/entries", json={"customer": order.customer, "n": order.n})

    await engine.open(town.hub)
    for number in range(2):
        await engine.deliver({"customer": "a", "n": number})
    await engine.work()
    assert vendor.asked == []

    await engine.pass_time(hours=1)
    assert numbers(vendor) == [0, 1]


async def test_ready_work_of_a_higher_priority_is_claimed_first(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    engine.is_fast = False
    books = town.books

    @town.hub.flow(on=town.on("slow"), priority=8, concurrency=1)
    async def low(order: dict[str, Any], run: Run) -> None:
        await books.post("/low", json={})

    @town.hub.flow(on=town.on("urgent"), priority=0, concurrency=1)
    async def high(order: dict[str, Any], run: Run) -> None:
        await books.post("/high", json={})

    engine.at_once = 1
    await engine.open(town.hub)
    for kind in ("slow", "slow", "urgent", "urgent"):
        await engine.deliver(kind=kind)
    await engine.work()

    assert vendor.paths() == ["/high", "/high", "/low", "/low"]


async def test_no_more_runs_of_a_flow_are_executed_than_it_allows(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    books = town.books

    @town.hub.flow(on=town.on(), concurrency=2)
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json={})

    async def rule(asked: Asked) -> Answer:
        await asyncio.sleep(0.005)
        return Answer()

    vendor.rule = rule
    await engine.open(town.hub)
    for number in range(9):
        await engine.deliver({"n": number})
    await engine.work()

    assert vendor.most_in_flight == 2
    assert await engine.states() == ["done"] * 9


async def test_what_came_later_does_not_overtake_what_waits_for_a_place(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    books = town.books

    @town.hub.flow(on=town.on(), concurrency=1)
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json=order)

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    for number in range(3):
        await engine.deliver({"n": number})
        await engine.parts.back.claim_pass()
    await until(lambda: len(vendor.asked) == 1)
    vendor.gate.set()
    await until(lambda: engine.parts.back.busy == 0)
    await engine.deliver({"n": 3})
    await engine.work()

    assert [asked.json["n"] for asked in vendor.asked] == [0, 1, 2, 3]


async def test_a_free_hub_executes_what_arrives_without_looking_for_it(
    engine: Engine, vendor: Vendor, town: Town, path: str
) -> None:
    books = town.books

    @town.hub.flow(on=town.on(), retry=QUICK)
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json={})

    await engine.open(town.hub)
    await engine.deliver()
    await engine.at_rest()

    assert await engine.states() == (["done"] if path == "fast" else ["ready"])


async def test_events_without_a_key_wait_for_nobody(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    class Loose(Contract, name="loose", version=1):
        customer: str | None
        n: int

    @town.hub.flow(on=town.on(contract=Loose), ordered_by="customer")
    async def post(order: Loose, run: Run) -> None:
        await town.books.post("/entries", json={"customer": order.customer, "n": order.n})

    vendor.rule = lambda asked: Answer(503 if asked.json["n"] == 0 else 200, {})
    await engine.open(town.hub)
    for number, customer in enumerate((None, None, "None", None)):
        await engine.deliver({"customer": customer, "n": number})
    await engine.work()

    assert [row.state for row in await engine.rows()] == ["retrying", "done", "done", "done"]
