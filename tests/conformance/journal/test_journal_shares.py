"""Shares: workers divide a connection among them, and know of it what one of them found out."""

import asyncio
from dataclasses import replace

import pytest
from tests.makers import ALICE, BOB, SECOND_US
from tests.stores import Store

from tieline.model.base.ids import WorkerId
from tieline.model.fleet.limits import (
    WHOLE,
    ConnectionState,
    KeepConnectionStates,
    LeaseQuotas,
    LimitChanges,
    Quota,
    QuotaPart,
    QuotaRequest,
    RecentCalls,
)
from tieline.model.views import views as v
from tieline.rules.fleet.quota import RATE_KEPT_US, SLOTS_KEPT_US

HUNGRY = QuotaPart(WHOLE, 64, 0)
ASK = QuotaRequest("books", 64, 10_000, 5, QuotaPart(), HUNGRY)


async def ask(store: Store, worker: WorkerId, asked: QuotaRequest = ASK) -> Quota:
    leased = await store.journal.commit(LeaseQuotas(worker, (asked,), store.now_us))
    return leased.shares[0]


async def tell(store: Store, worker: WorkerId, **news: object) -> Quota:
    told = LimitChanges(**news)  # type: ignore[arg-type]
    return await ask(store, worker, replace(ASK, news=told, wants=QuotaPart()))


def holding(share: Quota) -> QuotaRequest:
    """The next ask of somebody who keeps to its share."""
    return replace(ASK, holds=share.limits, credit_us=share.credit_us)


