"""What is known is right whoever writes at the same time: issues, counts, the live tail."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from tests.makers import FLOW, START_US, a_receipt, an_attempt, an_ingest

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sql.statement import Statement
from tieline.features.issues.model import ListIssues
from tieline.model.base.ids import NO_TENANT, WorkerId
from tieline.model.commands import (
    Claim,
    DeliveryTime,
    KeepReceipt,
    KeepTally,
    Progress,
    Settle,
    TallyRow,
)
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import RetryAt
from tieline.model.views.series import MINUTE_US, ListSources, ReadSeries
from tieline.model.views.work_lists import Tail

OpenJournal = Callable[[str], Awaitable[Committer]]
WORKERS = 3
RUNS = 120
KINDS = ("rejected", "throttled", "too-large")


async def test_workers_that_fail_at_the_same_time_lose_no_failure(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journals = [await journal_on(url) for _ in range(WORKERS)]
    await asyncio.gather(*(journals[0].commit(an_ingest(n)) for n in range(1, RUNS + 1)))
    chance = random.Random(3)

    async def work(number: int, journal: Committer) -> None:
        worker = WorkerId(f"wrk_{number}")
        claimed = await journal.commit(Claim(worker, RUNS // WORKERS, {FLOW: RUNS}, START_US))
        settles = []
        for run in claimed.runs:
            kind = chance.choice(KINDS)
            tried = an_attempt(run.id, outcome=kind, status=None, detail="no")
            end = RetryAt(START_US + 1, "x: no")
            settles.append(Settle(run.claim, end, Progress(attempts=(tried,)), START_US))
        await asyncio.gather(*map(journal.commit, settles))

    await asyncio.gather(*(work(n, journal) for n, journal in enumerate(journals)))

    rows = (await views.read(ListIssues())).rows
    assert {row.kind for row in rows} == set(KINDS)
    assert sum(row.count for row in rows) == sum(row.subjects for row in rows) == RUNS
    for row in rows:
        series = await views.read(ReadSeries("issue", row.id, START_US, START_US + MINUTE_US))
        assert series.total.counts == {"failed": row.count}


async def test_processes_that_bring_their_counts_at_the_same_time_add_up(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journals = [await journal_on(url) for _ in range(WORKERS)]
    chance = random.Random(5)

    def counts() -> KeepTally:
        rows = [
            TallyRow("flow", f"f{n % 7}", MINUTE_US, START_US, f"word-{n}", 1) for n in range(40)
        ]
        chance.shuffle(rows)
        return KeepTally(tuple(rows), (DeliveryTime("shop", START_US, START_US, 1),))

    await asyncio.gather(*(journal.commit(counts()) for journal in journals for _ in range(20)))

    found = 0
    for number in range(7):
        question = ReadSeries("flow", f"f{number}", START_US, START_US + MINUTE_US)
        found += sum((await views.read(question)).total.counts.values())
    [source] = await views.read(ListSources(START_US))
    assert found == 40 * 20 * WORKERS
    assert source.last_us == START_US


async def test_a_tail_gives_what_was_committed_late(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journal = await journal_on(url)
    begun = await views.read(Tail())
    slow = await PostgresConnection.dial(parse(url))
    await slow.begin()
    await slow.run(Statement("receipt_insert", [a_receipt(number) for number in (1, 2)]))
    await slow.run(Statement("attempt_insert", [(NO_TENANT, *an_attempt("run_late"))]))
    quick = a_receipt(3, verdict=Verdict.REFUSED, event_id=None)
    await journal.commit(KeepReceipt(quick))

    first = await views.read(Tail(begun.cursor))
    second = await views.read(Tail(first.cursor))
    await slow.execute("COMMIT")
    third = await views.read(Tail(second.cursor))
    fourth = await views.read(Tail(third.cursor))

    assert [row.id for row in first.receipts] == [quick.id]
    assert second.receipts == ()
    assert [row.id for row in third.receipts] == [a_receipt(1).id, a_receipt(2).id]
    assert [row.run_id for row in third.attempts] == ["run_late"]
    assert (fourth.receipts, fourth.attempts) == ((), ())
    await slow.close()
