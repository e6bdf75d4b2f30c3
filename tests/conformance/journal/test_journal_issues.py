"""What every backend of the journal promises about issues: like failures become one thing."""

import asyncio
from collections.abc import Callable

import pytest
from tests.makers import FLOW, SECOND_US, START_US, a_receipt, an_attempt, by, event_id, run_id
from tests.stores import Store

from tieline.features.issues import hooks as noting
from tieline.features.issues.model import (
    AcknowledgeIssue,
    CountIssues,
    IssueCounts,
    IssueRow,
    IssueState,
    ListIssues,
    MuteIssue,
    ReopenIssue,
    ResolveIssue,
    ShowIssue,
    TendIssues,
)
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import IssueId, TenantId
from tieline.model.commands import (
    CloseDeliveries,
    DiscardDead,
    KeepReceipt,
    Progress,
    ResolveHeld,
    RetryDead,
    Sweep,
)
from tieline.model.inbound.event import Mention
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import ClaimedRun, Dead, Held, Outcome, RetryAt, Returned, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views.views import ListDead, ListReceipts, ListRuns, ShowRun, Window

BUSY = "HTTP 503: busy"
SAID = f"books POST /entries: {BUSY}"


def tried(run: ClaimedRun, detail: str = BUSY, status: int = 503) -> Progress:
    attempt = an_attempt(run.id, outcome="unavailable", status=status, detail=detail)
    return Progress(attempts=(attempt,))


async def issues(store: Store, **asked: object) -> list[IssueRow]:
    page = await store.views.read(ListIssues(**asked))  # type: ignore[arg-type]
    return list(page.rows)


async def fail(store: Store, *numbers: int, outcome: Outcome | None = None) -> list[ClaimedRun]:
    """Deliver, claim and fail these, all at the same time."""
    await store.ingest(*numbers)
    runs = await store.claim()
    end = outcome or Dead("unavailable", SAID)
    await asyncio.gather(*(store.settle(run, end, tried(run)) for run in runs))
    return runs


async def test_like_failures_are_one_issue_with_a_count(store: Store) -> None:
    runs = await fail(store, 1, 2, 3)

    [row] = await issues(store)

    assert (row.flow, row.source, row.connection, row.kind, row.status) == (
        None, None, "books", "outage", None,
    )  # fmt: skip
    assert (row.count, row.subjects, row.words, row.state) == (3, 3, BUSY, IssueState.OPEN)
    assert (row.first_us, row.last_us, row.regressions) == (START_US, START_US, 0)
    shown = await store.views.read(ShowIssue(row.id))
    assert shown.issue == row
    assert [run.id for run in shown.runs] == sorted((run.id for run in runs), reverse=True)
    assert shown.dead == 3


async def test_what_goes_well_makes_no_issue(store: Store) -> None:
    await store.ingest(1, 2)
    for run in await store.claim():
        await store.settle(run, Returned(), Progress(attempts=(an_attempt(run.id),)))
    await store.ingest(3)
    await store.settle(
        await store.claim_one(), Waiting(None, waits_for_connection("books"), "it is paused")
    )

    assert await issues(store) == []


async def test_retries_and_the_death_in_the_end_are_one_issue(store: Store) -> None:
    await store.ingest(1)
    for _ in range(3):
        run = await store.claim_one()
        await store.settle(run, RetryAt(store.now_us + 1, SAID), tried(run))
        store.now_us += SECOND_US
        await store.promote()
    run = await store.claim_one()
    await store.settle(run, Dead("unavailable", f"given up: {SAID}"), tried(run))

    [row] = await issues(store)

    assert (row.count, row.subjects) == (4, 1)
    assert row.last_us - row.first_us == 3 * SECOND_US
    [died] = (await store.views.read(ListDead(issue=row.id))).rows
    assert (died.run_id, died.issue, died.connection) == (run.id, row.id, "books")
    assert (await store.views.read(ShowRun(run.id))).issues == (row.id,)


