"""Retention: what is old and finished is forgotten in small bites; what is needed is kept."""

import pytest
from tests.makers import (
    DAY_US,
    START_US,
    a_delivery,
    a_receipt,
    a_step,
    an_attempt,
    an_event,
    an_ingest,
    by,
    event_id,
    receipt_id,
    run_id,
)
from tests.stores import Store

from tieline.model.base.errors import NotFound
from tieline.model.commands import (
    Admission,
    Cancel,
    DiscardDead,
    Ingest,
    Progress,
    Purge,
    RetryDead,
)
from tieline.model.runs.run import Dead, Held, Outcome, RetryAt, Returned, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views import views as v

LATER_US = START_US + 40 * DAY_US


async def purge(store: Store, *, payloads: bool = True, runs: bool = True, limit: int = 200) -> int:
    """One bite, as if everything of the start were old."""
    command = Purge(
        payloads_before_us=LATER_US if payloads else 0,
        runs_before_us=LATER_US if runs else 0,
        now_us=LATER_US,
        limit=limit,
    )
    return (await store.journal.commit(command)).count


async def bodies(store: Store, count: int) -> list[int]:
    """Which of the first receipts still have their body."""
    kept = []
    for number in range(1, count + 1):
        detail = await store.views.read(v.ShowReceipt(receipt_id(number)))
        if detail.receipt.body is not None:
            assert detail.receipt.headers is not None
            kept.append(number)
    return kept


async def deliver(store: Store, *outcomes: Outcome | None) -> None:
    """Deliveries 1, 2, …, each with its run brought to this outcome."""
    for number, outcome in enumerate(outcomes, start=1):
        await store.journal.commit(a_delivery(number))
        if outcome is not None:
            await store.settle(await store.claim_one(), outcome)


async def test_old_payloads_are_forgotten_and_the_rows_stay(store: Store) -> None:
    await deliver(store, Returned())
    await store.journal.commit(an_ingest(2))
    await store.settle(await store.claim_one(), Returned())

    await purge(store, runs=False)

    receipt = (await store.views.read(v.ShowReceipt(receipt_id(1)))).receipt
    assert (receipt.body, receipt.headers, receipt.body_bytes) == (None, None, 13)
    event = (await store.event(event_id(2))).event
    assert (event.data, event.identity) == (None, "identity-2")
    assert await store.state(run_id(2)) == "done"


async def test_young_payloads_are_kept(store: Store) -> None:
    await deliver(store, Returned())
    young = a_delivery(2, created_us=LATER_US)
    await store.journal.commit(young)

    await purge(store)

    assert await bodies(store, 2) == [2]


UNFINISHED: dict[str, Outcome | None] = {
    "ready": None,
    "retrying": RetryAt(2**50, "x"),
    "waiting": Waiting(None, waits_for_connection("books"), "x"),
    "held": Held("a person"),
    "dead and undecided": Dead("bug", "x"),
}


@pytest.mark.parametrize("outcome", UNFINISHED.values(), ids=UNFINISHED)
async def test_what_an_unfinished_run_needs_is_kept_however_old(
    store: Store, outcome: Outcome | None
) -> None:
    await deliver(store, outcome)
    emitted = an_ingest(2)
    await store.journal.commit(emitted)
    if outcome is not None:
        await store.settle(await store.claim_one(), outcome)

    while await purge(store, limit=1) >= 1:
        pass

    assert await bodies(store, 1) == [1]
    assert (await store.event(event_id(2))).event.data is not None
    assert await store.state(run_id(1)) == await store.state(run_id(2))


async def test_a_payload_that_was_kept_is_forgotten_with_its_run(store: Store) -> None:
    await deliver(store, Dead("bug", "x"), Dead("bug", "x"))
    await purge(store)
    assert await bodies(store, 2) == [1, 2]

    await store.journal.commit(DiscardDead(run_id(1), by()))
    await purge(store)

    assert await bodies(store, 2) == [2]
    with pytest.raises(NotFound):
        await store.detail(run_id(1))


