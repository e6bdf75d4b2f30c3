"""What every backend says of how a thing stands: the latest words, of whose it is, and no more."""

from collections.abc import Callable
from typing import Any

import pytest

from tieline.features.status.model import ReadStatus
from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.base.ids import TenantId
from tieline.model.calls.call import Effect
from tieline.model.commands import By, DiscardDead, Progress, Remember
from tieline.model.runs.run import ClaimedRun, Dead, Returned, StepRecord, StepState
from tieline.ports.views import Views
from tieline.rules.runs.lines import SAY

Invoice = Callable[..., dict[str, object]]


async def said(house: Any, run: ClaimedRun, words: str) -> None:
    at_us = house.clock.at_us
    record = StepRecord(
        run.id, SAY, words, StepState.DONE, Effect.READ, "", None, 1, None, at_us, at_us
    )
    await house.journal.commit(Remember(run.claim, Progress(steps=(record,))))
    house.clock.advance(seconds=1)


async def told(views: Views, key: str = "in_1", **of: Any) -> tuple[str, str | None]:
    found = await views.read(ReadStatus("invoice", key, **of))
    return found.status, found.words


async def test_the_latest_words_and_how_it_stands(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    seen = [await told(views)]
    (run,) = await house.claim()
    seen.append(await told(views))
    await said(house, run, "we look at it")
    await said(house, run, "it is on its way")
    seen.append(await told(views))
    await house.settle(run, Dead("bug", "no", "trace"))
    seen.append(await told(views))
    by = By("ana", "no", house.clock.at_us)
    await house.journal.commit(DiscardDead(run.id, by))
    seen.append(await told(views))

    assert seen == [
        ("received", None),
        ("working", None),
        ("working", "it is on its way"),
        ("needs attention", "it is on its way"),
        ("done", "it is on its way"),
    ]
    with pytest.raises(NotFound):
        await told(views, "in_2")


async def test_two_tenants_of_one_name_are_two_things(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for tenant in ("shop-a", "shop-b"):
        await house.deliver("invoice.paid", invoice(1), tenant=TenantId(tenant))
        (run,) = await house.claim()
        await said(house, run, f"hello from {tenant}")
        await house.settle(run, Returned())

    assert await told(views, tenant="shop-a") == ("done", "hello from shop-a")
    with pytest.raises(CommandRefused, match="say whose") as refused:
        await told(views)
    assert "shop-b" not in str(refused.value)
