"""Replayed lanes: a replay of ordered runs takes dead ones up where they stand, and ends."""

import time
from collections.abc import Iterable
from typing import Any

from tests.engine import Engine, Town, Vendor

from tieline import Contract, Hub, Reject, Run
from tieline.features.replays import passes as replay
from tieline.features.replays.before import in_earlier_form
from tieline.model.base.ids import ReplayId
from tieline.model.commands import DiscardDead, EditDead, Pause, ReplayFilter, StartReplay
from tieline.model.plans.plan import Plan, PlanWarning
from tieline.model.views.plans import PlanReplay
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import ListDead, ListReplays, ShowEvent, ShowReplay
from tieline.operations.decide import edited
from tieline.operations.planning import PlanParts

ID = ReplayId("rpl_01")
RETRY = "retry of the dead run of post, in its old place"
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
    parts = engine.parts
    sources = PlanParts(parts.views, lambda: parts.admitter, engine.clock.now_us())
    return await replay.plan(sources, PlanReplay(wanted))


async def replayed(engine: Engine, wanted: ReplayFilter, id_: ReplayId = ID) -> Plan:
    made = await planned(engine, wanted)
    order = StartReplay(id_, wanted, 100, 0, False, engine.by())
    await replay.start(engine.parts.journal, order, made)
    engine.clock.advance(seconds=1)
    await engine.replay()
    return made


def counts(parts: Iterable[Any]) -> dict[str, int]:
    return {getattr(one, "does", None) or one.why: one.count for one in parts}


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

    assert (counts(made.does), made.warnings) == ({RETRY: 3}, ())
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

    assert (made.found, counts(made.does)) == (3, {RETRY: 1})
    assert counts(made.left_out) == {
        "its dead run was edited, and runs as another event": 1,
        "its dead run was discarded": 1,
    }
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

    assert (made.found, made.would) == (0, 0)
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

    assert counts(made.does) == {"new run of post": 1}
    words = f"1 of these runs would wait behind {head.id}, which is dead"
    assert made.warnings == (PlanWarning(words, head.id, 1),)
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

    assert (made.found, counts(made.does), made.left_out) == (7, {"new run of post": 7}, ())


async def test_examples_of_a_plan_are_those_that_run_first(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    ordering(town, set())
    await begin(engine, town)
    for _ in range(6):
        await engine.deliver({"customer": 7}, kind="order.placed")
    await deliver(engine, ("a", 1), ("b", 2))

    made = await planned(engine, ReplayFilter(source="shop"))

    told = in_earlier_form(made, ReplayFilter(source="shop"))
    assert [one.flows for one in told.examples] == [("post",)] * 2 + [()] * 3
    assert all(one.why_not for one in told.examples[2:])
    assert (told.events, told.runs, told.retries, told.left_out) == (8, (("post", 2),), 0, ())
    assert told.examples[0].source == "shop"
    assert [count for _, count in told.without_runs] == [6]


# --- made and not made ------------------------------------------------------------------------


async def test_a_replay_that_makes_less_than_was_planned_is_partly_made_and_says_why(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    refused = {0, 1}
    ordering(town, refused)
    await begin(engine, town)
    await deliver(engine, ("a", 0), ("b", 1))
    first, _ = await engine.runs("post")
    refused.clear()
    made = await planned(engine, DEAD)
    parts = engine.parts
    await parts.journal.commit(DiscardDead(first.run.id, engine.by()))
    order = StartReplay(ID, DEAD, 100, 0, False, engine.by())
    await replay.start(parts.journal, order, made)
    engine.clock.advance(seconds=1)
    await engine.replay()

    row = await shown(engine)
    listed = (await parts.views.read(ListReplays("partly"))).rows
    assert (row.state, row.would, row.admitted) == ("partly", 2, 1)
    assert row.ending == "made 1 of 2; 1 not made: 1: its dead run was discarded"
    assert row.not_made == {"its dead run was discarded": 1}
    assert [one.id for one in listed] == [ID]
    assert (await parts.views.read(ListReplays("done"))).rows == ()


async def test_what_comes_after_the_plan_is_no_part_of_its_replay(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    ordering(town, set())
    await begin(engine, town)
    await deliver(engine, ("a", 0))
    wanted = ReplayFilter(flow="post")
    made = await planned(engine, wanted)
    engine.clock.advance(minutes=5)
    await deliver(engine, ("a", 1))

    order = StartReplay(ID, wanted, 100, 0, False, engine.by())
    await replay.start(engine.parts.journal, order, made)
    engine.clock.advance(minutes=5)
    await engine.replay()

    row = await shown(engine)
    assert (row.state, row.admitted, row.ending) == ("done", 1, "made 1 of 1")


async def test_a_paused_flow_is_a_warning(engine: Engine, vendor: Vendor, town: Town) -> None:
    ordering(town, set())
    await begin(engine, town)
    await deliver(engine, ("a", 0))
    await engine.parts.journal.commit(Pause("flow", "post", engine.by()))

    made = await planned(engine, ReplayFilter(flow="post"))

    [warning] = made.warnings
    assert warning.words == "the flow post is paused: 1 runs would wait for it"