async def test_a_payload_that_another_run_needs_outlives_the_first(store: Store) -> None:
    delivery = a_delivery(1)
    runs = (*delivery.admissions[0].runs, an_ingest(2).admissions[0].runs[0])
    both = tuple(run._replace(event_id=event_id(1)) for run in runs)
    await store.journal.commit(
        Ingest((Admission(delivery.admissions[0].event, both),), delivery.receipt)
    )
    await store.settle(await store.claim_one(), Returned())

    await purge(store)
    await purge(store)

    assert await bodies(store, 1) == [1]
    assert (await store.claim_one()).body is not None


async def test_the_payload_of_an_event_that_nobody_wanted_is_forgotten(store: Store) -> None:
    event = an_event(1, receipt_id=receipt_id(1))
    await store.journal.commit(Ingest((Admission(event),), a_receipt(1)))

    await purge(store)

    assert await bodies(store, 1) == []
    assert (await store.event(event_id(1))).event.data is None


FINISHED = ["done", "cancelled", "discarded"]


@pytest.mark.parametrize("how", FINISHED)
async def test_a_run_that_is_finished_for_long_is_forgotten_with_all_it_remembers(
    store: Store, how: str
) -> None:
    await store.journal.commit(a_delivery(1))
    run = await store.claim_one()
    progress = Progress(steps=(a_step(run.id),), attempts=(an_attempt(run.id),))
    await store.settle(run, Returned() if how == "done" else Dead("bug", "x"), progress)
    if how == "cancelled":
        await store.journal.commit(RetryDead(run.id, by()))
        await store.journal.commit(Cancel(run.id, by()))
    if how == "discarded":
        await store.journal.commit(DiscardDead(run.id, by()))

    await purge(store)

    found = await store.event(event_id(1))
    assert found.runs == ()
    calls = await store.views.read(v.CountCalls())
    assert calls == ()
    assert (await store.views.read(v.ListDead(decided=True))).rows == ()


async def test_a_run_that_ended_lately_is_kept_however_long_ago_it_began(store: Store) -> None:
    await store.journal.commit(a_delivery(1))
    store.now_us = LATER_US
    await store.beat()
    await store.settle(await store.claim_one(), Returned())

    await purge(store)

    assert await store.state(run_id(1)) == "done"


async def test_an_identity_past_its_window_is_forgotten_and_not_before(store: Store) -> None:
    within = an_event(2)
    await store.journal.commit(Ingest((Admission(an_event(1), expires_us=LATER_US - 1),)))
    await store.journal.commit(Ingest((Admission(within, expires_us=LATER_US),)))

    await purge(store)

    again = await store.journal.commit(Ingest((Admission(an_event(3, identity="identity-1")),)))
    repeat = await store.journal.commit(Ingest((Admission(an_event(4, identity="identity-2")),)))
    assert (again.fresh, repeat.fresh) == (True, False)


async def test_a_bite_is_small_and_bites_go_on_until_nothing_is_left(store: Store) -> None:
    await deliver(store, *(Returned() for _ in range(10)))

    counts = [await purge(store, limit=3) for _ in range(6)]

    assert counts[:3] == [3, 3, 3]
    assert counts[-1] == 0
    assert await bodies(store, 10) == []
    assert (await store.views.read(v.ListRuns())).rows == ()


async def test_what_must_be_kept_does_not_stop_the_bites(store: Store) -> None:
    outcomes: list[Outcome | None] = [Dead("bug", "x")] * 5
    await deliver(store, *outcomes, *(Returned() for _ in range(5)))

    for _ in range(8):
        await purge(store, limit=2)

    assert await bodies(store, 10) == [1, 2, 3, 4, 5]
    left = await store.views.read(v.ListRuns())
    assert {run.state for run in left.rows} == {"dead"}


async def test_runs_that_end_after_a_lap_are_found_in_the_next(store: Store) -> None:
    await deliver(store, *(Dead("bug", "x") for _ in range(4)))
    while await purge(store, limit=2) >= 2:
        pass
    for number in (1, 4):
        await store.journal.commit(DiscardDead(run_id(number), by()))

    while await purge(store, limit=2) >= 2:
        pass

    left = await store.views.read(v.ListRuns())
    assert {run.id for run in left.rows} == {run_id(2), run_id(3)}
    assert await bodies(store, 4) == [2, 3]


async def test_nothing_is_old_in_a_young_store(store: Store) -> None:
    await deliver(store, Returned(), None)
    before = await store.everything()

    count = await store.journal.commit(Purge(START_US, START_US, START_US))

    assert count.count == 0
    assert await store.everything() == before