async def test_other_failures_are_other_issues(store: Store) -> None:
    await store.ingest(1, 2, 3)
    ends: list[Outcome] = [
        Dead("KeyError", "KeyError: 'a'"),
        Dead("KeyError", "KeyError: 'b'"),
        Held("a doubt"),
    ]
    for run, end in zip(await store.claim(), ends, strict=True):
        await store.settle(run, end)

    rows = await issues(store)

    assert sorted((row.kind, row.words) for row in rows) == [
        ("KeyError", "KeyError: 'a'"), ("KeyError", "KeyError: 'b'"), ("held", "a doubt"),
    ]  # fmt: skip
    [held] = [row for row in rows if row.kind == "held"]
    assert (await store.views.read(ShowIssue(held.id))).held == 1


async def test_deliveries_at_the_door_have_issues_by_source_and_reason(store: Store) -> None:
    for number in (1, 2):
        receipt = a_receipt(
            number, verdict=Verdict.REFUSED, status=401, reason="bad-signature", event_id=None
        )
        await store.journal.commit(KeepReceipt(receipt))
    odd = a_receipt(3, verdict=Verdict.QUARANTINED, status=202, reason="amount: not a number")
    await store.journal.commit(KeepReceipt(odd))

    rows = {row.kind: row for row in await issues(store, source="billing")}

    assert set(rows) == {"refused", "quarantined"}
    assert (rows["refused"].count, rows["refused"].status, rows["refused"].flow) == (2, 401, None)
    page = await store.views.read(ListReceipts(issue=rows["refused"].id))
    assert len(page.rows) == 2
    shown = await store.views.read(ShowIssue(rows["quarantined"].id))
    assert [row.id for row in shown.receipts] == [odd.id]
    assert shown.runs == ()


async def test_a_run_whose_deadline_passed_has_an_issue(store: Store) -> None:
    await store.ingest(1, deadline_us=START_US + 1)
    store.now_us += SECOND_US

    await store.journal.commit(Sweep(store.now_us, 0))

    [row] = await issues(store)
    assert (row.kind, row.flow) == ("deadline", FLOW)
    assert [dead.issue for dead in (await store.views.read(ListDead())).rows] == [row.id]


async def test_an_issue_tells_what_it_touches(store: Store) -> None:
    for number in (1, 2):
        await store.ingest(number, tenant=TenantId(f"t{number}"))
    for number, run in enumerate(await store.claim()):
        mention = Mention("order", f"o{number}", run.event.id, run.id, START_US)
        progress = Progress(attempts=tried(run).attempts, mentions=(mention,))
        await store.settle(run, Dead("unavailable", SAID), progress)

    [row] = await issues(store)
    shown = await store.views.read(ShowIssue(row.id))

    assert (row.records, row.records_exact, row.tenants) == (2, True, 2)
    assert sorted(record.key for record in shown.records) == ["o0", "o1"]
    assert sorted(shown.tenants) == [("t1", 1), ("t2", 1)]


async def test_a_resolved_issue_that_fails_again_is_open_and_a_regression(store: Store) -> None:
    await fail(store, 1)
    [row] = await issues(store)
    await store.journal.commit(ResolveIssue(row.id, by("mended")))
    assert await issues(store) == []
    [resolved] = await issues(store, states=("resolved",))
    assert (resolved.actor, resolved.reason) == ("ops@acme.example", "mended")

    store.now_us += SECOND_US
    await fail(store, 2)

    [again] = await issues(store)
    assert (again.id, again.state, again.regressions) == (row.id, IssueState.OPEN, 1)
    assert (again.actor, again.changed_us) == ("tieline", store.now_us)


async def test_an_acknowledged_issue_stays_so_while_it_fails(store: Store) -> None:
    await fail(store, 1)
    [row] = await issues(store)
    await store.journal.commit(AcknowledgeIssue(row.id, by("on it")))

    await fail(store, 2)

    [again] = await issues(store)
    assert (again.state, again.actor, again.count) == (
        IssueState.ACKNOWLEDGED,
        "ops@acme.example",
        2,
    )


