"""Log: a reader of the event log passes nobody who is still on the way into it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.makers import (
    START_US,
    a_receipt,
    an_attempt,
    an_event,
    an_ingest,
    event_id,
    receipt_id,
    run_id,
)

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sql.reading.tailing import PATIENCE, read_cursor
from tieline.adapters.sql.statement import Statement
from tieline.compose.features import CATALOGUE
from tieline.model.base.ids import NO_TENANT
from tieline.model.commands import ReplayFilter
from tieline.model.views.details import ReplayBatch
from tieline.model.views.views import NextReplayBatch
from tieline.model.views.work_lists import Tail, TailPage

OpenJournal = Callable[[str], Awaitable[Committer]]
FIRST = NextReplayBatch(ReplayFilter(source="billing"), "", START_US + 1)


def ids(bite: ReplayBatch) -> list[str]:
    return [one.event.id for one in bite.events]


async def a_slow_writer(url: str, *numbers: int) -> PostgresConnection:
    """Somebody who has stored events, but has not committed them."""
    link = await PostgresConnection.dial(parse(url))
    await link.begin()
    await link.run(Statement("event_insert", [an_event(number) for number in numbers]))
    return link


async def test_a_late_commit_is_waited_for_and_read_in_its_place(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journal = await journal_on(url)
    slow = await a_slow_writer(url, 1)
    await journal.commit(an_ingest(2))

    reading = asyncio.create_task(views.read(FIRST))
    await journal.commit(an_ingest(3))
    assert not reading.done()
    await slow.execute("COMMIT")
    bite = await reading

    assert ids(bite)[:2] == [event_id(1), event_id(2)]
    await slow.close()


async def test_a_reader_that_cannot_wait_stops_before_the_late_commit_and_is_not_finished(
    url: str, journal_on: OpenJournal
) -> None:
    views = await PostgresReader.open(url, CATALOGUE, log_patience_s=0)
    journal = await journal_on(url)
    earlier: Any = an_ingest(1)
    await journal.commit(earlier)
    late = event_id(5).replace("019b76daa800", "019b76daa801")
    link = await PostgresConnection.dial(parse(url))
    await link.begin()
    await link.run(Statement("event_insert", [an_event(5, id=late)]))
    behind = event_id(6).replace("019b76daa800", "019b76daa802")
    other = await PostgresConnection.dial(parse(url))
    await other.alone(Statement("event_insert", [an_event(6, id=behind)]))

    first = await views.read(FIRST)
    await link.execute("COMMIT")
    second = await views.read(NextReplayBatch(FIRST.filter, first.cursor, FIRST.until_us))

    assert (ids(first), first.finished) == ([event_id(1)], False)
    assert (ids(second), second.finished) == ([late, behind], True)
    await link.close()
    await other.close()
    await views.close()


async def test_a_writer_that_gives_up_holds_nobody_back(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journal = await journal_on(url)
    slow = await a_slow_writer(url, 1)
    await journal.commit(an_ingest(2))
    await slow.execute("ROLLBACK")

    bite = await views.read(FIRST)

    assert (ids(bite), bite.finished) == ([event_id(2)], True)
    await slow.close()


# --- the live tail --------------------------------------------------------------------------------


async def a_slow_delivery(url: str, number: int) -> PostgresConnection:
    """A receipt and a try that are stored, but not committed."""
    link = await PostgresConnection.dial(parse(url))
    await link.begin()
    await link.run(Statement("receipt_insert", [a_receipt(number)]))
    await link.run(Statement("attempt_insert", [(NO_TENANT, *an_attempt(run_id(number)))]))
    return link


async def a_quick_delivery(url: str, number: int) -> None:
    link = await a_slow_delivery(url, number)
    await link.execute("COMMIT")
    await link.close()


def told(news: TailPage) -> tuple[list[str], list[str]]:
    """Which receipts, and the runs of which tries."""
    return [row.id for row in news.receipts], [row.run_id for row in news.attempts]


@pytest.mark.parametrize("before", [[], [7]], ids=["from the beginning", "in the middle"])
async def test_a_tail_shows_what_was_committed_late_once_and_in_the_end(
    url: str, views: PostgresReader, before: list[int]
) -> None:
    for number in before:
        await a_quick_delivery(url, number)
    first, second = await a_slow_delivery(url, 1), await a_slow_delivery(url, 2)
    await a_quick_delivery(url, 3)

    seen = await views.read(Tail())
    await second.execute("COMMIT")
    then = await views.read(Tail(seen.cursor))
    await a_quick_delivery(url, 4)
    await first.execute("COMMIT")
    last = await views.read(Tail(then.cursor))
    nothing = await views.read(Tail(last.cursor))

    shown = [*before, 3]
    assert told(seen) == ([receipt_id(n) for n in shown], [run_id(n) for n in shown])
    assert told(then) == ([receipt_id(2)], [run_id(2)])
    assert told(last) == ([receipt_id(1), receipt_id(4)], [run_id(1), run_id(4)])
    assert told(nothing) == ([], [])
    await first.close()
    await second.close()


async def test_a_tail_waits_for_nobody_who_gives_up(url: str, views: PostgresReader) -> None:
    slow = await a_slow_delivery(url, 1)
    await a_quick_delivery(url, 2)
    await slow.execute("ROLLBACK")
    cursor = (await views.read(Tail())).cursor

    for _ in range(PATIENCE + 1):
        cursor = (await views.read(Tail(cursor))).cursor

    assert read_cursor(cursor).receipts.gaps == ()
    await slow.close()
