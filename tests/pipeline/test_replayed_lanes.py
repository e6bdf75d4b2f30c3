"""Replayed lanes: a replay of ordered runs takes dead ones up where they stand, and ends."""

import time
from typing import Any

from tests.engine import Engine, Town, Vendor

from tieline import Contract, Hub, Reject, Run
from tieline.model.base.ids import ReplayId
from tieline.model.commands import DiscardDead, EditDead, ReplayFilter
from tieline.model.views.replay_plan import Plan, Queue
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import ListDead, ShowEvent, ShowReplay
from tieline.operations import replay
from tieline.operations.decide import edited

ID = ReplayId("rpl_01")
DEAD = ReplayFilter(states=("dead",))


class Order(Contract, name="order", version=1):
    customer: str
    n: int


def ordering(town: Town, refused: set[int]) -> None:
    """Posts in the order of each customer; orders in *refused* die, and stop their lane."""

    @town.hub.flow(on=town.on(contract=Order), ordered_by="customer")
    async def post(order: Order, run: Run) -> None:
        if order.n in refused:
            raise Reject("no")
        await town.books.post("/entries", json={"n": order.n})

    @town.hub.flow(on=town.on("note.made"))
    async def note(made: dict[str, Any], run: Run) -> None:
        """Takes what ``post`` does not."""


async def begin(engine: Engine, town: Town) -> None:
    await begin_with(engine, town.hub)


async def begin_with(engine: Engine, hub: Hub) -> None:
    """Ids carry real time; a replay of all events until now must not end before them."""
    engine.clock.at_us = time.time_ns() // 1_000
    engine.clock.advance(minutes=1)
    await engine.open(hub)


def numbers(vendor: Vendor) -> list[int]:
    return [asked.json["n"] for asked in vendor.asked]


async def deliver(engine: Engine, *orders: tuple[str, int]) -> None:
    for customer, number in orders:
        await engine.deliver({"customer": customer, "n": number})
    await engine.work()


async def planned(engine: Engine, wanted: ReplayFilter) -> Plan:
    parts, now_us = engine.parts, engine.clock.now_us()
    return await replay.plan(parts.views, parts.admitter, wanted, now_us=now_us)


async def replayed(engine: Engine, wanted: ReplayFilter, id_: ReplayId = ID) -> Plan:
    made = await planned(engine, wanted)
    await replay.start(engine.parts.journal, id_, made, 100, engine.by())
    engine.clock.advance(seconds=1)
    await engine.replay()
    return made


async def shown(engine: Engine, id_: ReplayId = ID) -> ReplayRow:
    return (await engine.parts.views.read(ShowReplay(id_))).replay


async def undecided(engine: Engine) -> int:
    return len((await engine.parts.views.read(ListDead())).rows)


async def test_dead_heads_of_lanes_recover_with_all_that_waits_behind_them(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    refused = {0, 1, 2}
    ordering(town, refused)
    await begin(engine, town)
    await deliver(engine, ("a", 0), ("b", 1), ("c", 2), ("a", 3), ("b", 4))
    refused.clear()

    made = await replayed(engine, DEAD)

    assert (made.runs, made.retries, made.queues) == ((("post", 3),), 3, ())
    assert await engine.states() == ["done"] * 5
    assert sorted(numbers(vendor)) == [0, 1, 2, 3, 4]
    assert numbers(vendor).index(0) < numbers(vendor).index(3)
    assert (await shown(engine)).progress == "done"
    assert await undecided(engine) == 0


async def test_what_was_edited_or_discarded_is_left_out_and_named(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    refused = {0, 1, 2}
    ordering(town, refused)
    await begin(engine, town)
    await deliver(engine, ("a", 0), ("b", 1), ("c", 2))
    parts = engine.parts
    first, second, _ = await engine.runs("post")
    original = (await parts.views.read(ShowEvent(first.event.id))).event
    document = b'{"customer":"a","n":10}'
    admission = edited(parts.admitter, original, first.run, document, engine.by())
    await parts.journal.commit(EditDead(first.run.id, admission, engine.by()))
    await parts.journal.commit(DiscardDead(second.run.id, engine.by()))
    await engine.work()
    refused.clear()

    made = await replayed(engine, DEAD)

    assert (made.events, made.runs) == (3, (("post", 1),))
    assert dict(made.left_out) == {
        "its dead run was edited, and runs as another event": 1,
        "its dead run was discarded": 1,
    }
    assert made.without_runs == ()
    assert numbers(vendor) == [10, 2]
    assert await undecided(engine) == 0


async def test_a_second_replay_of_what_is_decided_makes_nothing(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    refused = {0}
    ordering(town, refused)
    await begin(engine, town)
    await deliver(engine, ("a", 0))
    refused.clear()
    await replayed(engine, DEAD)

    made = await planned(engine, DEAD)

    assert (made.events, made.runs) == (0, ())
    assert numbers(vendor) == [0]


async def test_runs_that_would_wait_behind_a_dead_one_are_announced_and_told(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    refused = {1}
    ordering(town, refused)
    await begin(engine, town)
    await deliver(engine, ("a", 0))
    await deliver(engine, ("a", 1))
    first, dead = await engine.runs("post")
    head = dead.run

    made = await replayed(engine, ReplayFilter(event_ids=(first.event.id,)))

    assert made.runs == (("post", 1),)
    assert made.queues == (Queue(head.id, "dead", 1),)
    assert (await shown(engine)).progress == "all made, 1 still waiting"
    await engine.parts.journal.commit(DiscardDead(head.id, engine.by()))
    await engine.work()
    assert (await shown(engine)).progress == "done"


async def test_a_plan_of_a_flow_looks_only_at_what_the_flow_takes(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    ordering(town, set())
    await begin(engine, town)
    for number in range(7):
        await engine.deliver({}, kind="note.made")
        await deliver(engine, ("a", number))

    made = await planned(engine, ReplayFilter(flow="post"))

    assert (made.events, made.runs, made.without_runs) == (7, (("post", 7),), ())
    assert (made.filter.source, made.filter.type) == ("shop", "order.placed")


async def test_examples_of_a_plan_are_those_that_run_first(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    ordering(town, set())
    await begin(engine, town)
    for _ in range(6):
        await engine.deliver({"customer": 7}, kind="order.placed")
    await deliver(engine, ("a", 1), ("b", 2))

    made = await planned(engine, ReplayFilter(source="shop"))

    assert [one.flows for one in made.examples] == [("post",)] * 2 + [()] * 3
    assert all(one.why_not for one in made.examples[2:])
