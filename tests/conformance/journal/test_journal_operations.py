"""Operations: a decision about many runs, made bite by bite, once, and stopped when asked to."""

import asyncio
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.makers import FLOW, START_US, a_step, by
from tests.stores import Store

from tieline.adapters.sql.runs.bulk_deciding import ACTIONS
from tieline.features.decisions import bulk as long_work
from tieline.model.base.errors import CommandRefused, Conflict, NotFound
from tieline.model.base.ids import RunId, TenantId
from tieline.model.calls.call import Effect
from tieline.model.commands import Decided, DecideMany, DiscardDead, Progress, RetryDead
from tieline.model.people.decisions import BULK_ACTIONS, BulkAction
from tieline.model.plans.plan import Plan
from tieline.model.replays.operation import (
    BulkFilter,
    CancelOperation,
    MoveOperation,
    StartOperation,
)
from tieline.model.runs.run import Dead, HeadPolicy, Held, StepState
from tieline.model.views.operations import ListOperations, OperationRow, ShowOperation
from tieline.model.views.plans import PlanDecisions
from tieline.model.views.views import ListDead, ListRuns, Window
from tieline.operations.planning import PlanParts
from tieline.pipeline.admit import Admitter
from tieline.rules.plans.end import GONE, alike
from tieline.rules.runs.decided import DECISIONS, choice_words
from tieline.rules.runs.holding import HOLD_STEP

if TYPE_CHECKING:
    from tieline.model.command import OperatorCommand

DEAD = BulkFilter("dead-letters")


async def some_dead(store: Store, count: int) -> None:
    await store.ingest(*range(1, count + 1))
    for run in await store.claim():
        await store.settle(run, Dead("bug", "x"))


async def begin(store: Store, action: str, wanted: BulkFilter) -> Plan:
    parts = PlanParts(store.views, no_admitter, START_US)
    made = await long_work.plan(parts, PlanDecisions(action, wanted))
    order = StartOperation("opr_1", action, wanted, 0, by())
    await long_work.start(store.journal, order, made)
    return made


def no_admitter() -> Admitter:
    raise AssertionError("decisions make no runs")


async def left(store: Store) -> int:
    return len((await store.views.read(ListDead())).rows)


async def go_on(store: Store) -> int:
    told: list[OperatorCommand[Any]] = []
    left = await long_work.bulk_pass(store.journal, store.views, told.append, START_US)
    assert len(told) <= 1
    return left


async def shown(store: Store, id_: str = "opr_1") -> OperationRow:
    return await store.views.read(ShowOperation(id_))


async def test_every_run_of_the_filter_is_decided_in_bites(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "BITE", 2)
    await some_dead(store, 5)
    made = await begin(store, "discard", DEAD)
    began = await shown(store)
    passes = 0
    while await go_on(store):
        passes += 1
    ended = await shown(store)
    lines = await store.audit()

    assert (made.would, began.state, began.done) == (5, "running", 0)
    assert (ended.state, ended.total, ended.done, ended.refused) == ("done", 5, 5, 0)
    assert passes == 3
    assert await left(store) == 0
    assert [line.action for line in lines] == ["discard-in-bulk", *["discard"] * 5]


async def test_only_what_the_filter_names_is_decided(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "BITE", 2)
    await store.ingest(*range(1, 8))
    for number, run in enumerate(await store.claim()):
        await store.settle(run, Dead("bug" if number % 2 else "other", "x"))
    bugs = BulkFilter("dead-letters", kind="bug")
    await begin(store, "discard", bugs)
    while await go_on(store):
        pass
    undecided = (await store.views.read(ListDead())).rows

    assert (await shown(store)).done == 3
    assert [row.kind for row in undecided] == ["other"] * 4


async def test_held_runs_are_decided_too(store: Store) -> None:
    await store.ingest(1, 2)
    for run in await store.claim():
        await store.settle(run, Held("in doubt", None))
    held = BulkFilter("held")
    await begin(store, "resolve-give-up", held)
    await go_on(store)

    assert (await shown(store)).done == 2


