"""What every backend promises about the inbox: all that waits, the oldest first, page by page."""

from collections.abc import Callable
from typing import Any

import pytest

from tieline.features.inbox.model import CountInbox, ListInbox
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import TenantId
from tieline.model.commands import By, Cancel, CloseDeliveries, DecideMany, ResolveHeld
from tieline.model.runs.run import Dead, Held, StepState
from tieline.model.views.inbox import InboxItem
from tieline.model.views.views import ListReceipts, Window
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
STEP = ("books POST /entries", "#1")


def by(house: Any) -> By:
    return By("ana", "a test", house.clock.at_us)


async def a_run(house: Any, invoice: Invoice, number: int, end: Any, customer: str = "") -> Any:
    """One run that came to *end*, a minute after the one before it."""
    payload = invoice(number, customer or f"cus_{number}")
    await house.deliver("invoice.paid", payload, identity=f"e{number}")
    (run,) = await house.claim()
    doubt = isinstance(end, Held) and end.step is not None
    await house.settle(run, end, *([house.call_step(run, StepState.INTENT)] if doubt else []))
    house.clock.advance(minutes=1)
    return run


async def everything(views: Views, limit: int = 2, **of: Any) -> list[InboxItem]:
    """All of it, in small pages."""
    found: list[InboxItem] = []
    cursor = None
    for _ in range(50):
        page = await views.read(ListInbox(window=Window(before=cursor, limit=limit), **of))
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            break
    return found


async def test_an_empty_inbox(views: Views) -> None:
    page = await views.read(ListInbox())
    counts = await views.read(CountInbox())

    assert (page.rows, page.cursor) == ((), None)
    assert [(one.kind, one.waiting, one.exact) for one in counts.kinds] == [
        ("hold", 0, True),
        ("outcome-unknown", 0, True),
        ("dead-letter", 0, True),
        ("quarantine", 0, True),
        ("unknown-tenant", 0, True),
    ]


async def test_all_kinds_stand_in_one_list_the_oldest_first(
    house: Any, views: Views, invoice: Invoice
) -> None:
    dead = await a_run(house, invoice, 1, Dead("refused-422", "no such customer"))
    hold = await a_run(house, invoice, 2, Held("amount above limit"))
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="odd")
    house.clock.advance(minutes=1)
    doubt = await a_run(house, invoice, 3, Held("no answer came", STEP))

    rows = await everything(views)

    assert [row.kind for row in rows] == ["dead-letter", "hold", "quarantine", "outcome-unknown"]
    assert [row.since_us for row in rows] == sorted(row.since_us for row in rows)
    letter, asked, aside, lost = rows
    assert letter.asks == ("Try post_invoice again, or discard it? rejected 422: no such customer")
    assert [verb.command for verb in letter.verbs] == [
        f"tieline dead {verb} {dead.id}" for verb in ("retry", "edit", "discard")
    ]
    assert asked.asks == "May post_invoice go on? amount above limit"
    assert asked.verbs[0].command == f"tieline held resolve {hold.id} --continue"
    assert lost.asks == "Did books POST /entries happen?"
    assert lost.verbs[0].command == f"tieline held resolve {doubt.id} --done"
    assert aside.source == "billing"
    assert aside.asks.startswith("Replay this delivery of billing, or discard? ")
    assert {row.tenant for row in rows} == {"-"}
    assert (await views.read(CountInbox())).waiting == 4


async def test_what_is_alike_is_one_line_and_drowns_nothing(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(1, 6):
        await a_run(house, invoice, number, Dead("refused-422", "no such customer"))
    for number in range(3):
        await house.deliver("invoice.paid", {"invoice_id": 7}, identity=f"odd{number}")
        house.clock.advance(minutes=1)
    await a_run(house, invoice, 9, Held("amount above limit"))

    letters, aside, hold = await everything(views)

    assert (letters.kind, letters.count) == ("dead-letter", 5)
    assert letters.asks.startswith("Try 5 runs of post_invoice again, or discard them? ")
    assert letters.verbs[0].command == f"tieline dead retry --all --issue {letters.id}"
    assert (aside.kind, aside.count) == ("quarantine", 3)
    assert aside.verbs[1].command == f"tieline quarantine discard --issue {aside.id}"
    assert hold.kind == "hold"
    counts = {one.kind: one.waiting for one in (await views.read(CountInbox())).kinds}
    assert counts == {
        "hold": 1,
        "outcome-unknown": 0,
        "dead-letter": 5,
        "quarantine": 3,
        "unknown-tenant": 0,
    }


async def test_what_waits_behind_is_counted(house: Any, views: Views, invoice: Invoice) -> None:
    await a_run(house, invoice, 1, Held("amount above limit"), "cus_1")
    for number in (2, 3):
        await house.deliver("invoice.paid", invoice(number, "cus_1"), identity=f"e{number}")
    house.clock.advance(minutes=1)
    await a_run(house, invoice, 4, Dead("refused-422", "no such customer"), "cus_2")
    await house.deliver("invoice.paid", invoice(5, "cus_2"), identity="e5")

    assert [row.behind for row in await everything(views)] == [2, 1]


async def test_what_is_decided_leaves_the_inbox(house: Any, views: Views, invoice: Invoice) -> None:
    dead = await a_run(house, invoice, 1, Dead("refused-422", "no such customer"))
    hold = await a_run(house, invoice, 2, Held("amount above limit"))
    doubt = await a_run(house, invoice, 3, Held("no answer came", STEP))
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="odd")
    (aside,) = (await views.read(ListReceipts(verdict="quarantined"))).rows

    await house.journal.commit(DecideMany("discard", (dead.id,), by(house)))
    await house.journal.commit(ResolveHeld(hold.id, "give-up", by(house)))
    await house.journal.commit(Cancel(doubt.id, by(house)))
    await house.journal.commit(CloseDeliveries((aside.id,), by(house)))

    assert await everything(views) == []
    assert (await views.read(CountInbox())).waiting == 0


