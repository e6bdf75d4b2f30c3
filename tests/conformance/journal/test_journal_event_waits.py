"""Waits for events: whichever comes first, the event or the run that waits for it, it goes on."""

from dataclasses import replace

import pytest
from tests.makers import START_US, an_admission, an_event, by, event_id, run_id
from tests.stores import Store

from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.commands import Cancel, Ingest, Progress, Settle, Sweep
from tieline.model.inbound.event import Mention, Reference
from tieline.model.runs.run import Dead, Outcome, RetryAt, Returned, Waiting
from tieline.model.runs.waits import (
    EventWait,
    RunWait,
    Waits,
    waits_for_event,
    waits_for_run,
)
from tieline.model.views.views import ReadEventWait, ReadRun

SETTLED = "payment.settled"
KEY = Reference("payment", "84219")
ON = waits_for_event(SETTLED, "84219")
ACME = TenantId("acme")


def wait(*, after: str = "") -> EventWait:
    names = (KEY, Reference("order", "84219"))
    return EventWait(NO_TENANT, SETTLED, names, START_US, event_id(1), after)


def waiting(due_us: int = 2**60) -> Waiting:
    return Waiting(due_us, ON, "until then", wait())


def payment(
    number: int,
    *,
    tenant: TenantId = NO_TENANT,
    type_: str = SETTLED,
    kind: str = "payment",
    wakes: Waits = ON,
) -> Ingest:
    """An event without a run, and under which name it wakes."""
    event = an_event(number, tenant=tenant, type=type_)
    mention = Mention(kind, "84219", event.id, "", event.recorded_us)
    admission = an_admission(number)
    return Ingest((replace(admission, event=event, runs=(), mentions=(mention,), wakes=(wakes,)),))


async def put_down(store: Store, number: int = 1, outcome: Waiting | None = None) -> int:
    """Run *number* asks for a wait; returns how many its settle woke."""
    await store.ingest(number)
    (run,) = await store.claim()
    return (await store.settle(run, outcome or waiting())).woke


async def test_an_event_wakes_who_waits_for_it_in_its_own_commit(store: Store) -> None:
    assert await put_down(store) == 0
    assert (await store.run(run_id(1))).waits == ON

    stored = await store.journal.commit(payment(5))

    row = await store.run(run_id(1))
    assert (row.state, row.waits, row.due_us, stored.queued) == ("ready", None, None, 1)


async def test_of_an_event_that_was_stored_meanwhile_nobody_goes_to_sleep(store: Store) -> None:
    await store.ingest(1)
    (run,) = await store.claim()
    await store.journal.commit(payment(5))  # the run has looked for it, and found nothing

    settled = await store.settle(run, waiting())

    row = await store.run(run_id(1))
    assert (row.state, row.waits, settled.woke) == ("ready", None, 1)


async def test_the_event_of_a_commit_and_the_wait_of_the_same_meet(store: Store) -> None:
    """A run emits what another, settled in the same transaction, waits for."""
    await store.ingest(1, 2)
    one, two = sorted(await store.claim(), key=lambda run: run.id)
    (emitted,) = payment(5).admissions
    await store.settle(two, waiting(), Progress(emitted=(emitted,)))
    await store.settle(one, waiting())

    assert [(await store.run(run_id(n))).state for n in (1, 2)] == ["ready", "ready"]


@pytest.mark.parametrize(
    "other",
    [
        payment(5, tenant=ACME),
        payment(5, type_="payment.failed", wakes=waits_for_event("payment.failed", "84219")),
        payment(5, wakes=waits_for_event(SETTLED, "84220")),
    ],
    ids=["tenant", "type", "key"],
)
async def test_another_tenants_type_or_key_wakes_nobody(store: Store, other: Ingest) -> None:
    await put_down(store)
    await store.journal.commit(other)

    assert (await store.run(run_id(1))).state == "waiting"


@pytest.mark.parametrize(
    "other",
    [payment(5, tenant=ACME), payment(5, type_="payment.failed"), payment(5, kind="customer")],
    ids=["tenant", "type", "kind"],
)
async def test_what_is_no_such_event_keeps_nobody_awake(store: Store, other: Ingest) -> None:
    await store.journal.commit(other)

    assert await put_down(store) == 0
    assert await store.views.read(ReadEventWait(wait())) is None