async def test_a_muted_issue_stays_quiet_until_its_time(store: Store) -> None:
    await fail(store, 1)
    [row] = await issues(store)
    until_us = START_US + 10 * SECOND_US
    await store.journal.commit(MuteIssue(row.id, by("known"), until_us))

    store.now_us += SECOND_US
    await fail(store, 2)
    [muted] = await issues(store)
    assert (muted.state, muted.until_us) == (IssueState.MUTED, until_us)

    store.now_us = until_us
    await fail(store, 3)
    [again] = await issues(store)
    assert (again.state, again.until_us, again.regressions) == (IssueState.OPEN, None, 0)


async def test_a_mute_without_a_time_lasts_until_somebody_reopens_it(store: Store) -> None:
    await fail(store, 1)
    [row] = await issues(store)
    await store.journal.commit(MuteIssue(row.id, by("known")))
    store.now_us += 1_000_000 * SECOND_US
    await fail(store, 2)
    assert [one.state for one in await issues(store)] == [IssueState.MUTED]

    await store.journal.commit(ReopenIssue(row.id, by("back")))

    assert [one.state for one in await issues(store)] == [IssueState.OPEN]


async def test_a_mute_ends_by_itself(store: Store) -> None:
    await fail(store, 1)
    [row] = await issues(store)
    await store.journal.commit(MuteIssue(row.id, by(), START_US + SECOND_US))

    await store.journal.commit(TendIssues(START_US + SECOND_US, 0))

    assert [one.state for one in await issues(store)] == [IssueState.OPEN]


async def test_changes_are_audited_and_impossible_ones_are_refused(store: Store) -> None:
    await fail(store, 1)
    [row] = await issues(store)
    await store.journal.commit(AcknowledgeIssue(row.id, by("on it")))
    with pytest.raises(Conflict, match="acknowledged already by ops"):
        await store.journal.commit(AcknowledgeIssue(row.id, by()))
    with pytest.raises(Conflict, match="a time that has passed"):
        await store.journal.commit(MuteIssue(row.id, by(), START_US))
    await store.journal.commit(ResolveIssue(row.id, by("mended")))
    with pytest.raises(Conflict, match="resolved already"):
        await store.journal.commit(ResolveIssue(row.id, by()))
    with pytest.raises(Conflict, match="resolved already"):
        await store.journal.commit(AcknowledgeIssue(row.id, by()))
    await store.journal.commit(ReopenIssue(row.id, by("not yet")))
    with pytest.raises(Conflict, match="open already"):
        await store.journal.commit(ReopenIssue(row.id, by()))

    shown = await store.views.read(ShowIssue(row.id))

    assert sorted(line.action for line in shown.audit) == [
        "acknowledge-issue", "rejected-acknowledge-issue", "rejected-acknowledge-issue",
        "rejected-mute-issue", "rejected-reopen-issue", "rejected-resolve-issue",
        "reopen-issue", "resolve-issue",
    ]  # fmt: skip


NOBODY = IssueId("iss_none")


@pytest.mark.parametrize(
    "make",
    [
        lambda: AcknowledgeIssue(NOBODY, by()),
        lambda: ResolveIssue(NOBODY, by()),
        lambda: MuteIssue(NOBODY, by()),
        lambda: ReopenIssue(NOBODY, by()),
    ],
)
async def test_an_issue_that_is_not_there_is_not_found(
    store: Store, make: Callable[[], AcknowledgeIssue]
) -> None:
    with pytest.raises(NotFound, match="iss_none"):
        await store.journal.commit(make())
    with pytest.raises(NotFound, match="iss_none"):
        await store.views.read(ShowIssue(NOBODY))


LATER = START_US + 86_400 * SECOND_US


