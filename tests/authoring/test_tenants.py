"""Tenants in code: they become plain data, and every mistake about them is named."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tieline import (
    Connector,
    EventShape,
    HeaderPiece,
    HmacScheme,
    Hub,
    Piece,
    Rate,
    SingleSignature,
    Tenant,
    TokenScheme,
    WebhookScheme,
)
from tieline.model.base.errors import DeclarationError
from tieline.model.base.ids import TenantId
from tieline.model.hub.flow import ScheduleSource
from tieline.model.hub.tenant_rule import EachTenant
from tieline.model.hub.tenants import TenantBudget, TenantsSpec

SHAPE = EventShape(type_path="type", id_path="id")
SIGNATURE = SingleSignature("x-signature")
SIGNED = HmacScheme(SIGNATURE, (HeaderPiece("X-Shop"), b".", Piece.BODY))
PLAIN = HmacScheme(SIGNATURE)


async def fine(order: Any) -> None: ...


def a_hub(*schemes: Any, **dials: Any) -> Hub:
    hub = Hub("acme")
    scheme = WebhookScheme("shop", schemes, SHAPE, "")
    shop = hub.connect("shop", Connector("shop", webhook=scheme))
    hub.flow(on=shop.webhook(**dials))(fine)
    return hub


def of_schedule(each: Any) -> Hub:
    hub = Hub("acme")
    hub.tenants("shop-a", "shop-b")
    hub.flow(on=hub.schedule("@daily", each=each))(fine)
    return hub


def with_tenants(*names: Any, **more: Any) -> Hub:
    hub = a_hub(PLAIN)
    hub.tenants(*names, **more)
    return hub


def said_twice() -> Hub:
    hub = with_tenants("shop-a")
    hub.tenants("shop-b")
    return hub


def alike(rule: Any) -> Hub:
    hub = a_hub(PLAIN, tenant=rule)
    hub.tenants("shop-a", "shop_a")
    return hub


def test_tenants_and_their_budget_become_data() -> None:
    rate = Rate(10, timedelta(seconds=1))
    hub = with_tenants("shop-a", "T024BE7LD", rate=rate, at_once=4, queue=1000)

    budget = TenantBudget(rate, 4, 1000)
    assert hub.spec().tenants == TenantsSpec((TenantId("shop-a"), TenantId("T024BE7LD")), budget)
    assert a_hub(PLAIN).spec().tenants == TenantsSpec()


def test_a_source_says_where_its_tenant_is() -> None:
    rate = Rate(10, timedelta(seconds=1))
    door = a_hub(SIGNED, tenant=Tenant.header("x-shop"), rate=rate).spec().webhooks()["shop"]

    assert (door.tenant, door.rate, door.place) == (Tenant.header("x-shop"), rate, "/in/shop")
    by_path = a_hub(PLAIN, tenant=Tenant.path()).spec().webhooks()["shop"]
    assert by_path.place == "/in/shop/<tenant>"


@pytest.mark.parametrize(
    ("each", "wanted"),
    [
        (Tenant.every(), EachTenant()),
        (("shop-b",), EachTenant(("shop-b",))),
        (None, None),
    ],
)
def test_a_schedule_says_for_whom_it_fires(each: Any, wanted: EachTenant | None) -> None:
    (source,) = of_schedule(each).spec().sources().values()

    assert isinstance(source, ScheduleSource)
    assert source.each == wanted


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: with_tenants("-"), "tenant '-': the name cannot be used; use 1 to 64 letters"),
        (lambda: with_tenants("a b"), "tenant 'a b': the name cannot be used"),
        (lambda: with_tenants("a", "a"), "tenant 'a' is named 2 times"),
        (lambda: with_tenants("a", at_once=0), "at_once of hub.tenants is 0; use 1 or more"),
        (lambda: with_tenants("a", queue=-1), "queue of hub.tenants is -1"),
        (said_twice, "hub.tenants is said 2 times"),
        (lambda: a_hub(PLAIN, tenant=Tenant.field("a..b")), "Tenant.field of 'shop' is 'a..b'"),
        (lambda: a_hub(PLAIN, tenant=Tenant.field("")), "use keys joined by dots"),
        (lambda: a_hub(PLAIN, tenant=Tenant.header("x-shop")), "does not cover"),
        (lambda: a_hub(SIGNED, tenant=Tenant.header("x-other")), "it covers x-shop"),
        (lambda: a_hub(SIGNED, PLAIN, tenant=Tenant.header("x-shop")), "it covers none"),
        (
            lambda: a_hub(TokenScheme("x-token"), tenant=Tenant.header("x-token")),
            "does not cover",
        ),
        (
            lambda: a_hub(SIGNED, tenant=Tenant.header("x-shop"), unverified=True),
            "does not cover",
        ),
        (lambda: a_hub(tenant=Tenant.secret(), unverified=True), "may come without any secret"),
        (lambda: a_hub(PLAIN, tenant="account"), "use Tenant.field(…)"),
        (lambda: alike(Tenant.secret()), "would share the variable of secret"),
        (lambda: alike(Tenant.path()), "'shop-a' and 'shop_a'"),
        (lambda: of_schedule(("shop-x",)), "fires for tenant 'shop-x', which hub.tenants does"),
        (lambda: of_schedule("shop-a"), "use Tenant.every() or a list such as ['shop-a']"),
        (lambda: of_schedule(()), "use Tenant.every() or a list of names"),
    ],
)
def test_mistakes_are_named(made: Callable[[], Hub], said: str) -> None:
    hub = made()

    with pytest.raises(DeclarationError) as refused:
        hub.spec()

    assert said in str(refused.value)
