"""Claims: in which order runs are given out, to whom, and with what."""

import asyncio

from tests.makers import (
    ALICE,
    BOB,
    FLOW,
    a_claim,
    a_delivery,
    a_run,
    a_step,
    an_event,
    an_ingest,
    by,
    event_id,
    replay_id,
    run_id,
)
from tests.stores import Store

from tieline.model.commands import (
    Admission,
    Claim,
    EditDead,
    Ingest,
    MoveReplay,
    Progress,
    Remember,
    ReplayFilter,
    Settle,
    StartReplay,
)
from tieline.model.runs.run import Dead, RetryAt, Returned, StepArguments, StepState

# --- what a claim gives ---------------------------------------------------------------------------


async def test_a_claimed_run_brings_all_that_is_needed_to_execute_it(store: Store) -> None:
    delivery = a_delivery(1, lane="cus_1", deadline_us=store.now_us + 5)
    await store.journal.commit(delivery)

    run = await store.claim_one()

    assert (run.id, run.epoch, run.tries, run.steps) == (run_id(1), 1, 0, ())
    assert (run.flow, run.lane, run.deadline_us) == (FLOW, "cus_1", store.now_us + 5)
    assert (run.event, run.body) == (delivery.admissions[0].event, b'{"cents":100}')


async def test_a_run_whose_event_has_its_own_payload_does_not_bring_the_body(store: Store) -> None:
    delivery = a_delivery(1)
    event = delivery.admissions[0].event._replace(data=b"{}")
    await store.journal.commit(
        Ingest((Admission(event, delivery.admissions[0].runs),), delivery.receipt)
    )

    run = await store.claim_one()

    assert (run.event.data, run.body) == (b"{}", None)


async def test_a_run_is_claimed_by_one_worker_only(store: Store) -> None:
    await store.ingest(*range(1, 41))

    halves = await asyncio.gather(*(store.claim(w, limit=15) for w in (ALICE, BOB) for _ in "12"))

    ids = [run.id for half in halves for run in half]
    assert len(ids) == len(set(ids)) == 40


async def test_the_longest_stored_run_is_claimed_first(store: Store) -> None:
    await store.ingest(3, 1, 2)

    assert [run.id for run in await store.claim(limit=2)] == [run_id(3), run_id(1)]


async def test_a_claim_says_whether_more_may_be_ready(store: Store) -> None:
    await store.ingest(1, 2, 3)

    first = await store.journal.commit(Claim(ALICE, 2, {FLOW: 9}, store.now_us))
    second = await store.journal.commit(Claim(ALICE, 2, {FLOW: 9}, store.now_us))

    assert (len(first.runs), first.more) == (2, True)
    assert (len(second.runs), second.more) == (1, False)


async def test_urgent_work_is_strictly_first(store: Store) -> None:
    for number, priority in enumerate([9, 5, 0, 5, 9, 0], start=1):
        await store.ingest(number, priority=priority, tenant=f"tenant-{number}")

    order = [(await store.run((await store.claim_one()).id)).priority for _ in range(6)]

    assert order == [0, 0, 5, 5, 9, 9]


async def test_tenants_are_served_in_turn_whatever_they_have_waiting(store: Store) -> None:
    await store.ingest(*range(1, 101), tenant="noisy")
    await store.ingest(101, 102, tenant="quiet-a")
    await store.ingest(103, 104, tenant="quiet-b")

    claims = [await store.claim(limit=3) for _ in range(2)]

    for runs in claims:
        assert {run.tenant for run in runs} == {"noisy", "quiet-a", "quiet-b"}


async def test_more_tenants_than_places_are_all_served_in_a_few_claims(store: Store) -> None:
    for number in range(1, 22):
        await store.ingest(number, number + 100, tenant=f"tenant-{number:02}")

    claims = [await store.claim(limit=5) for _ in range(5)]

    assert len({run.tenant for runs in claims for run in runs}) == 21


async def test_flows_of_a_tenant_are_served_in_turn(store: Store) -> None:
    flows = [f"flow_{n}" for n in range(6)]
    for index, flow in enumerate(flows):
        await store.ingest(*range(index * 10 + 1, index * 10 + 9), flow=flow)

    claims = [await store.claim(limit=2, flows=flows) for _ in range(3)]

    assert sorted(run.flow for runs in claims for run in runs) == flows


async def test_tenants_beyond_the_bound_of_one_look_are_served_too(store: Store) -> None:
    numbers = range(1, 801)
    await asyncio.gather(
        *(store.journal.commit(an_ingest(n, tenant=f"tenant-{n:04}")) for n in numbers)
    )
    await asyncio.gather(
        *(store.journal.commit(an_ingest(n + 5000, tenant=f"tenant-{n:04}")) for n in numbers)
    )

    claims = [await store.claim(limit=300) for _ in range(3)]

    assert len({run.tenant for runs in claims for run in runs}) == 800


