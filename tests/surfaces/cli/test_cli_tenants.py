"""The command line and tenants: added, limited, paused and resumed, here and elsewhere."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from tests.conftest import StoreHouse
from tests.surfaces.cli.test_cli_far import Elsewhere

from tieline.model.base.ids import TenantId

WHY = ("--reason", "a test")


def shown(shop: Any, name: str) -> dict[str, Any]:
    said = shop.tieline("--json", "tenants", "show", name)
    assert said.code == 0, said.err
    found: dict[str, Any] = orjson.loads(said.out)
    return found


@pytest.fixture(params=["here", "elsewhere"])
def tieline(request: pytest.FixtureRequest, shop: Any) -> Any:
    if request.param == "here":
        yield shop.tieline
        return
    with Elsewhere(shop) as there:
        yield there.tieline


def test_a_tenant_is_added_limited_paused_and_resumed(
    shop: Any, tieline: Callable[..., Any]
) -> None:
    added = tieline("tenants", "add", "shop-a", "--note", "the shop", *WHY)
    limited = tieline("tenants", "limit", "shop-a", "--rate", "100/s", "--at-once", "5", *WHY)
    paused = tieline("tenants", "pause", "shop-a", *WHY)
    again = tieline("tenants", "pause", "shop-a", *WHY)

    assert added.out == "tenant shop-a is added: its deliveries are taken from now on\n", added.err
    assert limited.out == "tenant shop-a has a budget of its own: rate 100/s, at once 5\n"
    assert paused.out == "tenant shop-a is paused\n"
    assert (again.code, "is paused already" in again.err) == (5, True)
    listed = tieline("tenants", "list")
    assert "shop-a" in listed.out
    assert "a test" in listed.out
    text = tieline("tenants", "show", "shop-a").out
    assert "goes on with: tieline tenants resume shop-a" in text
    resumed = tieline("tenants", "resume", "shop-a", *WHY)
    assert resumed.out == "tenant shop-a goes on\n"
    lifted = tieline("tenants", "limit", "shop-a", *WHY)
    assert lifted.out == "tenant shop-a may take what the code says\n"
    actions = [line["action"] for line in shown(shop, "shop-a")["audit"]]
    assert sorted(actions) == [
        "add-tenant",
        "limit-tenant",
        "limit-tenant",
        "pause-tenant",
        "rejected-pause-tenant",
        "resume-tenant",
    ]


def test_a_run_of_a_paused_tenant_says_for_what_it_waits(
    shop: Any, invoice: Callable[..., dict[str, object]]
) -> None:
    asyncio.run(_deliver(shop, invoice))
    given = orjson.loads(shop.tieline("--json", "runs", "list", "--limit", "1").out)["id"]
    shop.tieline("tenants", "pause", "shop-a", "--reason", "it floods us")

    said = shop.tieline("runs", "show", given)

    assert "tenant shop-a is paused by" in said.out
    assert "it floods us" in said.out
    assert "shop-a" in said.out


async def _deliver(shop: Any, invoice: Callable[..., dict[str, object]]) -> None:
    house = StoreHouse(shop.path)
    house.clock.at_us = shop.build.house.clock.at_us
    house.ids.made = 500
    await house.deliver("invoice.paid", invoice(9), tenant=TenantId("shop-a"))
    await house.close()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "Shop A"), 2, "use 1 to 64 letters"),
        (("add", "-"), 2, "use 1 to 64 letters"),
        (("pause", "nobody"), 3, "there is no tenant 'nobody'"),
        (("show", "nobody"), 3, "there is no tenant 'nobody'"),
        (("limit", "nobody", "--rate", "fast"), 2, "use so many in a time, such as 100/s"),
    ],
)
def test_what_cannot_be_meant_of_a_tenant_is_said(
    shop: Any, words: tuple[str, ...], code: int, said: str
) -> None:
    why = () if words[0] == "show" else WHY
    found = shop.tieline("tenants", *words, *why)

    assert found.code == code
    assert said in found.err


def test_a_tenant_is_added_once_and_resumed_when_it_is_paused(shop: Any) -> None:
    shop.tieline("tenants", "add", "shop-a", *WHY)

    again = shop.tieline("tenants", "add", "shop-a", *WHY)
    resumed = shop.tieline("tenants", "resume", "shop-a", *WHY)

    assert (again.code, "was added before" in again.err) == (5, True)
    assert (resumed.code, "is not paused" in resumed.err) == (5, True)