async def test_an_issue_with_nothing_left_to_decide_resolves_by_itself_once_it_is_quiet(
    store: Store,
) -> None:
    [run] = await fail(store, 1)
    await store.journal.commit(TendIssues(LATER, LATER - 1))
    assert len(await issues(store)) == 1

    await store.journal.commit(DiscardDead(run.id, by()))
    assert (await store.journal.commit(TendIssues(LATER, START_US))).count == 0
    assert (await store.journal.commit(TendIssues(LATER, LATER - 1))).count == 1

    [row] = await issues(store, states=("resolved",))
    assert (row.actor, row.changed_us) == ("tieline", LATER)


async def test_an_issue_with_a_held_run_does_not_resolve_by_itself(store: Store) -> None:
    [run] = await fail(store, 1, outcome=Held(SAID))
    assert (await store.journal.commit(TendIssues(LATER, LATER - 1))).count == 0

    await store.journal.commit(ResolveHeld(run.id, "give-up", by()))

    assert (await store.journal.commit(TendIssues(LATER, LATER - 1))).count == 1


async def test_a_dead_run_that_is_retried_and_dies_of_something_else_has_two_issues(
    store: Store,
) -> None:
    [run] = await fail(store, 1)
    await store.journal.commit(RetryDead(run.id, by()))
    again = await store.claim_one()
    await store.settle(again, Dead("KeyError", "KeyError: 'a'"))

    rows = {row.kind: row for row in await issues(store)}

    shown = await store.views.read(ShowRun(run.id))
    assert set(shown.issues) == {row.id for row in rows.values()}
    for kind, count in (("KeyError", 1), ("outage", 0)):
        page = await store.views.read(ListDead(issue=rows[kind].id))
        assert len(page.rows) == count
        assert len((await store.views.read(ListRuns(issue=rows[kind].id))).rows) == 1


async def test_issues_come_in_pages_the_latest_failure_first(store: Store) -> None:
    for number in range(7):
        await fail(store, number, outcome=Dead(f"K{number}", "odd"))
        store.now_us += SECOND_US
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        window = Window(limit=2, before=cursor)
        page = await store.views.read(ListIssues(window=window))
        seen += [row.kind for row in page.rows]
        cursor = page.cursor

    assert seen == [f"K{number}" for number in reversed(range(7))]
    assert cursor is None
    since = Window(since_us=START_US + 5 * SECOND_US)
    assert [row.kind for row in await issues(store, window=since)] == ["K6", "K5"]
    until = Window(until_us=START_US + 2 * SECOND_US)
    assert [row.kind for row in await issues(store, window=until)] == ["K1", "K0"]


async def test_issues_are_found_by_what_they_are_about(store: Store) -> None:
    await fail(store, 1)
    await fail(store, 2, outcome=Dead("KeyError", "KeyError: 'a'"))

    assert [row.kind for row in await issues(store, connection="books")] == ["outage"]
    assert [row.kind for row in await issues(store, kind="KeyError")] == ["KeyError"]
    assert len(await issues(store, flow=FLOW)) == 2
    assert await issues(store, flow="other") == []
    assert await issues(store, source="billing") == []


async def test_an_outage_of_a_thousand_runs_is_one_row(store: Store) -> None:
    await store.ingest(*range(300))
    for _ in range(3):
        runs = await store.claim(limit=300)
        again = RetryAt(store.now_us + 1, SAID)
        said = RetryAt(again.due_us, f"{SAID} 1 2 3")
        await asyncio.gather(*(store.settle(run, said, tried(run)) for run in runs))
        store.now_us += SECOND_US
        await store.promote()

    [row] = await issues(store)

    assert (row.count, row.subjects) == (900, 300)
    page = await store.views.read(ListRuns(issue=row.id, window=Window(limit=500)))
    assert {run.id for run in page.rows} == {run_id(number) for number in range(300)}
    assert {run.event_id for run in page.rows} == {event_id(number) for number in range(300)}


async def test_failures_that_nobody_could_tell_apart_share_one_coarse_issue(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "MOST_ISSUES", 3)
    for number, name in enumerate(("Ann", "Bob", "Cat", "Dan", "Eva", "Ann")):
        await fail(store, number, outcome=Dead("KeyError", f"nobody is called {name}"))

    rows = {row.kind: row for row in await issues(store, kind="many")}
    others = await issues(store, kind="KeyError")

    assert rows["many"].count == 2
    assert sorted((row.words[-3:], row.count) for row in others) == [
        ("Ann", 2), ("Bob", 1), ("Cat", 1),
    ]  # fmt: skip
    page = await store.views.read(ListDead(issue=rows["many"].id))
    assert len(page.rows) == 2


