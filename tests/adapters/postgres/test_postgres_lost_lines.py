"""Lost lines: whatever happens to connection or server, what is answered for is stored once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests import postgres_server
from tests.makers import ALICE, START_US, a_claim, an_ingest, run_id

from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.committer import Batching, Committer
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import StoreError
from tieline.model.commands import Beat, Claim, Ingested, Progress, Settle
from tieline.model.runs.run import Returned
from tieline.model.views.views import PARTS, CheckRows, CountWork, ListEvents, ListRuns, Window

OpenJournal = Callable[..., Awaitable[Committer]]
ALL = Window(limit=500)


async def stored(views: PostgresReader) -> list[str]:
    page = await views.read(ListEvents(window=ALL))
    return sorted(row.identity for row in page.rows)


async def no_oddities(views: PostgresReader) -> bool:
    slices = [await views.read(CheckRows(part, limit=1_000)) for part in PARTS]
    return all(not checked.oddities for checked in slices)


@pytest.mark.parametrize("where", ["cut_before", "cut_after"])
async def test_a_delivery_whose_commit_is_lost_from_sight_is_stored_once_and_can_be_worked_on(
    where: str,
    line: Any,
    url_over_line: str,
    journal_on: OpenJournal,
    views: PostgresReader,
) -> None:
    journal = await journal_on(url_over_line)
    await journal.commit(Beat(ALICE, START_US))
    setattr(line, where, 1)

    answer = await journal.commit(an_ingest(1, worker=ALICE))

    assert answer == Ingested(answer.event_id, fresh=True, claimed=(run_id(1),))
    await journal.commit(Settle(a_claim(), Returned(), Progress(), START_US))
    assert await stored(views) == ["identity-1"]
    assert await no_oddities(views)


@pytest.mark.parametrize("where", ["cut_before", "cut_after"])
async def test_runs_of_a_claim_whose_commit_is_lost_from_sight_are_handed_over(
    where: str, line: Any, url_over_line: str, journal_on: OpenJournal
) -> None:
    journal = await journal_on(url_over_line)
    await journal.commit(an_ingest(1))
    setattr(line, where, 1)

    claimed = await journal.commit(Claim(ALICE, 5, {"post_invoice": 5}, START_US))

    assert [(run.id, run.epoch) for run in claimed.runs] == [(run_id(1), 1)]
    await journal.commit(Settle(a_claim(), Returned(), Progress(), START_US))


async def test_a_commit_that_arrives_after_its_transaction_was_given_up_stores_nothing(
    line: Any, url_over_line: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journal = await journal_on(url_over_line)
    line.hold, line.cut_before = True, 1

    waiting = asyncio.create_task(journal.commit(an_ingest(1, worker=ALICE)))
    while not line.held:
        await asyncio.sleep(0.01)
    line.deliver_held()
    answer = await waiting

    assert answer.claimed == (run_id(1),)
    assert await stored(views) == ["identity-1"]
    runs = await views.read(ListRuns(window=ALL))
    assert [run.id for run in runs.rows] == [run_id(1)]


async def test_nothing_is_lost_or_doubled_while_the_server_ends_connections_under_load(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journal = await journal_on(url)
    name = urlsplit(url).path.strip("/")

    answers: list[Ingested] = []

    async def deliver(first: int) -> None:
        for number in range(first, 400, 8):
            answer = await journal.commit(an_ingest(number, lane=f"lane-{number % 3}"))
            answers.append(answer)

    senders = asyncio.gather(*(deliver(first) for first in range(1, 9)))
    ended = 0
    while not senders.done():
        goal = len(answers) + 40
        while len(answers) < goal and not senders.done():
            await asyncio.sleep(0)
        ended += await postgres_server.shared().end_connections(name)
    await senders

    assert ended > 1
    assert all(answer.fresh for answer in answers)
    assert await stored(views) == sorted(f"identity-{n}" for n in range(1, 400))
    assert await no_oddities(views)


async def test_nothing_acknowledged_is_lost_when_the_server_crashes_and_comes_back() -> None:
    server = postgres_server.start()
    try:
        await _crash_under_load(server)
    finally:
        postgres_server.end(server)


async def _crash_under_load(server: Any) -> None:
    database = await PostgresDatabase.open(server.url("postgres"))
    journal = Committer(database, CATALOGUE, batching=Batching(side_by_side=database.connections))
    acknowledged: list[int] = []
    numbers = iter(range(1, 5_000))
    stop = asyncio.Event()

    async def deliver() -> None:
        while not stop.is_set():
            number = next(numbers)
            answer = await journal.commit(an_ingest(number, worker=ALICE))
            assert answer.fresh
            await journal.commit(Settle(a_claim(number), Returned(), Progress(), START_US))
            acknowledged.append(number)

    senders = [asyncio.create_task(deliver()) for _ in range(8)]
    for mode in ("immediate", "fast"):
        before = len(acknowledged)
        while len(acknowledged) < before + 50:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(postgres_server.restart, server, mode)
    before = len(acknowledged)
    while len(acknowledged) < before + 50:
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*senders)

    views = await PostgresReader.open(server.url("postgres"), CATALOGUE)
    assert await server.ask("SELECT count(*) FROM event") == len(acknowledged)
    assert (await views.read(CountWork())).flows == ()
    assert await server.ask("SELECT count(*) FROM run WHERE state <> 'done'") == 0
    await views.close()
    await journal.close()


async def test_a_store_that_stays_away_is_reported_and_does_not_hang(
    line: Any, url_over_line: str, journal_on: OpenJournal
) -> None:
    journal = await journal_on(url_over_line, patience_s=0.1)
    await line.close()

    with pytest.raises(StoreError, match="cannot be reached"):
        await journal.commit(an_ingest(1))