@pytest.mark.parametrize(
    ("target", "action", "end"),
    [("dead-letters", "discard", Dead("bug", "x")), ("held", "resolve-give-up", Held("asks"))],
)
async def test_a_decision_about_one_tenant_touches_no_other(
    store: Store, target: str, action: str, end: Dead | Held
) -> None:
    names = {number: TenantId(f"shop-{'ab'[number % 2]}") for number in range(1, 6)}
    for number, tenant in names.items():
        await store.ingest(number, tenant=tenant)
    for run in await store.claim():
        await store.settle(run, end)
    made = await begin(store, action, BulkFilter(target, tenant="shop-a"))
    while await go_on(store):
        pass
    state = "dead" if target == "dead-letters" else "held"
    every = (await store.views.read(ListRuns(state=state))).rows
    open_ = (await store.views.read(ListDead())).rows if target == "dead-letters" else every

    assert (made.would, (await shown(store)).done) == (2, 2)
    assert "tenant shop-a" in made.chosen
    assert sorted(row.tenant for row in open_) == ["shop-b"] * 3


SAMPLE = BulkFilter("dead-letters", FLOW, "bug", "iss_1", "books", "shop-a")


def test_a_plan_names_every_part_of_its_filter() -> None:
    for field in fields(BulkFilter):
        less: Any = {field.name: None}
        told, of_less = choice_words(SAMPLE, 0), choice_words(replace(SAMPLE, **less), 0)
        assert told != of_less or field.name == "target", field.name


async def test_retrying_runs_of_a_tenant_tells_who_stands_at_the_head_of_their_lane(
    store: Store,
) -> None:
    tenant = TenantId("shop-a")
    await store.ingest(1, tenant=tenant, lane="customer cus_1")
    (run,) = await store.claim()
    await store.settle(run, Dead("bug", "x"), policy=HeadPolicy.SKIP)
    await store.ingest(2, tenant=tenant, lane="customer cus_1")
    (head,) = await store.claim()
    await store.settle(head, Held("asks"))

    made = await long_work.plan(
        PlanParts(store.views, no_admitter, START_US), PlanDecisions("retry", DEAD)
    )

    (warning,) = made.warnings
    assert warning.words.startswith(f"1 of these runs would wait behind {head.id}")


async def test_two_processes_note_a_bite_once(store: Store) -> None:
    await some_dead(store, 3)
    await begin(store, "discard", DEAD)
    await asyncio.gather(*(go_on(store) for _ in range(3)))
    ended = await shown(store)

    assert (ended.state, ended.done, ended.refused) == ("done", 3, 0)
    assert await left(store) == 0


async def test_a_stopped_operation_decides_no_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "BITE", 1)
    await some_dead(store, 3)
    await begin(store, "discard", DEAD)
    await go_on(store)
    before = await shown(store)
    await store.journal.commit(CancelOperation("opr_1", by("enough")))
    ids = tuple(row.run_id for row in (await store.views.read(ListDead())).rows)
    decision = DecideMany("discard", ids, by())
    late = MoveOperation("opr_1", before.cursor, "run_z", decision, False, START_US)

    assert await store.journal.commit(late) == Decided((), ())
    assert await go_on(store) == 0
    ended = await shown(store)
    assert (ended.state, ended.done) == ("cancelled", 1)
    assert await left(store) == 2
    with pytest.raises(Conflict, match="is cancelled already"):
        await store.journal.commit(CancelOperation("opr_1", by()))
    with pytest.raises(NotFound):
        await store.journal.commit(CancelOperation("opr_2", by()))