async def test_a_run_that_is_held_again_waits_since_then(
    house: Any, views: Views, invoice: Invoice
) -> None:
    first = await a_run(house, invoice, 1, Held("one"))
    second = await a_run(house, invoice, 2, Held("two"))
    await house.journal.commit(ResolveHeld(first.id, "retry", by(house)))
    (again,) = await house.claim()
    await house.settle(again, Held("once more"))

    rows = await everything(views)

    assert [row.id for row in rows] == [second.id, first.id]
    assert rows[1].since_us == house.clock.at_us


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_pages_lead_through_without_a_gap_or_a_repeat(
    house: Any, views: Views, invoice: Invoice, limit: int
) -> None:
    ends = (
        Held("asks"),
        Dead("KeyError", "'amount'"),
        Held("lost", STEP),
        Dead("refused-422", "no such customer"),
        Held("asks"),
        Dead("rejected", "no lines"),
    )
    for number, end in enumerate(ends):
        await a_run(house, invoice, number, end)

    rows = await everything(views, limit)

    assert len({(row.kind, row.id) for row in rows}) == len(rows) == len(ends)
    assert [row.since_us for row in rows] == sorted(row.since_us for row in rows)


async def test_of_one_tenant(house: Any, views: Views, invoice: Invoice) -> None:
    """What is alike of several is counted, and decided, for the one that was asked for."""
    for number, tenant in enumerate(("shop-a", "shop-b", "shop-b"), 1):
        await house.deliver(
            "invoice.paid", invoice(number, f"cus_{number}"), tenant=TenantId(tenant)
        )
        (run,) = await house.claim()
        await house.settle(run, Dead("refused-422", "no such customer"))
        house.clock.advance(minutes=1)
        await house.deliver("invoice.paid", {"invoice_id": 7}, tenant=TenantId(tenant))
        house.clock.advance(minutes=1)
    await house.deliver("invoice.paid", invoice(9, "cus_9"), tenant=TenantId("shop-a"))
    (run,) = await house.claim()
    await house.settle(run, Held("amount above limit"))

    every = await everything(views)
    theirs = await everything(views, tenant="shop-b")
    ours = await everything(views, tenant="shop-a")

    assert [(row.kind, row.count, row.tenant) for row in every if row.count > 1] == [
        ("dead-letter", 3, None),
        ("quarantine", 3, None),
    ]
    assert [(row.kind, row.count, row.tenant) for row in theirs] == [
        ("dead-letter", 2, "shop-b"),
        ("quarantine", 2, "shop-b"),
    ]
    assert all(verb.command.endswith(" --tenant shop-b") for row in theirs for verb in row.verbs)
    assert [(row.kind, row.count) for row in ours] == [
        ("dead-letter", 1),
        ("quarantine", 1),
        ("hold", 1),
    ]
    assert await everything(views, tenant="nobody") == []


async def test_filters(house: Any, views: Views, invoice: Invoice) -> None:
    await a_run(house, invoice, 1, Held("asks"))
    await a_run(house, invoice, 2, Held("lost", STEP))
    await a_run(house, invoice, 3, Dead("rejected", "no lines"))
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="odd")

    for kind in ("hold", "outcome-unknown", "dead-letter", "quarantine"):
        assert [row.kind for row in await everything(views, kind=kind)] == [kind]
    assert len(await everything(views, flow="post_invoice")) == 3
    assert await everything(views, flow="nobody") == []
    assert len(await everything(views, flows=("post_invoice",), sources=("billing",))) == 4
    assert len(await everything(views, flows=(), sources=("billing",))) == 1
    with pytest.raises(CommandRefused, match="use one of hold, outcome-unknown, dead-letter"):
        await everything(views, kind="nonsense")
    with pytest.raises(CommandRefused, match="use one that this very list gave"):
        await views.read(ListInbox(window=Window(before="run_1")))
    with pytest.raises(CommandRefused, match="--hub"):
        await views.read(ListInbox(owner="finance"))
