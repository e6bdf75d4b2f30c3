"""What every backend of the views promises of tenants: two shops' order 7777 are two stories."""

from collections.abc import Callable
from typing import Any

import pytest

from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.commands import DeliveryTime, KeepTally
from tieline.model.inbound.event import Reference
from tieline.model.views.views import ListEvents, ListReceipts, ListRuns, ReadTrail
from tieline.model.views.work_lists import Find
from tieline.operations.story import story
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
A, B = TenantId("shop-a"), TenantId("shop-b")
IN_1 = Reference("invoice", "in_1")


async def two_shops(house: Any, invoice: Invoice) -> None:
    """The same invoice, under the same id and correlation of the sender, of two shops."""
    for tenant in (A, B):
        await house.deliver(
            "invoice.paid", invoice(1), identity="one", correlation="same", tenant=tenant
        )
        house.clock.advance(seconds=1)


async def test_each_of_two_tenants_has_its_own_story_of_one_name(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await two_shops(house, invoice)

    for tenant in (A, B):
        trail = await views.read(ReadTrail(reference=IN_1, tenant=tenant))
        assert [row.tenant for row in trail.events] == [tenant]
        assert [row.tenant for row in trail.receipts] == [tenant]
        assert [row.tenant for row in trail.runs] == [tenant]
        told = await story(views, "invoice", "in_1", tenant)
        assert told.about == f"invoice:in_1 of {tenant}"
        assert len((await views.read(ReadTrail(id="same", tenant=tenant))).events) == 1


async def test_without_a_tenant_the_choice_is_asked_in_words(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await two_shops(house, invoice)

    for asked in (("invoice", "in_1"), ("in_1", None), ("invoice:in_1", None)):
        with pytest.raises(CommandRefused) as refused:
            await story(views, *asked)
        assert str(refused.value) == (
            "'invoice:in_1' is known of shop-a and shop-b; say whose, such as --tenant shop-b"
        )
    with pytest.raises(CommandRefused, match="'same' is known of shop-a and shop-b"):
        await story(views, "same")
    with pytest.raises(NotFound):
        await story(views, "invoice", "in_1", "shop-c")


async def test_a_name_of_nobody_and_of_somebody_is_asked_too(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.deliver("invoice.paid", invoice(1), tenant=A)

    with pytest.raises(CommandRefused, match=r"nobody \(-\) and shop-a"):
        await story(views, "invoice", "in_1")
    assert (await story(views, "invoice", "in_1", NO_TENANT)).about == "invoice:in_1"


async def test_a_story_of_an_event_is_that_of_its_tenant(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await two_shops(house, invoice)

    (event, _) = (await views.read(ListEvents())).rows

    trail = await views.read(ReadTrail(id=event.id))
    assert {row.tenant for row in trail.events} == {event.tenant}


async def test_the_search_names_each_tenant_that_knows_a_name_or_an_id(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await two_shops(house, invoice)
    heard = DeliveryTime("billing", house.clock.at_us, house.clock.at_us, 2)
    await house.journal.commit(KeepTally((), (heard,)))

    found = await views.read(Find("in_1"))
    assert [(match.id, match.tenant, match.words) for match in found] == [
        ("invoice:in_1", B, "invoice in_1 of shop-b, in 1 event"),
        ("invoice:in_1", A, "invoice in_1 of shop-a, in 1 event"),
    ]
    assert [match.kind for match in await views.read(Find("one"))] == ["event", "event"]


async def test_lists_say_whose_each_thing_is(house: Any, views: Views, invoice: Invoice) -> None:
    await two_shops(house, invoice)

    receipts = (await views.read(ListReceipts())).rows
    events = (await views.read(ListEvents())).rows
    runs = (await views.read(ListRuns())).rows
    assert [row.tenant for row in receipts] == [B, A]
    assert [row.tenant for row in events] == [B, A]
    assert [row.tenant for row in runs] == [B, A]
