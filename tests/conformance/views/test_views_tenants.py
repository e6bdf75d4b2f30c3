"""What every reader promises about lists of one tenant: all of it, nothing else, and in pages."""

from typing import Any

import pytest
from tests.conftest import StoreHouse

from tieline.features.issues.model import ListIssues
from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.commands import ReplayFilter
from tieline.model.runs.run import Dead, Held
from tieline.model.views.views import (
    ListDead,
    ListEvents,
    ListReceipts,
    ListRuns,
    NextReplayBatch,
    Window,
)
from tieline.model.views.work_lists import Find
from tieline.ports.views import Views

A, B = TenantId("shop-a"), TenantId("shop-b")
NAMES = (A, A, B, B, NO_TENANT, NO_TENANT, A)


@pytest.fixture
async def filled(house: StoreHouse, invoice: Any) -> StoreHouse:
    """Deliveries of two tenants and of nobody: accepted, unmatched, dead and held ones."""
    for number, tenant in enumerate(NAMES):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number}"), tenant=tenant)
        await house.deliver("nobody.cares", {"n": number}, tenant=tenant)
    for number, run in enumerate(await house.claim()):
        outcome = Dead("refused", "no such customer") if number % 2 else Held("in doubt")
        await house.settle(run, outcome)
    return house


LISTS: list[Any] = [
    lambda tenant, window: ListReceipts(window=window, tenant=tenant),
    lambda tenant, window: ListReceipts(verdict="unmatched", window=window, tenant=tenant),
    lambda tenant, window: ListEvents(window=window, tenant=tenant),
    lambda tenant, window: ListEvents(type="invoice.*", window=window, tenant=tenant),
    lambda tenant, window: ListRuns(window=window, tenant=tenant),
    lambda tenant, window: ListRuns(state="held", window=window, tenant=tenant),
    lambda tenant, window: ListRuns(state="dead", window=window, tenant=tenant),
    lambda tenant, window: ListDead(window=window, tenant=tenant),
]


async def whole(views: Views, ask: Any, tenant: str | None, limit: int) -> list[Any]:
    """Every row, over pages of *limit*."""
    rows: list[Any] = []
    before = None
    while True:
        page = await views.read(ask(tenant, Window(limit=limit, before=before)))
        rows += page.rows
        if page.cursor is None:
            return rows
        before = page.cursor


@pytest.mark.parametrize("ask", LISTS)
async def test_a_list_of_one_tenant_has_all_of_it_and_nothing_else(
    filled: StoreHouse, views: Views, ask: Any
) -> None:
    every = await whole(views, ask, None, 100)

    assert {row.tenant for row in every} == set(NAMES)
    for tenant in (A, B, NO_TENANT):
        wanted = [row for row in every if row.tenant == tenant]
        assert await whole(views, ask, tenant, 100) == wanted
        assert await whole(views, ask, tenant, 1) == wanted
    assert await whole(views, ask, "nobody", 100) == []


async def test_an_issue_is_listed_for_every_tenant_that_it_touches(
    filled: StoreHouse, views: Views
) -> None:
    for tenant, count in ((A, 2), (B, 2), ("nobody", 0)):
        page = await views.read(ListIssues(tenant=tenant))
        assert len(page.rows) == count


async def test_a_tenant_is_found_by_its_name(filled: StoreHouse, views: Views) -> None:
    found = await views.read(Find(A))

    assert [(match.kind, match.id) for match in found] == [("tenant", A)]
    assert await views.read(Find("shop-c")) == ()


async def test_a_replay_of_one_tenant_finds_its_events_only(
    filled: StoreHouse, views: Views
) -> None:
    now_us = filled.clock.at_us + 1
    wanted = ReplayFilter(states=("unmatched",), tenant=A)

    bite = await views.read(NextReplayBatch(wanted, "", now_us, 100))
    nobodys = ReplayFilter(tenant=NO_TENANT)
    others = await views.read(NextReplayBatch(nobodys, "", now_us, 100))

    assert [(one.event.tenant, one.event.type) for one in bite.events] == [(A, "nobody.cares")] * 3
    assert {one.event.tenant for one in others.events} == {NO_TENANT}
