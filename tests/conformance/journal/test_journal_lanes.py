"""Lanes: runs that share a key go one at a time, in the order in which they were stored."""

import asyncio

import pytest
from tests.makers import ALICE, DAY_US, a_run, an_admission, an_event, an_ingest, by, run_id
from tests.stores import Store

from tieline.model.commands import (
    Admission,
    Cancel,
    DiscardDead,
    EditDead,
    Ingest,
    Progress,
    Remember,
    RetryDead,
    Settle,
    Sweep,
)
from tieline.model.runs.run import Dead, HeadPolicy, Held, Outcome, RetryAt, Returned, Waiting

LANE = "cus_1"
DEAD = Dead("bug", "it broke")


async def ids_in_order(store: Store, count: int) -> list[str]:
    """Claim and finish one run after the other."""
    seen: list[str] = []
    for _ in range(count):
        run = await store.claim_one()
        seen.append(run.id)
        assert await store.claim() == []
        await store.settle(run, Returned())
    return seen


async def test_only_the_first_run_of_a_lane_is_claimable(store: Store) -> None:
    await store.ingest(1, 2, 3, lane=LANE)

    claimed = await store.claim()

    assert [run.id for run in claimed] == [run_id(1)]
    assert [(await store.run(run_id(n))).behind for n in (1, 2, 3)] == [False, True, True]


async def test_a_lane_goes_on_in_the_order_of_storing_whatever_the_ids_say(store: Store) -> None:
    """A clock that is set back makes ids that sort before those of earlier runs."""
    await store.ingest(5, 9, 3, 7, 1, lane=LANE)

    order = await ids_in_order(store, 5)

    assert order == [run_id(n) for n in (5, 9, 3, 7, 1)]


async def test_runs_of_one_batch_keep_their_order(store: Store) -> None:
    commands = [an_ingest(number, lane=LANE) for number in (4, 2, 9, 1)]

    await asyncio.gather(*(store.journal.commit(command) for command in commands))

    assert await ids_in_order(store, 4) == [run_id(n) for n in (4, 2, 9, 1)]


async def test_runs_of_one_delivery_keep_their_order(store: Store) -> None:
    parts = tuple(an_admission(number, lane=LANE) for number in (4, 2, 9, 1))

    answer = await store.journal.commit(Ingest(parts, worker=ALICE))

    assert (answer.claimed, answer.queued) == ((run_id(4),), 3)


async def test_lanes_of_other_keys_flows_and_tenants_do_not_wait(store: Store) -> None:
    await store.ingest(1, lane=LANE)
    await store.ingest(2, lane="cus_2")
    await store.ingest(3, lane=LANE, tenant="acme")
    await store.ingest(4, lane=LANE, flow="other")
    await store.ingest(5)

    claimed = await store.claim(flows=["post_invoice", "other"])

    assert len(claimed) == 5


async def test_a_new_run_of_a_busy_lane_is_not_handed_to_the_worker(store: Store) -> None:
    await store.ingest(1, lane=LANE, worker=ALICE)

    answer = await store.journal.commit(an_ingest(2, lane=LANE, worker=ALICE))

    assert (answer.claimed, answer.queued) == ((), 1)
    assert await store.claim() == []


async def test_the_end_of_the_head_wakes_the_next(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)
    head = await store.claim_one()

    settled = await store.settle(head, Returned())

    assert settled.woke == 1
    assert (await store.claim_one()).id == run_id(2)


async def test_a_lane_that_is_empty_is_taken_anew(store: Store) -> None:
    await store.ingest(1, lane=LANE)
    await store.settle(await store.claim_one(), Returned())

    answer = await store.journal.commit(an_ingest(2, lane=LANE, worker=ALICE))

    assert answer.claimed == (run_id(2),)