async def test_the_first_has_all_and_a_second_its_half_once_the_first_gave_it_up(
    store: Store,
) -> None:
    alice = await ask(store, ALICE)
    bob = await ask(store, BOB)
    told = await ask(store, ALICE, holding(alice))
    still_waiting = await ask(store, BOB, holding(bob))
    await ask(store, ALICE, holding(told))
    served = await ask(store, BOB, holding(still_waiting))

    assert (alice.limits, alice.credit_us) == (QuotaPart(WHOLE, 64, 0), 50_000)
    assert (bob.limits, bob.credit_us) == (QuotaPart(), 0)
    assert (told.limits, told.is_cut) == (QuotaPart(WHOLE // 2, 32, 0), True)
    assert still_waiting.limits == QuotaPart()
    assert served.limits == QuotaPart(WHOLE // 2, 32, 0)


async def test_however_many_ask_at_once_nothing_is_given_twice(store: Store) -> None:
    crew = [WorkerId(f"wrk_{number}") for number in range(6)]
    for _ in range(3):
        shares = await asyncio.gather(*(ask(store, worker) for worker in crew))
        assert sum(share.limits.rate for share in shares) <= WHOLE
        assert sum(share.limits.slots for share in shares) <= 64
        store.now_us += SECOND_US


async def test_asks_for_several_connections_are_one_command(store: Store) -> None:
    asks = (ASK, replace(ASK, connection="crm", interval_us=0, wants=QuotaPart(0, 3, 0)))

    leased = await store.journal.commit(LeaseQuotas(ALICE, asks, store.now_us))

    assert [share.connection for share in leased.shares] == ["books", "crm"]
    assert leased.shares[1].limits == QuotaPart(0, 64, 0)


async def test_a_silent_workers_share_returns_soon_and_slots_when_their_calls_have_ended(
    store: Store,
) -> None:
    await ask(store, ALICE, replace(ASK, wants=QuotaPart(WHOLE, 4, 0)))
    early = await ask(store, BOB)
    store.now_us += RATE_KEPT_US + 1
    soon = await ask(store, BOB)
    store.now_us += SLOTS_KEPT_US - RATE_KEPT_US
    later = await ask(store, BOB, holding(soon))
    late = await ask(store, ALICE, replace(ASK, holds=HUNGRY))

    assert early.limits == QuotaPart()
    assert soon.limits == QuotaPart(WHOLE, 60, 0)
    assert later.limits == QuotaPart(WHOLE, 64, 0)
    assert late.limits == QuotaPart()  # what it says it has, others have by now


async def test_who_gives_all_back_leaves_nothing_behind(store: Store) -> None:
    await ask(store, ALICE)
    await ask(store, ALICE, replace(ASK, wants=QuotaPart()))

    assert (await ask(store, BOB)).limits == HUNGRY


async def test_credit_that_is_given_back_is_there_for_the_next_and_no_more(store: Store) -> None:
    await ask(store, ALICE)
    await ask(store, ALICE, replace(ASK, wants=QuotaPart(), credit_us=20_000))
    store.now_us += 5_000

    assert (await ask(store, BOB)).credit_us == 25_000


async def test_a_breaker_that_one_opens_is_open_for_all_and_one_at_a_time_probes(
    store: Store,
) -> None:
    await tell(store, ALICE, opened_for_us=30 * SECOND_US)
    seen = (await ask(store, BOB)).standing
    probe = replace(ASK, wants_probe=True)
    early = await ask(store, BOB, probe)
    store.now_us += 30 * SECOND_US
    first, second = await ask(store, BOB, probe), await ask(store, ALICE, probe)
    failed = await tell(store, BOB, probe="failed")

    assert (seen.breaker, seen.wait_us) == ("open", 30 * SECOND_US)
    assert (early.may_probe, first.may_probe, second.may_probe) == (False, True, False)
    assert second.standing.breaker == "probing"
    assert failed.standing.breaker == "open"
    assert failed.standing.wait_us == 60 * SECOND_US


async def test_three_good_probes_by_anybody_close_a_breaker(store: Store) -> None:
    await tell(store, ALICE, opened_for_us=30 * SECOND_US)
    store.now_us += 30 * SECOND_US
    states = []
    for worker in (ALICE, BOB, ALICE):
        assert (await ask(store, worker, replace(ASK, wants_probe=True))).may_probe
        states.append((await tell(store, worker, probe="good")).standing.breaker)

    assert states == ["probing", "probing", "closed"]


async def test_only_the_one_that_has_the_probe_says_how_it_ended(store: Store) -> None:
    await tell(store, ALICE, opened_for_us=30 * SECOND_US)
    store.now_us += 30 * SECOND_US
    await ask(store, ALICE, replace(ASK, wants_probe=True))

    assert (await tell(store, BOB, probe="good")).standing.successes == 0


async def test_a_refused_credential_is_tried_by_one_and_by_who_is_new(store: Store) -> None:
    refused = await tell(store, ALICE, health="refused")
    probe = replace(ASK, wants_probe=True)
    early = await ask(store, BOB, probe)
    fresh = await ask(store, BOB, replace(probe, is_first=True))
    well = await tell(store, BOB, health="well")

    assert (refused.standing.refusals, refused.standing.refused_us) == (1, 30 * SECOND_US)
    assert (early.may_probe, fresh.may_probe) == (False, True)
    assert well.standing.refusals == 0


async def test_a_pause_that_a_provider_asks_for_is_told_to_all_by_its_length(store: Store) -> None:
    await tell(store, ALICE, quiet_for_us=120 * SECOND_US)
    store.now_us += 20 * SECOND_US
    shorter = await tell(store, BOB, quiet_for_us=SECOND_US)

    assert shorter.standing.quiet_us == 100 * SECOND_US


async def test_a_429_that_several_saw_halves_what_may_be_out_once(store: Store) -> None:
    first = await tell(store, ALICE, throttled_at=64)
    second = await tell(store, BOB, throttled_at=64)
    third = await tell(store, BOB, throttled_at=32)
    grown = await tell(store, ALICE, successes=16)

    allowances = [share.standing.allowance for share in (first, second, third, grown)]
    assert allowances == [32, 32, 16, 17]


async def test_the_retry_budget_counts_the_calls_of_all_and_is_given_out_in_parts(
    store: Store,
) -> None:
    await tell(store, ALICE, recent=(RecentCalls(0, 40, 8),))
    wants = QuotaPart(0, 1, 20)
    alice = await ask(store, ALICE, replace(ASK, wants=wants))
    bob = await ask(store, BOB, replace(ASK, wants=wants))

    assert alice.limits.retries == 10 + 32 // 5 - 8
    assert bob.limits.retries == 0
    assert bob.recent == (RecentCalls(0, 40, 8),)


async def test_the_stores_own_clock_counts_where_no_other_is_named(store: Store) -> None:
    asked = replace(ASK, news=LimitChanges(quiet_for_us=3600 * SECOND_US))
    await store.journal.commit(LeaseQuotas(ALICE, (asked,)))
    leased = await store.journal.commit(LeaseQuotas(BOB, (ASK,)))

    left_us = leased.shares[0].standing.quiet_us
    assert 3500 * SECOND_US < left_us <= 3600 * SECOND_US


@pytest.mark.parametrize("breaker", ["closed", "open", "probing"])
async def test_what_one_process_alone_keeps_is_read_as_it_was_kept(
    store: Store, breaker: str
) -> None:
    wait_us = 0 if breaker == "closed" else 7
    told = ConnectionState(breaker, wait_us, 2, 1 if breaker == "probing" else 0, 3, 11, 13, 17)
    first = ConnectionState(quiet_us=5)
    await store.journal.commit(
        KeepConnectionStates((("books", first), ("crm", first)), store.now_us)
    )
    await store.journal.commit(KeepConnectionStates((("books", told),), store.now_us))

    books, crm = await store.views.read(v.ListConnectionStates())

    assert (books.connection, books.breaker, books.refusals) == ("books", breaker, 3)
    assert books.until_us == (store.now_us + 7 if wait_us else 0)
    assert (books.quiet_until_us, books.allowance) == (store.now_us + 13, 17)
    assert (crm.connection, crm.quiet_until_us) == ("crm", store.now_us + 5)
