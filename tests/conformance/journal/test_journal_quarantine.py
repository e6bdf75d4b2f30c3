"""Quarantine: deliveries wait until they are replayed or closed, and each is decided once."""

import pytest
from tests.makers import DAY_US, a_receipt, a_run, an_admission, by, event_id, receipt_id, replay_id
from tests.stores import Store

from tieline.features.issues.model import IssueRow, ListIssues, ShowIssue, TendIssues
from tieline.features.quarantine.store import ONLY_ASIDE
from tieline.model.base.errors import Conflict
from tieline.model.base.ids import ReceiptId, TenantId
from tieline.model.commands import (
    Admission,
    CloseDeliveries,
    Ingest,
    KeepReceipt,
    MoveReplay,
    ReplayFilter,
    StartReplay,
)
from tieline.model.inbound.receipt import Verdict
from tieline.model.people.decisions import MOST_DECIDED
from tieline.model.views.quarantine import CountQuarantine, Quarantined
from tieline.model.views.views import ListReceipts, NextReplayBatch, ShowReceipt
from tieline.rules.inbound.tenant import unknown_tenant

REPLAY = replay_id(1)


async def put_aside(store: Store, *numbers: int) -> None:
    """Deliveries against their contract: recorded as events, and no run is made."""
    for number in numbers:
        receipt = a_receipt(number, verdict=Verdict.QUARANTINED, status=202, reason="no amount")
        admission = an_admission(number)
        event = admission.event._replace(receipt_id=receipt.id, data=None)
        await store.journal.commit(
            Ingest((Admission(event, (), (), admission.expires_us),), receipt)
        )


async def listed(store: Store, *, decided: bool) -> dict[str, str | None]:
    asked = ListReceipts(verdict="quarantined", decided=decided)
    return {row.id: row.decision for row in (await store.views.read(asked)).rows}


async def waiting(store: Store) -> int:
    return (await store.views.read(CountQuarantine())).waiting


async def test_what_is_closed_waits_no_longer_and_is_audited(store: Store) -> None:
    await put_aside(store, 1, 2, 3)

    closed = await store.journal.commit(CloseDeliveries((receipt_id(1), receipt_id(3)), by("old")))

    assert closed.done == (receipt_id(1), receipt_id(3))
    assert closed.refused == ()
    assert await store.views.read(CountQuarantine()) == Quarantined(1, exact=True)
    assert await listed(store, decided=False) == {receipt_id(2): None}
    assert await listed(store, decided=True) == {receipt_id(3): "closed", receipt_id(1): "closed"}
    lines = [(line.action, line.subject, line.reason) for line in await store.audit()]
    assert lines == [("close-delivery", receipt_id(n), "old") for n in (1, 3)]
    assert (await store.views.read(ShowReceipt(receipt_id(1)))).decision == "closed"
    assert (await store.views.read(ShowReceipt(receipt_id(2)))).decision is None


async def test_an_issue_stays_while_a_delivery_of_it_waits(
    store: Store,
) -> None:
    await put_aside(store, 1, 2)
    await store.journal.commit(CloseDeliveries((receipt_id(1),), by()))
    later = store.now_us + DAY_US
    tend = TendIssues(later, later - 1)

    while_one_waits = await store.journal.commit(tend)
    await store.journal.commit(CloseDeliveries((receipt_id(2),), by()))
    then = await store.journal.commit(tend)

    assert (while_one_waits.count, then.count) == (0, 1)


async def test_what_it_does_not_fit_is_named_and_the_rest_is_closed(store: Store) -> None:
    await put_aside(store, 1, 2)
    await store.journal.commit(KeepReceipt(a_receipt(3)))
    await store.journal.commit(CloseDeliveries((receipt_id(1),), by()))
    ids = tuple(receipt_id(n) for n in (1, 2, 3, 9))

    closed = await store.journal.commit(CloseDeliveries(ids, by()))

    assert closed.done == (receipt_id(2),)
    assert dict(closed.refused) == {
        receipt_id(1): f"{receipt_id(1)} is decided already: closed",
        receipt_id(3): f"{receipt_id(3)} is accepted; {ONLY_ASIDE}",
        receipt_id(9): f"there is no receipt {receipt_id(9)!r}",
    }