async def test_a_settled_head_and_a_new_run_in_one_batch_do_not_both_run(store: Store) -> None:
    await store.ingest(1, lane=LANE)
    head = await store.claim_one()
    settle = Settle(head.claim, Returned(), Progress(), store.now_us)

    _, arrived = await asyncio.gather(
        store.journal.commit(settle),
        store.journal.commit(an_ingest(2, lane=LANE, worker=ALICE)),
    )

    claimed = await store.claim()
    assert len(arrived.claimed) + len(claimed) == 1


@pytest.mark.parametrize(
    "outcome",
    [RetryAt(2**50, "again"), Waiting(2**50, None, "later"), Held("a person")],
    ids=["retrying", "waiting", "held"],
)
async def test_a_head_that_has_not_ended_keeps_its_lane(store: Store, outcome: Outcome) -> None:
    await store.ingest(1, 2, lane=LANE)
    head = await store.claim_one()

    settled = await store.settle(head, outcome)

    assert settled.woke == 0
    assert await store.claim() == []


async def test_a_dead_head_stops_its_lane_under_block(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)

    settled = await store.settle(await store.claim_one(), DEAD, policy=HeadPolicy.BLOCK)

    assert settled.woke == 0
    assert await store.claim() == []
    assert (await store.journal.commit(an_ingest(3, lane=LANE, worker=ALICE))).claimed == ()


async def test_a_dead_head_is_passed_under_skip(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)

    settled = await store.settle(await store.claim_one(), DEAD, policy=HeadPolicy.SKIP)

    assert settled.woke == 1
    assert (await store.claim_one()).id == run_id(2)


async def test_a_dead_head_that_is_retried_goes_first_again(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)
    await store.settle(await store.claim_one(), DEAD)

    await store.journal.commit(RetryDead(run_id(1), by()))

    assert await ids_in_order(store, 2) == [run_id(1), run_id(2)]


async def test_a_dead_head_that_is_discarded_lets_the_lane_go_on(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)
    await store.settle(await store.claim_one(), DEAD)

    await store.journal.commit(DiscardDead(run_id(1), by()))

    assert (await store.claim_one()).id == run_id(2)


async def test_a_skipped_run_that_is_retried_waits_for_the_head_then_takes_its_old_place(
    store: Store,
) -> None:
    await store.ingest(1, 2, 3, 4, lane=LANE)
    for _ in range(2):
        await store.settle(await store.claim_one(), DEAD, policy=HeadPolicy.SKIP)
    head = await store.claim_one()

    await store.journal.commit(RetryDead(run_id(2), by()))
    await store.journal.commit(RetryDead(run_id(1), by()))

    assert await store.claim() == []
    await store.settle(head, Returned())
    assert await ids_in_order(store, 3) == [run_id(1), run_id(2), run_id(4)]


async def test_a_retried_run_whose_lane_is_free_goes_at_once(store: Store) -> None:
    await store.ingest(1, lane=LANE)
    await store.settle(await store.claim_one(), DEAD, policy=HeadPolicy.SKIP)

    await store.journal.commit(RetryDead(run_id(1), by()))
    await store.ingest(2, lane=LANE)

    assert await ids_in_order(store, 2) == [run_id(1), run_id(2)]


def an_edit(number: int, **changes: object) -> Admission:
    run = a_run(number, **changes)
    event = an_event(number, cause=an_event(1).id, tenant=run.tenant)
    return Admission(event, (run,))


async def test_an_edited_run_takes_the_place_of_the_dead_head(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)
    await store.settle(await store.claim_one(), DEAD)

    await store.journal.commit(EditDead(run_id(1), an_edit(9, lane=LANE), by()))

    assert await ids_in_order(store, 2) == [run_id(9), run_id(2)]


async def test_an_edited_run_takes_the_place_of_a_skipped_one(store: Store) -> None:
    await store.ingest(1, 2, 3, lane=LANE)
    await store.settle(await store.claim_one(), DEAD, policy=HeadPolicy.SKIP)
    head = await store.claim_one()

    await store.journal.commit(EditDead(run_id(1), an_edit(9, lane=LANE), by()))

    await store.settle(head, Returned())
    assert await ids_in_order(store, 2) == [run_id(9), run_id(3)]