async def test_all_that_wait_for_one_event_are_woken_by_it(store: Store) -> None:
    for number in range(1, 8):
        await put_down(store, number)

    assert (await store.journal.commit(payment(9))).queued == 7


async def test_a_repeat_of_an_event_wakes_nobody(store: Store) -> None:
    await store.journal.commit(payment(5))
    after_it = Waiting(2**60, ON, "the next", wait(after=event_id(5)))
    assert await put_down(store, 1, after_it) == 0

    await store.journal.commit(payment(5))

    assert (await store.run(run_id(1))).state == "waiting"


async def test_the_first_event_behind_the_last_is_read_with_its_payload(store: Store) -> None:
    for number in (7, 5, 6):
        await store.journal.commit(payment(number))

    first = await store.views.read(ReadEventWait(wait()))
    second = await store.views.read(ReadEventWait(wait(after=event_id(5))))
    known = await store.views.read(ReadEventWait(wait(), event_id(7)))

    assert first is not None
    assert second is not None
    assert known is not None
    assert (first.event.id, second.event.id) == (event_id(5), event_id(6))
    assert (known.event.id, known.event.data) == (event_id(7), b'{"cents":100}')
    assert await store.views.read(ReadEventWait(wait(after=event_id(7)))) is None
    assert await store.views.read(ReadEventWait(wait(), event_id(8))) is None
    later = replace(wait(), since_us=START_US + 1)
    assert await store.views.read(ReadEventWait(later)) is None
    own = replace(wait(after=event_id(6)), own=event_id(7))
    assert await store.views.read(ReadEventWait(own)) is None


# --- the end of another run -----------------------------------------------------------------------


def for_second() -> Waiting:
    other = run_id(2)
    return Waiting(2**60, waits_for_run(other), "until it ends", RunWait(other))


@pytest.mark.parametrize("outcome", [Returned(), Dead("broken", "it broke")], ids=["done", "dead"])
async def test_the_end_of_a_run_wakes_who_waits_for_it(store: Store, outcome: Outcome) -> None:
    await store.ingest(1, 2)
    one, two = sorted(await store.claim(), key=lambda run: run.id)
    await store.settle(one, for_second())
    again = Settle(
        two.claim, RetryAt(store.now_us, "again"), Progress(), store.now_us, tells_end=True
    )
    await store.journal.commit(again)
    assert (await store.run(run_id(1))).state == "waiting"
    await store.promote()
    two = await store.claim_one()

    ended = Settle(two.claim, outcome, Progress(), store.now_us, tells_end=True)
    settled = await store.journal.commit(ended)

    row = await store.run(run_id(1))
    assert (row.state, row.waits, settled.woke) == ("ready", None, 1)


async def test_what_has_ended_meanwhile_is_waited_for_no_more(store: Store) -> None:
    await store.ingest(1, 2)
    one, two = sorted(await store.claim(), key=lambda run: run.id)
    await store.settle(two, Returned())

    assert (await store.settle(one, for_second())).woke == 1
    assert (await store.run(run_id(1))).state == "ready"


async def test_whoever_ends_a_run_wakes_who_waits_for_it(store: Store) -> None:
    await store.ingest(1)
    await store.ingest(2, deadline_us=store.now_us + 5)
    await store.ingest(3)
    one, _, three = sorted(await store.claim(), key=lambda run: run.id)
    await store.settle(one, for_second())
    await store.settle(three, Waiting(2**60, waits_for_run(run_id(2)), "too"))
    store.now_us += 10

    await store.journal.commit(Sweep(store.now_us, 0))

    assert [(await store.run(run_id(n))).state for n in (1, 2, 3)] == ["ready", "dead", "ready"]


async def test_a_cancel_wakes_who_waits_for_the_run(store: Store) -> None:
    await store.ingest(1, 2)
    one, _ = sorted(await store.claim(), key=lambda run: run.id)
    await store.settle(one, for_second())

    await store.journal.commit(Cancel(run_id(2), by("not wanted")))

    assert (await store.run(run_id(1))).state == "ready"
    row = await store.views.read(ReadRun(run_id(2)))
    assert row is not None
    assert (row.state, await store.views.read(ReadRun(run_id(9)))) == ("cancelled", None)
