"""Tenant rules: names, budgets as people write them, and what the book of a process knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.features.tenants.book import FULL_US, Book
from tieline.features.tenants.model import BookRows, OwnBudget
from tieline.features.tenants.rules import SPANS, as_rate, in_force, rate_of, spoken_rate
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.hub.tenants import NO_BUDGET, NO_LIMITS, TenantBudget, TenantLimits, TenantsSpec
from tieline.rules.inbound.tenant_name import is_tenant_name, tenant_named

A, B, C = TenantId("shop-a"), TenantId("shop-b"), TenantId("shop-c")
SECOND_US = 1_000_000


def own(name: TenantId, budget: TenantBudget = NO_BUDGET, **said: bool) -> OwnBudget:
    return OwnBudget(name, said.get("added", False), said.get("paused", False), None, budget)


def book(spec: TenantsSpec, *rows: OwnBudget, **queued: int) -> Book:
    made = Book(spec)
    waiting = tuple((TenantId(name.replace("_", "-")), n) for name, n in queued.items())
    made.keep(BookRows(rows, waiting), 0)
    return made


# --- names and numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a", "shop-a", "1", "A.b_c-9", "a" * 64])
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert tenant_named(name) == name


@pytest.mark.parametrize("name", ["", "?", "shop a", "-a", "_a", "a\n", "é", "a/b", "a" * 65])
def test_what_is_no_name_is_told_with_what_would_be_one(name: str) -> None:
    assert not is_tenant_name(name)
    with pytest.raises(SettingsError, match="such as shop-a"):
        tenant_named(name)


def test_the_word_for_nobody_is_no_name() -> None:
    with pytest.raises(SettingsError, match="on nobody's behalf"):
        tenant_named(NO_TENANT)


@given(st.integers(1, 10**9 - 1), st.integers(1, 10**6 - 1), st.sampled_from(sorted(SPANS)))
def test_a_rate_is_read_as_it_is_told(count: int, times: int, unit: str) -> None:
    assert rate_of(f"{count}/{times}{unit}") == (count, times * SPANS[unit])
    assert rate_of(spoken_rate(count, times * SPANS[unit])) == (count, times * SPANS[unit])


@pytest.mark.parametrize("text", ["", "100", "100/", "0/s", "5/0s", "-1/s", "1/w", "1.5/s", "x/s"])
def test_what_is_no_rate_is_told_with_what_would_be_one(text: str) -> None:
    with pytest.raises(SettingsError, match="such as 100/s"):
        rate_of(text)


def test_what_a_tenant_has_of_its_own_goes_before_what_everybody_has() -> None:
    everybody = TenantBudget(as_rate(9, SECOND_US), 8, 7)

    assert in_force(NO_BUDGET, everybody) == everybody
    assert in_force(TenantBudget(at_once=1), everybody) == TenantBudget(everybody.rate, 1, 7)


# --- who is known ---------------------------------------------------------------------------------


def test_where_nobody_is_named_everybody_is_known_even_if_somebody_is_paused() -> None:
    made = book(TenantsSpec(), own(A, paused=True))

    assert made.knows(A)
    assert made.knows(B)
    assert made.limits == TenantLimits(frozenset({A}))


def test_once_somebody_is_named_the_others_are_not_known() -> None:
    made = book(TenantsSpec((A,)), own(B, added=True), own(C, paused=True))

    assert [name for name in (A, B, C, NO_TENANT) if made.knows(name)] == [A, B, NO_TENANT]
    assert list(made.all()) == [A, B]


def test_a_hub_without_tenants_is_as_it_was() -> None:
    made = book(TenantsSpec())

    assert made.limits == NO_LIMITS
    assert made.is_free(A)
    assert made.knows(A)
    assert made.admits(A, 0) is None
    assert made.largest_queue == 0


# --- what comes in --------------------------------------------------------------------------------


def test_as_many_as_the_rate_may_come_at_once_and_then_evenly() -> None:
    made = book(TenantsSpec((), TenantBudget(as_rate(4, SECOND_US))))
    at_us = 10 * SECOND_US

    said = [made.admits(A, at_us) for _ in range(6)]

    assert said[:4] == [None] * 4
    assert said[4] == said[5] == SECOND_US // 4
    assert made.admits(B, at_us) is None
    assert made.admits(A, at_us + SECOND_US // 4) is None


def test_nobody_in_particular_has_no_budget() -> None:
    made = book(TenantsSpec((), TenantBudget(as_rate(1, SECOND_US), 1, 1)))

    assert [made.admits(NO_TENANT, 0) for _ in range(5)] == [None] * 5
    assert made.is_free(NO_TENANT)


def test_a_full_queue_takes_no_more_and_what_came_since_the_last_count_counts() -> None:
    made = book(TenantsSpec((), TenantBudget(queue=5)), shop_a=3)

    assert [made.admits(A, 0) for _ in range(3)] == [None, None, FULL_US]
    made.keep(BookRows((), ((A, 4),)), 0)
    assert [made.admits(A, 0) for _ in range(2)] == [None, FULL_US]


def test_what_is_told_to_wait_by_its_rate_takes_no_place_in_the_queue() -> None:
    made = book(TenantsSpec((), TenantBudget(as_rate(1, SECOND_US), queue=2)))

    assert made.admits(A, 0) is None
    assert [made.admits(A, 0) for _ in range(5)] == [SECOND_US] * 5
    assert made.admits(A, SECOND_US) is None
    assert made.admits(A, 2 * SECOND_US) == FULL_US


# --- what is executed -----------------------------------------------------------------------------


def test_only_who_is_neither_paused_nor_counted_is_executed_as_it_comes_in() -> None:
    made = book(TenantsSpec(), own(A, paused=True), own(B, TenantBudget(at_once=2)))

    assert [made.is_free(name) for name in (A, B, C)] == [False, False, True]
    assert made.limits == TenantLimits(frozenset({A}), None, {B: 2})
    assert made.limits.counts
    assert [made.limits.most(name) for name in (A, B, C)] == [None, 2, None]


def test_a_number_for_everybody_holds_for_whoever_has_none_of_its_own() -> None:
    made = book(TenantsSpec((), TenantBudget(at_once=4)), own(B, TenantBudget(at_once=2)))

    assert [made.limits.most(name) for name in (A, B, NO_TENANT)] == [4, 2, None]