async def test_too_many_at_once_are_refused(store: Store) -> None:
    ids = tuple(ReceiptId(f"rct_{n}") for n in range(MOST_DECIDED + 1))

    with pytest.raises(Conflict, match=f"give at most {MOST_DECIDED}"):
        await store.journal.commit(CloseDeliveries(ids, by()))


async def test_a_replay_that_makes_runs_of_them_decides_them_and_no_others(store: Store) -> None:
    await put_aside(store, 1, 2)
    await store.journal.commit(KeepReceipt(a_receipt(3)))
    wanted = ReplayFilter(states=("quarantined",))
    await store.journal.commit(StartReplay(REPLAY, wanted, 10, 1, False, by()))
    run = a_run(101, event_id=event_id(1), replay_id=REPLAY)
    receipts = (receipt_id(1), receipt_id(3))

    await store.journal.commit(MoveReplay(REPLAY, "", "c", (run,), True, 77, receipts=receipts))

    assert await waiting(store) == 1
    assert await listed(store, decided=True) == {receipt_id(1): f"replayed: {REPLAY}"}
    assert (await store.views.read(ShowReceipt(receipt_id(3)))).decision is None


async def test_a_replay_of_the_quarantine_passes_over_what_is_decided(store: Store) -> None:
    await put_aside(store, 1, 2)
    await store.journal.commit(CloseDeliveries((receipt_id(1),), by()))

    bite = await store.views.read(
        NextReplayBatch(ReplayFilter(states=("quarantined",)), "", store.now_us + 10)
    )

    assert [one.event.id for one in bite.events] == [event_id(2)]


async def test_deliveries_of_an_unknown_tenant_are_one_issue_until_a_replay_has_made_runs(
    store: Store,
) -> None:
    x, y = TenantId("shop-x1"), TenantId("shop-x2")
    for number, tenant in ((1, x), (2, x), (3, y)):
        receipt = a_receipt(
            number, verdict=Verdict.UNMATCHED, status=202, reason=unknown_tenant(tenant)
        )
        made = an_admission(number)
        event = made.event._replace(receipt_id=receipt.id, data=None, tenant=tenant)
        admission = Admission(event, (), (), made.expires_us)
        await store.journal.commit(Ingest((admission,), receipt._replace(tenant=tenant)))
    await store.journal.commit(KeepReceipt(a_receipt(4, verdict=Verdict.UNMATCHED, reason="none")))

    found = await issues(store)
    assert {row.words.partition("'")[2][:7] for row in found} == {"shop-x1", "shop-x2"}
    assert [row.kind for row in found] == ["unknown-tenant"] * 2
    first = next(row for row in await issues(store) if "'shop-x1'" in row.words)
    shown = await store.views.read(ShowIssue(first.id))
    assert (shown.tenants, first.subjects, first.needs_person) == (((x, 2),), 2, True)

    wanted = ReplayFilter(issue=first.id)
    bite = await store.views.read(NextReplayBatch(wanted, "", store.now_us + DAY_US))
    assert [(one.event.tenant, one.event.id) for one in bite.events] == [
        (x, event_id(1)),
        (x, event_id(2)),
    ]
    await store.journal.commit(StartReplay(REPLAY, wanted, 10, 2, False, by()))
    runs = tuple(
        a_run(100 + n, event_id=event_id(n), replay_id=REPLAY)._replace(tenant=x) for n in (1, 2)
    )
    await store.journal.commit(
        MoveReplay(REPLAY, "", bite.cursor, runs, True, store.now_us, (), False,
                   (receipt_id(1), receipt_id(2)))
    )  # fmt: skip

    left = {row.words.partition("'")[2][:7]: row.needs_person for row in await issues(store)}
    assert left == {"shop-x1": False, "shop-x2": True}


async def issues(store: Store) -> tuple[IssueRow, ...]:
    return (await store.views.read(ListIssues())).rows
