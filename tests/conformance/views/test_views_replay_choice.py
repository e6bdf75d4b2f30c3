"""What every backend promises about events that are replayed for how they failed."""

from collections.abc import Callable
from typing import Any

from tests.makers import a_receipt, an_attempt, an_event

from tieline.features.issues.model import ListIssues
from tieline.model.base.ids import TenantId
from tieline.model.commands import Admission, Ingest, Progress, ReplayFilter
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import Dead, RetryAt, Returned
from tieline.model.views.views import NextReplayBatch, ShowEvent
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
BUSY = "HTTP 503: busy"


async def fail(house: Any, run: Any, kind: str = "unavailable") -> None:
    attempt = an_attempt(run.id, outcome=kind, status=503, detail=BUSY)
    await house.settle(run, Dead(kind, f"gave up: {BUSY}"), Progress(attempts=(attempt,)))


async def wanted(house: Any, views: Views, limit: int = 100, **asked: Any) -> list[str]:
    """The identities of all bites, in their order."""
    found: list[str] = []
    after = ""
    for _ in range(50):
        question = NextReplayBatch(ReplayFilter(**asked), after, house.clock.at_us, limit)
        bite = await views.read(question)
        found += [one.event.identity for one in bite.events]
        after = bite.cursor
        if bite.finished:
            return found
    raise AssertionError("the replay does not end")


async def failed_runs(house: Any, invoice: Invoice) -> None:
    for number in range(6):
        await house.deliver("invoice.paid", invoice(number, f"c{number}"), identity=f"e{number}")
        house.clock.advance(milliseconds=1)
    runs = await house.claim()
    for run in runs[:3]:
        await fail(house, run)
    await fail(house, runs[3], "slow")
    await house.settle(runs[4], Dead("KeyError", "no"))
    await house.settle(runs[5], Returned())


async def test_events_of_an_issue_are_found_each_once(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await failed_runs(house, invoice)
    [issue] = [row for row in (await views.read(ListIssues())).rows if row.kind == "outage"]

    for limit in (1, 2, 100):
        assert await wanted(house, views, limit, issue=issue.id) == ["e0", "e1", "e2", "e3"]
    assert await wanted(house, views, issue=issue.id, kind="slow") == ["e3"]
    assert await wanted(house, views, issue=issue.id, flow="other", kind="unavailable") == []
    assert await wanted(house, views, issue=issue.id, source="shop") == []
    assert await wanted(house, views, issue=issue.id, states=("done",)) == []


async def test_a_run_that_failed_twice_is_replayed_once(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="e1")
    [run] = await house.claim()
    attempt = an_attempt(run.id, outcome="unavailable", status=503, detail=BUSY)
    again = RetryAt(house.clock.at_us, f"x: {BUSY}")
    await house.settle(run, again, Progress(attempts=(attempt,)))
    [issue] = (await views.read(ListIssues())).rows

    assert await wanted(house, views, issue=issue.id) == ["e1"]


async def test_quarantined_events_are_found_by_their_issue(house: Any, views: Views) -> None:
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="bad")
    [issue] = (await views.read(ListIssues(source="billing"))).rows

    assert issue.kind == "quarantined"
    assert await wanted(house, views, issue=issue.id) == ["bad"]
    assert await wanted(house, views, states=("quarantined",)) == ["bad"]


async def test_events_are_found_by_what_their_runs_died_of(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await failed_runs(house, invoice)

    assert await wanted(house, views, kind="slow") == ["e3"]
    assert await wanted(house, views, connection="books") == ["e0", "e1", "e2", "e3"]
    assert await wanted(house, views, connection="books", kind="KeyError") == []
    assert await wanted(house, views, kind="KeyError", flow="post_invoice") == ["e4"]
    assert await wanted(house, views, kind="KeyError", flow="other") == []


async def test_events_of_another_tenant_than_their_delivery_are_found_as_any_other(
    house: Any, views: Views
) -> None:
    """Each event of a batch has a tenant of its own; their delivery has one of them, or another."""
    at_us = house.clock.at_us
    receipt = a_receipt(
        tenant=TenantId("shop-a"),
        verdict=Verdict.QUARANTINED,
        reason="events 1 and 2 of 2: line@1",
        received_us=at_us,
    )
    admissions = tuple(
        Admission(
            an_event(
                number, tenant=TenantId(f"shop-{name}"), receipt_id=receipt.id, recorded_us=at_us
            )
        )
        for number, name in enumerate("ab", 1)
    )
    await house.journal.commit(Ingest(admissions, receipt))
    identities = ["identity-1", "identity-2"]
    ids = tuple(one.event.id for one in admissions)

    assert await wanted(house, views, states=("quarantined",)) == identities
    assert await wanted(house, views, event_ids=ids) == identities
    assert await wanted(house, views, tenant="shop-b", states=("quarantined",)) == identities[1:]
    for id_ in ids:
        shown = await views.read(ShowEvent(id_))
        assert shown.receipt is not None
        assert shown.receipt.id == receipt.id