# --- what needs a person ----------------------------------------------------------------------


async def retried_in_the_end(store: Store, number: int) -> None:
    """A run that failed once, and will be tried again."""
    [run] = await fail(store, number, outcome=RetryAt(2**50, SAID))
    assert await store.state(run.id) == "retrying"


async def test_issues_are_counted_by_whether_something_waits_for_a_person(store: Store) -> None:
    await retried_in_the_end(store, 1)
    await fail(store, 2, outcome=Dead("bug", "ValueError: no"))
    await fail(store, 3, outcome=Held("in doubt"))
    odd = a_receipt(4, verdict=Verdict.QUARANTINED, status=202, reason="amount: not a number")
    await store.journal.commit(KeepReceipt(odd))
    wrong = a_receipt(5, verdict=Verdict.REFUSED, status=401, reason="bad-signature")
    await store.journal.commit(KeepReceipt(wrong))

    counts = await store.views.read(CountIssues())
    need = {row.kind for row in await issues(store, needs_person=True)}
    heal = {row.kind for row in await issues(store, needs_person=False)}

    assert {"bug", "quarantined"} <= need
    assert {"outage", "refused"} & heal >= {"refused"}
    assert not need & heal
    assert (counts.need_person, counts.healing) == (
        len(await issues(store, needs_person=True)),
        len(await issues(store, needs_person=False)),
    )
    assert (counts.open, counts.acknowledged, counts.exact) == (len(await issues(store)), 0, True)
    shown = {row.id: row.needs_person for row in await issues(store)}
    for id_, needs in shown.items():
        assert (await store.views.read(ShowIssue(id_))).issue.needs_person == needs


async def test_an_issue_needs_nobody_once_all_of_it_is_decided(store: Store) -> None:
    [run] = await fail(store, 1, outcome=Dead("bug", "ValueError: no"))
    odd = a_receipt(2, verdict=Verdict.QUARANTINED, status=202, reason="amount: not a number")
    await store.journal.commit(KeepReceipt(odd))
    assert (await store.views.read(CountIssues())).need_person == 2

    await store.journal.commit(DiscardDead(run.id, by()))
    await store.journal.commit(CloseDeliveries((odd.id,), by()))

    assert await store.views.read(CountIssues()) == IssueCounts(0, 2, 0, exact=True)


async def test_acknowledged_issues_hide_no_open_one(store: Store) -> None:
    await fail(store, 1, outcome=Dead("bug", "ValueError: no"))
    store.now_us += SECOND_US
    await fail(store, 2, outcome=Dead("reject", "not this one"))
    newest, _ = await issues(store)
    await store.journal.commit(AcknowledgeIssue(newest.id, by()))

    counts = await store.views.read(CountIssues())

    assert (counts.open, counts.acknowledged) == (1, 1)


async def test_one_order_with_two_names_is_one_record_and_a_delivery_at_the_door_is_one(
    store: Store,
) -> None:
    await store.ingest(1, 2)
    for number, run in enumerate(await store.claim()):
        names = (("order", f"o{number}"), ("customer", "c1"))
        said = tuple(Mention(*name, run.event.id, run.id, START_US) for name in names)
        progress = Progress(attempts=tried(run).attempts, mentions=said)
        await store.settle(run, Dead("unavailable", SAID), progress)
    for number in (3, 4, 5):
        wrong = a_receipt(number, verdict=Verdict.REFUSED, status=401, reason="bad-signature")
        await store.journal.commit(KeepReceipt(wrong))

    rows = {row.kind: row for row in await issues(store)}

    assert (rows["outage"].records, rows["refused"].records) == (2, 3)
    assert rows["refused"].records_exact
