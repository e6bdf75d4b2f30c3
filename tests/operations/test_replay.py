"""Replay: the plan says what will happen, the passes do just that, at the pace that was given."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.features.replays import passes as replay
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import EventId, ReplayId
from tieline.model.commands import By, ReplayFilter, StartReplay
from tieline.model.hub.flow import REPLAY_PRIORITY
from tieline.model.plans.plan import Plan
from tieline.model.runs.run import Dead, Returned
from tieline.model.views.plans import PlanReplay
from tieline.model.views.views import ListRuns, ShowReplay, Window
from tieline.operations.planning import PlanParts
from tieline.pipeline.admit import Admitter
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
ID = ReplayId("rpl_1")
PAID = ReplayFilter(type="invoice.paid")


@pytest.fixture
async def views(house: Any) -> AsyncIterator[Views]:
    reader = SqliteReader(house.path, CATALOGUE)
    yield reader
    await reader.close()


def by(house: Any) -> By:
    return By("ana", "a test", house.clock.at_us)


async def deliver_and_finish(house: Any, invoice: Invoice, count: int) -> None:
    for number in range(count):
        await house.deliver("invoice.paid", invoice(number, f"c{number}"), identity=f"e{number}")
        house.clock.advance(milliseconds=10)
    for run in await house.claim():
        await house.settle(run, Returned(), house.call_step(run))


async def planned(
    house: Any, views: Views, wanted: ReplayFilter, *, as_new_action: bool = False
) -> Plan:
    parts = PlanParts(views, lambda: house.admitter, house.clock.at_us)
    return await replay.plan(parts, PlanReplay(wanted, as_new_action))


async def start(
    house: Any, made: Plan, wanted: ReplayFilter, pace: int = 10, id_: ReplayId = ID
) -> None:
    order = StartReplay(id_, wanted, pace, 0, made.repeats_effects, by(house))
    await replay.start(house.journal, order, made)


def counts(parts: Iterable[Any]) -> dict[str, int]:
    return {getattr(one, "does", None) or one.why: one.count for one in parts}


async def a_pass(house: Any, views: Views) -> replay.Passed:
    return await replay.replay_pass(house.journal, views, house.admitter, house.clock.at_us)


async def run_to_the_end(house: Any, views: Views) -> int:
    """Pass after pass, each when the last one said; returns how many runs were stored."""
    admitted = 0
    while True:
        passed = await a_pass(house, views)
        admitted += passed.admitted
        if passed.next_us is None:
            return admitted
        house.clock.at_us = max(house.clock.at_us, passed.next_us)


async def test_a_plan_counts_events_runs_and_effects_that_happened(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await deliver_and_finish(house, invoice, 3)
    await house.deliver("order.made", {})

    made = await planned(house, views, PAID)

    assert (made.found, made.would, made.exact) == (3, 3, True)
    assert counts(made.does) == {"new run of post_invoice": 3}
    assert (made.effects, made.left_out) == (3, ())
    assert [one.words for one in made.does[0].examples] == ["invoice.paid of billing"] * 3


async def test_a_plan_says_why_events_would_not_run(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="odd")
    await house.deliver("nobody.cares", {}, identity="lost")
    await house.deliver("order.made", {}, identity="fine")

    made = await planned(house, views, ReplayFilter(source="billing"))

    reasons = counts(made.left_out)
    assert made.found == 3
    assert counts(made.does) == {"new run of ship_order": 1}
    assert "no flow takes 'nobody.cares' of 'billing'" in reasons
    assert any(why.startswith("invoice.paid@1 for flow post_invoice") for why in reasons)


async def test_a_filter_that_names_nothing_is_refused(house: Any, views: Views) -> None:
    with pytest.raises(CommandRefused, match="names no events"):
        await planned(house, views, ReplayFilter())


async def test_a_replay_without_runs_or_with_an_impossible_pace_is_refused(
    house: Any, views: Views, invoice: Invoice
) -> None:
    nothing = await planned(house, views, PAID)
    await deliver_and_finish(house, invoice, 1)
    something = await planned(house, views, PAID)

    with pytest.raises(CommandRefused, match="nothing to replay"):
        await start(house, nothing, PAID, 10)
    with pytest.raises(CommandRefused, match="per second is 0; use 1 to 5000"):
        await start(house, something, PAID, 0)


async def test_every_planned_event_is_run_again_once_below_live_traffic(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await deliver_and_finish(house, invoice, 25)
    made = await planned(house, views, PAID)
    await start(house, made, PAID, 100)

    admitted = await run_to_the_end(house, views)

    page = await views.read(ListRuns(replay=ID, window=Window(limit=100)))
    shown = await views.read(ShowReplay(ID))
    assert admitted == len(page.rows) == 25
    assert len({row.event_id for row in page.rows}) == 25
    assert {row.priority for row in page.rows} == {REPLAY_PRIORITY}
    assert (shown.replay.state, shown.states) == ("done", (("ready", 25),))


async def test_a_replay_keeps_its_pace(house: Any, views: Views, invoice: Invoice) -> None:
    await deliver_and_finish(house, invoice, 20)
    made = await planned(house, views, PAID)
    await start(house, made, PAID, 10)
    began_us = house.clock.at_us

    early = await a_pass(house, views)
    await run_to_the_end(house, views)

    assert (early.admitted, early.running) == (0, 1)
    assert 1_900_000 <= house.clock.at_us - began_us <= 2_200_000


async def test_effects_that_happened_are_remembered_by_the_replayed_run(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await deliver_and_finish(house, invoice, 1)
    made = await planned(house, views, PAID)
    await start(house, made, PAID, 10)
    await run_to_the_end(house, views)

    [again] = await house.claim()

    assert again.generation == 0
    assert [step.effect_key for step in again.steps] == ["effect-of-e0"]


async def test_new_actions_are_a_generation_of_their_own_each_time(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await deliver_and_finish(house, invoice, 1)
    generations = []
    for number in range(2):
        made = await planned(house, views, PAID, as_new_action=True)
        await start(house, made, PAID, id_=ReplayId(f"rpl_{number}"))
        await run_to_the_end(house, views)
        [again] = await house.claim()
        generations.append(again.generation)
        await house.settle(again, Returned())

    assert made.repeats_effects
    assert generations == [1, 2]


async def test_events_that_arrive_during_a_replay_are_no_part_of_it(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await deliver_and_finish(house, invoice, 2)
    made = await planned(house, views, PAID)
    await start(house, made, PAID, 10)
    house.clock.advance(seconds=1)
    await house.deliver("invoice.paid", invoice(9), identity="late")

    admitted = await run_to_the_end(house, views)

    assert admitted == 2


async def test_a_cancelled_replay_stores_no_further_run(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await deliver_and_finish(house, invoice, 5)
    made = await planned(house, views, PAID)
    await start(house, made, PAID, 1)
    house.clock.advance(seconds=1)
    first = await a_pass(house, views)

    ended = await replay.cancel(house.journal, ID, by(house))
    rest = await run_to_the_end(house, views)

    page = await views.read(ListRuns(replay=ID))
    assert (first.admitted, ended, rest) == (1, 1, 0)
    assert [row.state for row in page.rows] == ["cancelled"]


async def test_named_events_are_replayed_whatever_their_type(
    house: Any, views: Views, invoice: Invoice
) -> None:
    first = await house.deliver("invoice.paid", invoice(1))
    second = await house.deliver("order.made", {})
    await house.work()
    wanted = ReplayFilter(event_ids=(second.event_id, first.event_id, EventId("evt_0")))

    made = await planned(house, views, wanted)
    await start(house, made, wanted)
    await run_to_the_end(house, views)

    page = await views.read(ListRuns(replay=ID))
    row = (await views.read(ShowReplay(ID))).replay
    assert made.found == 2
    assert counts(made.left_out) == {"no event of this id is recorded": 1}
    assert (row.state, row.ending) == ("done", "made 2 of 2; 1 left out, as planned")
    assert {row.event_id for row in page.rows} == {first.event_id, second.event_id}


async def test_only_the_dead_are_replayed_when_the_filter_says_so(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1, "a"), identity="fine")
    await house.deliver("invoice.paid", invoice(2, "b"), identity="broken")
    await house.work(lambda run: Dead("x", "y") if run.event.identity == "broken" else Returned())

    made = await planned(house, views, ReplayFilter(states=("dead",), flow="post_invoice"))

    assert [one.id for one in made.does[0].examples] == [
        row.event_id for row in (await views.read(ListRuns(state="dead"))).rows
    ]


async def test_a_deadline_counts_from_the_replay_and_not_from_the_old_event(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await deliver_and_finish(house, invoice, 1)
    flows = {k: replace(v, deadline=timedelta(hours=1)) for k, v in house.hub.flows.items()}
    house.admitter = Admitter(replace(house.hub, flows=flows), house.ids, dedupe_us=1)
    house.clock.advance(days=40)
    made = await planned(house, views, PAID)
    await start(house, made, PAID, 10)

    await run_to_the_end(house, views)

    [row] = (await views.read(ListRuns(replay=ID))).rows
    assert row.created_us == house.clock.at_us
    assert row.deadline_us == house.clock.at_us + 3_600_000_000
