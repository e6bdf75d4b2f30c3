"""What every backend of the journal promises about tenants: rows, pauses, limits, and turns."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from tests.makers import ALICE, BOB, FLOW, a_receipt, an_ingest, by, receipt_id, run_id
from tests.stores import Store

from tieline.features.records.why import why
from tieline.features.tenants.model import (
    AddTenant,
    DeclareTenants,
    LimitTenant,
    ListTenants,
    PauseTenant,
    ReadBook,
    ResumeTenant,
    ShowTenant,
    TenantRow,
)
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import TenantId
from tieline.model.command import OperatorCommand
from tieline.model.commands import Claim, KeepReceipt
from tieline.model.hub.tenants import NO_LIMITS, TenantLimits
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import ClaimedRun, Dead, Held, Returned
from tieline.model.views.views import Window

A, B = TenantId("shop-a"), TenantId("shop-b")


async def tenants(store: Store) -> list[TenantRow]:
    return list((await store.views.read(ListTenants())).rows)


async def shown(store: Store, name: str) -> TenantRow:
    return (await store.views.read(ShowTenant(name))).tenant


async def claimed(
    store: Store, holds: TenantLimits, *, limit: int = 100, worker: Any = ALICE
) -> list[ClaimedRun]:
    command = Claim(worker, limit, {FLOW: limit}, store.now_us, 0, holds)
    return list((await store.journal.commit(command)).runs)


# --- rows -----------------------------------------------------------------------------------------


async def test_a_tenant_is_added_once_and_the_log_says_by_whom(store: Store) -> None:
    await store.journal.commit(AddTenant(A, by("new customer"), "the shop"))

    row = await shown(store, A)
    assert (row.added_by, row.note, row.added_us) == (by().actor, "the shop", by().at_us)
    with pytest.raises(Conflict, match="was added before"):
        await store.journal.commit(AddTenant(A, by()))
    [line] = await store.audit()
    assert (line.action, line.subject, line.reason) == (
        "add-tenant",
        "tenant:shop-a",
        "new customer",
    )


@pytest.mark.parametrize("name", ["-", "", "?", "shop a", "a/b", "é", "a" * 65, ".a"])
async def test_what_nothing_can_be_named_is_refused(store: Store, name: str) -> None:
    before = await store.everything()

    with pytest.raises(Conflict, match="use 1 to 64 letters"):
        await store.journal.commit(AddTenant(name, by()))

    assert await store.everything() == before


NOBODY: list[Callable[[], OperatorCommand[Any]]] = [
    lambda: PauseTenant("nobody", by()),
    lambda: ResumeTenant("nobody", by()),
    lambda: LimitTenant("nobody", by(), at_once=1),
]


@pytest.mark.parametrize("make", NOBODY)
async def test_what_nobody_knows_cannot_be_changed(
    store: Store, make: Callable[[], OperatorCommand[Any]]
) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        await store.journal.commit(make())
    with pytest.raises(NotFound, match="'nobody'"):
        await store.views.read(ShowTenant("nobody"))


async def test_the_list_has_the_declared_the_added_and_those_with_events_by_name(
    store: Store,
) -> None:
    await store.journal.commit(DeclareTenants((TenantId("d"), TenantId("b")), store.now_us))
    await store.journal.commit(AddTenant("c", by()))
    await store.ingest(1, tenant=TenantId("a"))
    await store.ingest(2)

    rows = await tenants(store)

    origins = [(r.name, r.declared_us is not None, r.added_us is not None) for r in rows]
    assert origins == [
        ("a", False, False),
        ("b", True, False),
        ("c", False, True),
        ("d", True, False),
    ]
    first = await store.views.read(ListTenants(Window(limit=3)))
    rest = await store.views.read(ListTenants(Window(limit=3, before=first.cursor)))
    assert [row.name for row in (*first.rows, *rest.rows)] == ["a", "b", "c", "d"]
    assert rest.cursor is None


async def test_what_the_code_does_not_name_any_more_is_not_declared(store: Store) -> None:
    await store.journal.commit(DeclareTenants((A, B), store.now_us))
    await store.journal.commit(DeclareTenants((B,), store.now_us + 5))

    assert (await shown(store, A)).declared_us is None
    assert (await shown(store, B)).declared_us == store.now_us


async def test_a_row_counts_how_its_work_stands(store: Store) -> None:
    await store.ingest(*range(1, 7), tenant=A)
    await store.ingest(7, tenant=B)
    runs = await claimed(store, TenantLimits(frozenset({B})), limit=4)
    await store.settle(runs[0], Held("in doubt"))
    await store.settle(runs[1], Dead("refused", "no"))

    row = await shown(store, A)

    assert (row.queued, row.running, row.held, row.dead) == (2, 2, 1, 1)
    assert row.last_us == store.now_us


async def test_a_tenant_knows_of_its_deliveries_that_nobody_took(store: Store) -> None:
    receipt = a_receipt(1, tenant=A, verdict=Verdict.UNMATCHED, event_id=None)
    await store.journal.commit(KeepReceipt(receipt))
    await store.journal.commit(KeepReceipt(receipt._replace(id=receipt_id(2), tenant=B)))
    await store.journal.commit(AddTenant(A, by()))

    assert (await store.views.read(ShowTenant(A))).unmatched == 1


async def test_a_budget_of_its_own_is_in_the_book_until_it_is_taken_away(store: Store) -> None:
    await store.journal.commit(AddTenant(A, by()))
    await store.journal.commit(LimitTenant(A, by(), 100, 1_000_000, 3, 50))
    await store.ingest(1, 2, tenant=A)

    book = await store.views.read(ReadBook(50))
    await store.journal.commit(LimitTenant(A, by()))
    after = await store.views.read(ReadBook())

    [row] = book.rows
    assert row.budget.rate is not None
    assert (row.budget.rate.count, row.budget.at_once, row.budget.queue) == (100, 3, 50)
    assert book.queued == ((A, 2),)
    [row] = after.rows
    assert (row.budget.rate, row.budget.at_once, row.budget.queue) == (None, None, None)
    assert after.queued == ()


async def test_a_budget_that_lets_nothing_through_is_refused(store: Store) -> None:
    await store.journal.commit(AddTenant(A, by()))

    with pytest.raises(Conflict, match="at_once of tenant shop-a is 0; use 1 or more"):
        await store.journal.commit(LimitTenant(A, by(), at_once=0))
    with pytest.raises(Conflict, match="a rate is a count and a time"):
        await store.journal.commit(LimitTenant(A, by(), rate_count=5))


# --- pauses ---------------------------------------------------------------------------------------


async def test_the_first_reason_of_a_pause_stands_and_resuming_ends_it(store: Store) -> None:
    await store.journal.commit(AddTenant(A, by()))
    await store.journal.commit(PauseTenant(A, by("a flood")))
    with pytest.raises(Conflict, match="tenant shop-a is paused already"):
        await store.journal.commit(PauseTenant(A, by("me too")))

    assert (await shown(store, A)).paused_reason == "a flood"
    await store.journal.commit(ResumeTenant(A, by()))
    assert (await shown(store, A)).paused_us is None
    with pytest.raises(Conflict, match="tenant shop-a is not paused"):
        await store.journal.commit(ResumeTenant(A, by()))


async def test_a_tenant_that_only_has_events_can_be_paused_and_is_not_added_by_it(
    store: Store,
) -> None:
    await store.ingest(1, tenant=A)
    await store.journal.commit(PauseTenant(A, by("a flood")))

    [row] = (await store.views.read(ReadBook())).rows

    assert (row.name, row.is_paused, row.is_added) == (A, True, False)


async def test_runs_of_a_paused_tenant_wait_and_say_why(store: Store) -> None:
    await store.ingest(1, 2, tenant=A)
    await store.ingest(3, tenant=B)
    await store.journal.commit(PauseTenant(A, by("a flood")))

    runs = await claimed(store, TenantLimits(frozenset({A})))

    assert [run.tenant for run in runs] == [B]
    said = why(await store.detail(run_id(1)), store.now_us)
    assert said == f"tenant shop-a is paused by {by().actor}: a flood"
    await store.journal.commit(ResumeTenant(A, by()))
    assert len(await claimed(store, NO_LIMITS)) == 2


async def test_many_paused_tenants_hide_nobody(store: Store) -> None:
    """More kinds of ready work than one claim looks at, all but one of them shut."""
    names = [TenantId(f"t{number:04}") for number in range(600)]
    await asyncio.gather(
        *(
            store.journal.commit(an_ingest(number, tenant=name))
            for number, name in enumerate(names, 1)
        )
    )

    runs = await claimed(store, TenantLimits(frozenset(names[:-1])))

    assert [run.tenant for run in runs] == names[-1:]


# --- how many at once -----------------------------------------------------------------------------


async def test_no_more_runs_of_a_tenant_are_at_work_than_it_may_have(store: Store) -> None:
    await store.ingest(*range(1, 11), tenant=A)
    await store.ingest(*range(11, 21), tenant=B)
    holds = TenantLimits(at_once=3, own={B: 5})

    halves = await asyncio.gather(*(claimed(store, holds, worker=w) for w in (ALICE, BOB) * 4))

    runs = [run for half in halves for run in half]
    assert Counter(run.tenant for run in runs) == {A: 3, B: 5}
    assert await claimed(store, holds) == []
    await store.settle(next(run for run in runs if run.tenant == A), Returned())
    assert [run.tenant for run in await claimed(store, holds)] == [A]


async def test_work_on_nobodys_behalf_has_no_such_limit(store: Store) -> None:
    await store.ingest(*range(1, 6))

    assert len(await claimed(store, TenantLimits(at_once=1))) == 5


# --- turns ----------------------------------------------------------------------------------------


async def test_whoever_comes_beside_a_flood_is_served_next(store: Store) -> None:
    """A hundred to one: the other's run is among the next of any claim, however long the queue."""
    flood = await asyncio.gather(
        *(store.journal.commit(an_ingest(number, tenant=A)) for number in range(1, 301))
    )
    assert len(flood) == 300
    served: list[int] = []
    for number in range(1_000, 1_003):
        await store.ingest(number, tenant=B)
        runs = await store.claim(limit=4)
        served.append(sum(run.tenant == B for run in runs))

    assert served == [1, 1, 1]