async def test_an_edit_that_changes_the_key_frees_the_old_lane(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)
    await store.settle(await store.claim_one(), DEAD)

    await store.journal.commit(EditDead(run_id(1), an_edit(9, lane="cus_9"), by()))

    assert {run.id for run in await store.claim()} == {run_id(2), run_id(9)}


async def test_a_cancelled_head_lets_the_lane_go_on(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)

    await store.journal.commit(Cancel(run_id(1), by()))

    assert (await store.claim_one()).id == run_id(2)


async def test_a_cancelled_run_behind_the_head_is_passed_over(store: Store) -> None:
    await store.ingest(1, 2, 3, lane=LANE)

    await store.journal.commit(Cancel(run_id(2), by()))

    assert await ids_in_order(store, 2) == [run_id(1), run_id(3)]


@pytest.mark.parametrize("skip", [(), ("post_invoice",)], ids=["block", "skip"])
async def test_a_head_past_its_deadline_obeys_the_policy_of_its_flow(
    store: Store, skip: tuple[str, ...]
) -> None:
    await store.ingest(1, lane=LANE, deadline_us=store.now_us + 1)
    await store.ingest(2, lane=LANE)

    await store.journal.commit(Sweep(store.now_us + 2, 0, skip_flows=skip))

    assert [run.id for run in await store.claim()] == ([run_id(2)] if skip else [])


async def test_a_run_that_died_behind_the_head_does_not_stop_the_lane(store: Store) -> None:
    await store.ingest(1, lane=LANE)
    await store.ingest(2, lane=LANE, deadline_us=store.now_us + 1)
    await store.ingest(3, lane=LANE)

    await store.journal.commit(Sweep(store.now_us + 2, 0))

    assert await ids_in_order(store, 2) == [run_id(1), run_id(3)]


async def test_head_and_next_past_their_deadline_in_one_sweep_let_the_third_go(
    store: Store,
) -> None:
    await store.ingest(1, 2, lane=LANE, deadline_us=store.now_us + 1)
    await store.ingest(3, lane=LANE)

    await store.journal.commit(Sweep(store.now_us + 2, 0, skip_flows=("post_invoice",)))

    assert await ids_in_order(store, 1) == [run_id(3)]


async def test_many_lanes_that_are_freed_in_one_batch_all_go_on(store: Store) -> None:
    for lane in range(150):
        await asyncio.gather(
            *(store.journal.commit(an_ingest(lane * 2 + n, lane=f"cus_{lane}")) for n in (1, 2))
        )
    heads = await store.claim(limit=200)

    settled = await asyncio.gather(*(store.settle(head, Returned()) for head in heads))

    assert len(heads) == 150
    assert max(each.woke for each in settled) > 1
    assert len(await store.claim(limit=200)) == 150


async def test_an_emitted_event_joins_its_lane(store: Store) -> None:
    await store.ingest(1, lane=LANE)
    head = await store.claim_one()
    emitted = Admission(an_event(2, source="topic"), (a_run(2, lane=LANE),))

    await store.journal.commit(Remember(head.claim, Progress(emitted=(emitted,))))

    assert await store.claim() == []
    await store.settle(head, Returned())
    assert await ids_in_order(store, 1) == [run_id(2)]


async def test_a_lane_survives_its_dead_head_for_days(store: Store) -> None:
    await store.ingest(1, 2, lane=LANE)
    await store.settle(await store.claim_one(), DEAD)
    store.now_us += 40 * DAY_US
    await store.beat()

    await store.journal.commit(Sweep(store.now_us, store.now_us - 1))
    assert await store.claim() == []
    await store.journal.commit(RetryDead(run_id(1), by(at_us=store.now_us)))

    assert [run.id for run in await store.claim()] == [run_id(1)]