async def test_no_flow_gets_more_than_its_room(store: Store) -> None:
    await store.ingest(1, 2, 3, flow="a")
    await store.ingest(4, 5, 6, flow="b")

    claimed = await store.journal.commit(Claim(ALICE, 100, {"a": 1, "b": 2}, store.now_us))

    assert sorted(run.flow for run in claimed.runs) == ["a", "b", "b"]


async def test_a_flow_without_room_is_not_claimed_and_hides_nobody(store: Store) -> None:
    for number in range(1, 601):
        await store.ingest(number, flow="paused", tenant=f"tenant-{number:03}", priority=0)
    await store.ingest(601, flow="open", tenant="zz", priority=9)

    claimed = await store.journal.commit(Claim(ALICE, 5, {"open": 5, "full": 0}, store.now_us))

    assert [run.id for run in claimed.runs] == [run_id(601)]


async def test_nothing_is_claimed_where_nothing_is_ready(store: Store) -> None:
    claimed = await store.journal.commit(Claim(ALICE, 5, {FLOW: 5}, store.now_us))

    assert (claimed.runs, claimed.more) == ((), False)


# --- what a claim remembers -----------------------------------------------------------------------


async def test_a_run_brings_what_its_earlier_executions_remember(store: Store) -> None:
    await store.ingest(1, worker=ALICE)
    step = a_step(run_id(1))
    asked = StepArguments(step.run_id, step.name, step.key, b'POST /entries\n{"cents":1}')
    retry = RetryAt(store.now_us, "again", counts=True)
    progress = Progress(steps=(step,), arguments=(asked,))
    await store.journal.commit(Settle(a_claim(), retry, progress, store.now_us))
    await store.promote()

    run = await store.claim_one()

    kept = step._replace(arguments=asked.arguments)
    assert (run.epoch, run.tries, run.steps) == (2, 1, (kept,))


async def test_what_a_step_was_asked_for_is_kept_with_what_was_stored_before(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    step = a_step(run.id)
    await store.journal.commit(Remember(run.claim, Progress(steps=(step,))))
    asked = StepArguments(run.id, step.name, step.key, b"[1]")
    none = StepArguments(run.id, "no such step", "#1", b"[2]")
    progress = Progress(arguments=(asked, none))
    await store.settle(run, RetryAt(store.now_us, "again"), progress)
    await store.promote()

    (kept,) = (await store.claim_one()).steps

    assert kept == step._replace(arguments=b"[1]")


async def test_a_replayed_run_brings_the_effects_of_earlier_runs_of_its_event(
    store: Store,
) -> None:

    await store.ingest(1)
    made = (a_step(run_id(1), "made"), a_step(run_id(1), "begun", state=StepState.INTENT))
    read = a_step(run_id(1), "read", effect_key=None)
    await store.settle(await store.claim_one(), Returned(), Progress(steps=(*made, read)))
    await store.journal.commit(StartReplay(replay_id(1), ReplayFilter(), 10, 1, False, by()))
    again = a_run(2, event_id=event_id(1), replay_id=replay_id(1), priority=9)
    await store.journal.commit(
        MoveReplay(replay_id(1), "", event_id(1), (again,), True, store.now_us)
    )

    run = await store.claim_one()

    assert (run.id, run.replay_id) == (run_id(2), replay_id(1))
    assert sorted(run.steps) == sorted(made)


async def test_an_edit_of_an_edit_brings_the_effects_of_both(store: Store) -> None:
    await store.ingest(1)
    first = a_step(run_id(1))
    await store.settle(await store.claim_one(), Dead("bug", "x"), Progress(steps=(first,)))
    edited = Admission(an_event(2, cause=event_id(1)), (a_run(2),))
    await store.journal.commit(EditDead(run_id(1), edited, by()))
    await store.settle(await store.claim_one(), Dead("bug", "before any step"))
    again = Admission(an_event(3, cause=event_id(2)), (a_run(3),))
    await store.journal.commit(EditDead(run_id(2), again, by()))

    run = await store.claim_one()

    assert (run.id, run.steps) == (run_id(3), (first,))


async def test_an_edited_run_brings_the_effects_of_the_run_it_replaces(store: Store) -> None:
    await store.ingest(1)
    step = a_step(run_id(1))
    await store.settle(await store.claim_one(), Dead("bug", "x"), Progress(steps=(step,)))
    edited = Admission(an_event(2, cause=event_id(1)), (a_run(2),))
    await store.journal.commit(EditDead(run_id(1), edited, by()))

    run = await store.claim_one()

    assert (run.id, run.steps) == (run_id(2), (step,))