@pytest.mark.parametrize(
    ("action", "wanted", "words"),
    [
        ("discard", DEAD, "nothing of this waits"),
        ("cancel", DEAD, "cannot be decided by 'cancel'"),
        ("discard", BulkFilter("held"), "cannot be decided by 'discard'"),
        ("resolve-retry", BulkFilter("held", kind="bug"), "told apart by flow and tenant"),
        ("retry", BulkFilter("everything"), "cannot be decided"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    store: Store, action: str, wanted: BulkFilter, words: str
) -> None:
    with pytest.raises(CommandRefused, match=words):
        await begin(store, action, wanted)

    assert await store.audit() == []


async def test_operations_are_listed_newest_first(store: Store) -> None:
    for number in range(1, 4):
        command = StartOperation(f"opr_{number}", "retry", DEAD, 1, by())
        await store.journal.commit(command)
    await store.journal.commit(CancelOperation("opr_2", by()))
    first = await store.views.read(ListOperations(window=Window(limit=2)))
    rest = await store.views.read(ListOperations(window=Window(before=first.cursor, limit=2)))
    running = await store.views.read(ListOperations("running"))

    assert [row.id for row in (*first.rows, *rest.rows)] == ["opr_3", "opr_2", "opr_1"]
    assert [row.id for row in running.rows] == ["opr_3", "opr_1"]
    assert first.rows[0].filter == DEAD


async def test_what_flows_ask_is_let_through_and_what_is_in_doubt_is_left_out_beforehand(
    store: Store,
) -> None:
    await store.ingest(1, 2)
    asks, lost = await store.claim()
    hold = a_step(asks.id, HOLD_STEP, state=StepState.FAILED, effect=Effect.READ, effect_key=None)
    await store.settle(asks, Held("asks"), Progress((hold,)))
    step = a_step(lost.id, state=StepState.INTENT, result=None, finished_us=None)
    await store.settle(lost, Held("no answer came", (step.name, step.key)), Progress((step,)))

    made = await begin(store, "resolve-continue", BulkFilter("held"))
    while await go_on(store):
        pass

    (why,) = made.left_out
    assert (made.would, why.count, (await shown(store)).done) == (1, 1, 1)
    assert why.why.startswith(f"it is held because the outcome of {step.name} is unknown")
    assert made.does[0].does == f"run of {FLOW} that passes its hold"
    assert (await shown(store)).not_made == {why.why: 1}


def test_every_decision_about_many_has_its_words_its_target_and_its_step() -> None:
    assert set(DECISIONS) == set(ACTIONS) == set(BulkAction)
    assert {one for of in BULK_ACTIONS.values() for one in of} == set(BulkAction)


# --- made and not made ------------------------------------------------------------------------


async def test_what_somebody_else_decides_meanwhile_is_not_made_and_the_end_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "BITE", 2)
    await some_dead(store, 5)
    made = await begin(store, "retry", DEAD)
    await go_on(store)
    one, *_ = (await store.views.read(ListDead())).rows
    await store.journal.commit(DiscardDead(one.run_id, by("mine")))
    while await go_on(store):
        pass

    ended = await shown(store)
    done = await store.views.read(ListOperations("done"))
    partly = await store.views.read(ListOperations("partly"))
    assert (made.would, ended.would, ended.done, ended.state) == (5, 5, 4, "partly")
    assert ended.ending == f"made 4 of 5; 1 not made: 1: {GONE}"
    assert ended.plan is not None
    assert ended.plan.does[0].does == f"retry of a dead run of {FLOW}"
    assert (done.rows, [row.id for row in partly.rows]) == ((), ["opr_1"])


async def test_a_refusal_is_noted_with_its_reason_without_ids(store: Store) -> None:
    await some_dead(store, 3)
    await begin(store, "discard", DEAD)
    ids = sorted(row.run_id for row in (await store.views.read(ListDead())).rows)
    for run_id in ids[1:]:
        await store.journal.commit(RetryDead(run_id, by()))
    decision = DecideMany("discard", tuple(ids), by())
    await store.journal.commit(MoveOperation("opr_1", "", "run_z", decision, True, START_US))

    ended = await shown(store)
    why = "it is ready; only a dead run can be retried or discarded"
    assert (ended.state, ended.not_made) == ("partly", {why: 2})
    assert ended.ending == f"made 1 of 3; 2 not made: 2: {why}"


async def test_named_runs_are_planned_by_the_reasons_of_the_refusals_themselves(
    store: Store,
) -> None:
    await some_dead(store, 3)
    first, second, third = sorted(row.run_id for row in (await store.views.read(ListDead())).rows)
    await store.journal.commit(DiscardDead(first, by()))
    await store.journal.commit(RetryDead(second, by()))
    ids = (first, second, third, RunId("run_0"))

    asked = PlanDecisions("retry", None, ids)
    made = await long_work.plan(PlanParts(store.views, no_admitter, START_US), asked)
    decided = await store.journal.commit(DecideMany("retry", ids, by()))

    left_out = {one.why: one.count for one in made.left_out}
    assert made.would == len(decided.done) == 1
    assert left_out.pop("there is no run of this id") == 1
    refused = alike(pair for pair in decided.refused if pair[0] != "run_0")
    assert left_out == refused
