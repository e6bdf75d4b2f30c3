"""Log: a reader of the event log passes nobody who is still on the way into it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.makers import START_US, an_event, an_ingest, event_id

from tieline.adapters.postgres.link import Link
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sql.statement import Statement
from tieline.model.commands import ReplayFilter
from tieline.model.view_details import Bite
from tieline.model.views import NextBite

OpenJournal = Callable[[str], Awaitable[Committer]]
FIRST = NextBite(ReplayFilter(source="billing"), "", START_US + 1)


def ids(bite: Bite) -> list[str]:
    return [one.event.id for one in bite.events]


async def a_slow_writer(url: str, *numbers: int) -> Link:
    """Somebody who has stored events, but has not committed them."""
    link = await Link.dial(parse(url))
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
    views = await PostgresReader.open(url, log_patience_s=0)
    journal = await journal_on(url)
    earlier: Any = an_ingest(1)
    await journal.commit(earlier)
    late = event_id(5).replace("019b76daa800", "019b76daa801")
    link = await Link.dial(parse(url))
    await link.begin()
    await link.run(Statement("event_insert", [an_event(5, id=late)]))
    behind = event_id(6).replace("019b76daa800", "019b76daa802")
    other = await Link.dial(parse(url))
    await other.alone(Statement("event_insert", [an_event(6, id=behind)]))

    first = await views.read(FIRST)
    await link.execute("COMMIT")
    second = await views.read(NextBite(FIRST.filter, first.cursor, FIRST.until_us))

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
