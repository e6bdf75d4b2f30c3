"""Stories of tenants on the command line: whose is asked for, and lists say it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.surfaces.cli.conftest import Shop
from tests.surfaces.cli.test_cli_far import Elsewhere

from tieline.model.base.ids import TenantId


@pytest.fixture
def shop(
    build_house: Callable[[], Any],
    invoice: Callable[..., dict[str, object]],
    shop_on: Callable[..., Shop],
) -> Shop:
    async def make() -> Any:
        house = build_house()
        for tenant in ("shop-a", "shop-b"):
            await house.deliver("invoice.paid", invoice(1), tenant=TenantId(tenant))
        await house.work()
        await house.close()
        return house

    return shop_on(asyncio.run(make()))


def test_whose_story_is_meant_is_asked_here_and_of_a_hub_elsewhere(shop: Shop) -> None:
    with Elsewhere(shop) as elsewhere:
        for tieline in (shop.tieline, elsewhere.tieline):
            asked = tieline("story", "invoice", "in_1")
            told = tieline("story", "invoice", "in_1", "--tenant", "shop-a")
            other = tieline("story", "invoice", "in_1", "--tenant", "shop-c")

            assert asked.code != 0
            assert "known of shop-a and shop-b; say whose, such as --tenant shop-b" in asked.err
            assert (told.code, "invoice:in_1 of shop-a: all of it is done" in told.out) == (0, True)
            assert other.code == 3


def test_lists_have_a_column_of_tenants_where_something_has_one(shop: Shop) -> None:
    for words in (("deliveries", "list"), ("events", "list"), ("runs", "list")):
        lines = shop.tieline(*words).lines
        assert "TENANT" in lines[0], words
        assert "shop-b" in lines[1], words
