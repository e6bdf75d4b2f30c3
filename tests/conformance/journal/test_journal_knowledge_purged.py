"""What every backend forgets of issues and exchanges, and when."""

from tests.makers import DAY_US, START_US, a_receipt, an_attempt, by
from tests.stores import Store

from tieline.features.issues.model import ListIssues, ResolveIssue, ShowIssue
from tieline.model.base.ids import RunId
from tieline.model.commands import DiscardDead, KeepReceipt, Progress, Purge
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import ClaimedRun, Dead, ExchangeRecord

PAYLOADS, RUNS = 30 * DAY_US, 90 * DAY_US


async def a_dead_run(store: Store) -> ClaimedRun:
    await store.ingest(1)
    run = await store.claim_one()
    tried = an_attempt(run.id, outcome="slow", detail="no answer")
    kept = ExchangeRecord(
        RunId(run.id), tried.step, tried.key, 1, START_US, "POST /entries", "HTTP 504"
    )
    progress = Progress(attempts=(tried,), exchanges=(kept,))
    await store.settle(run, Dead("slow", "x: no answer"), progress)
    assert (await store.detail(run.id)).exchanges == (kept,)
    return run


async def purge(store: Store, days: float) -> None:
    now_us = START_US + int(days * DAY_US)
    for _ in range(5):
        await store.journal.commit(Purge(now_us - PAYLOADS, now_us - RUNS, now_us))


async def test_what_was_sent_and_answered_is_forgotten_as_payloads_are(store: Store) -> None:
    run = await a_dead_run(store)

    await purge(store, 29)
    assert len((await store.detail(run.id)).exchanges) == 1
    await purge(store, 31)

    shown = await store.detail(run.id)
    assert shown.exchanges == ()
    assert len(shown.attempts) == 1
    assert len(shown.issues) == 1


async def test_a_run_that_is_forgotten_belongs_to_no_issue_any_more(store: Store) -> None:
    run = await a_dead_run(store)
    [issue] = (await store.views.read(ListIssues())).rows
    await store.journal.commit(DiscardDead(run.id, by()))

    await purge(store, 89)
    assert len((await store.views.read(ShowIssue(issue.id))).runs) == 1
    await purge(store, 92)

    shown = await store.views.read(ShowIssue(issue.id))
    assert (shown.runs, shown.tenants, shown.issue.count) == ((), (), 1)


async def test_deliveries_leave_their_issue_when_runs_of_their_age_are_forgotten(
    store: Store,
) -> None:
    refused = a_receipt(1, verdict=Verdict.REFUSED, status=401, reason="stale", event_id=None)
    await store.journal.commit(KeepReceipt(refused))
    [issue] = (await store.views.read(ListIssues())).rows

    await purge(store, 89)
    assert len((await store.views.read(ShowIssue(issue.id))).receipts) == 1
    await purge(store, 91)

    assert (await store.views.read(ShowIssue(issue.id))).receipts == ()


async def test_only_issues_that_are_resolved_are_forgotten(store: Store) -> None:
    for number, reason in ((1, "stale"), (2, "forged")):
        receipt = a_receipt(
            number, verdict=Verdict.REFUSED, status=401, reason=reason, event_id=None
        )
        await store.journal.commit(KeepReceipt(receipt))
    rows = {row.words: row.id for row in (await store.views.read(ListIssues())).rows}
    await store.journal.commit(ResolveIssue(rows["stale"], by()))

    await purge(store, 91)

    left = (await store.views.read(ListIssues(states=()))).rows
    assert [row.id for row in left] == [rows["forged"]]
