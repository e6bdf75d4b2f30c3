"""Partitions: every day has its part in time, nothing gets lost, old days go as a whole."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server
from tests.earlier_store import made_up_to
from tests.makers import (
    ALICE,
    FLOW,
    START_US,
    a_delivery,
    a_receipt,
    a_run,
    an_attempt,
    an_event,
    run_id,
)

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.keeper import PostgresUpkeep
from tieline.adapters.postgres.partitions import Keep, drop_days, make_days, parts
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sql.statement import Statement
from tieline.compose.features import CATALOGUE
from tieline.model.base.ids import NO_TENANT, EventId, RunId
from tieline.model.commands import Admission, Claim, Ingest, Progress, Purge, Remember, Settle
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import Returned, RunClaim
from tieline.model.views.views import PARTS, CheckRows, InspectStore, ListEvents
from tieline.rules.store.days import AHEAD, BEHIND, DAY_US, bound_of, day_named, day_of, days_wanted

OpenJournal = Callable[[str], Awaitable[Committer]]
NOON_US = day_named("20260301").start_us + DAY_US // 2
MADE = AHEAD + BEHIND + 1


async def ask(url: str, text: str) -> Any:
    return await postgres_server.shared().ask(text, urlsplit(url).path.strip("/"))


@pytest.fixture
async def link(url: str) -> Any:
    opened = await PostgresConnection.dial(parse(url))
    yield opened
    await opened.close()


def id_at(prefix: str, at_us: int, number: int = 1) -> str:
    return f"{prefix}{at_us // 1000:012x}7{number:019x}"


# --- days -----------------------------------------------------------------------------------------


def test_the_days_that_are_ready_reach_from_yesterday_to_days_ahead() -> None:
    days = days_wanted(NOON_US)

    assert [day.name for day in days] == [f"202602{28}", *(f"2026030{n}" for n in range(1, 7))]
    assert all(one.end_us == next_.start_us for one, next_ in pairwise(days))
    assert day_of(NOON_US) == day_named("20260301")
    assert bound_of("event", NOON_US) <= id_at("evt_", NOON_US, 0)


async def test_a_new_store_has_its_days_and_is_given_more_as_time_goes_by(
    link: PostgresConnection,
) -> None:
    before = len(await parts(link))

    made = await make_days(link, NOON_US)
    again = await make_days(link, NOON_US)
    later = await make_days(link, NOON_US + 2 * DAY_US)

    assert before == 3 * MADE
    assert (made, again, later) == (3 * MADE, 0, 3 * 2)


async def test_processes_that_make_days_at_once_make_each_once(url: str) -> None:
    links = [await PostgresConnection.dial(parse(url)) for _ in range(4)]

    made = await asyncio.gather(*(make_days(link, NOON_US) for link in links))

    assert sum(made) <= 3 * MADE
    assert await make_days(links[0], NOON_US) == 3 * MADE - sum(made)
    for link in links:
        await link.close()


async def test_an_event_lies_in_the_part_of_its_day_and_one_of_a_wrong_clock_is_not_lost(
    link: PostgresConnection, url: str
) -> None:
    await make_days(link, NOON_US)
    today, astray = id_at("evt_", NOON_US), id_at("evt_", NOON_US + 400 * DAY_US)
    events = [an_event(1, id=today), an_event(2, id=astray)]

    await link.alone(Statement("event_insert", events))

    places = "SELECT json_object_agg(id, tableoid::regclass::text)::text FROM event"
    found = await ask(url, places)
    assert f'"{today}" : "event_20260301"' in found
    assert f'"{astray}" : "event_default"' in found


async def test_rows_that_came_before_their_day_was_made_move_into_it(
    link: PostgresConnection, url: str
) -> None:
    early = id_at("evt_", NOON_US)
    await link.alone(Statement("event_insert", [an_event(1, id=early)]))
    assert await ask(url, "SELECT count(*) FROM event_default") == 1

    await make_days(link, NOON_US)

    assert await ask(url, "SELECT count(*) FROM event_default") == 0
    assert await ask(url, "SELECT id FROM event_20260301") == early


async def test_who_reads_one_event_looks_into_one_part(link: PostgresConnection) -> None:
    await make_days(link, NOON_US)
    await link.begin()
    plan = await link.ask(
        f"EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM event WHERE id = '{id_at('evt_', NOON_US)}'"
    )
    await link.execute("COMMIT")

    words = "\n".join(str(row[0]) for row in plan)
    assert "event_20260301" in words
    assert "event_20260302" not in words


async def test_a_day_that_cannot_be_made_now_is_made_later_and_keeps_nobody_waiting(
    link: PostgresConnection, url: str
) -> None:
    reader = await asyncpg.connect(url)
    await reader.execute("BEGIN; LOCK TABLE event_default IN ACCESS SHARE MODE")

    made = await make_days(link, NOON_US)
    await reader.execute("COMMIT")
    rest = await make_days(link, NOON_US)

    assert (made, rest) == (2 * MADE, MADE)
    await reader.close()


# --- dropping -------------------------------------------------------------------------------------


OLD_US = day_named("20250301").start_us + DAY_US // 2
LONG_AGO = Keep(runs_before_us=OLD_US - 9 * DAY_US, history_before_us=OLD_US - 9 * DAY_US)
OVER = Keep(runs_before_us=OLD_US + 90 * DAY_US, history_before_us=OLD_US + 90 * DAY_US)


def a_delivery_then(at_us: int) -> Ingest:
    """One event of that time with a receipt, a business name and a run that is claimed."""
    event_id, receipt_id, run = (id_at(p, at_us) for p in ("evt_", "rct_", "run_"))
    event = an_event(1, id=event_id, recorded_us=at_us, receipt_id=receipt_id)
    new_run = a_run(1, id=run, event_id=event_id, created_us=at_us)
    mention = Mention("order", "84219", EventId(event_id), RunId(run), at_us)
    receipt = a_receipt(1, id=receipt_id, event_id=event_id, received_us=at_us)
    return Ingest((Admission(event, (new_run,), (mention,), at_us + DAY_US),), receipt, ALICE)


@pytest.fixture
async def worked(link: PostgresConnection, url: str, journal_on: OpenJournal) -> Committer:
    """A store in which one day of last year saw a delivery, whose run has made a try."""
    await make_days(link, OLD_US)
    journal = await journal_on(url)
    await journal.commit(a_delivery_then(OLD_US))
    run = RunId(id_at("run_", OLD_US))
    tried = Progress(attempts=(an_attempt(run, at_us=OLD_US),))
    await journal.commit(Remember(RunClaim(NO_TENANT, run, 1), tried))
    return journal


async def counts(url: str) -> list[int]:
    tables = ("receipt", "event", "attempt", "reference", "run")
    return [await ask(url, f"SELECT count(*) FROM {table}") for table in tables]


async def test_a_day_is_kept_as_long_as_a_run_of_it_is(
    link: PostgresConnection, url: str, worked: Committer
) -> None:
    dropped = await drop_days(link, OVER)

    names = {part.name for part in await parts(link)}
    assert dropped > 0
    assert {"event_20250301", "receipt_20250301", "attempt_20250301"} <= names
    assert await counts(url) == [1, 1, 1, 1, 1]


async def test_a_day_of_which_nothing_is_needed_goes_as_a_whole(
    link: PostgresConnection, url: str, worked: Committer
) -> None:
    run = RunId(id_at("run_", OLD_US))
    await worked.commit(Settle(RunClaim(NO_TENANT, run, 1), Returned(), Progress(), OLD_US))
    late_us = OLD_US + 91 * DAY_US
    while (await worked.commit(Purge(late_us, late_us, late_us))).count:
        pass
    for id_ in (id_at("rct_", OLD_US), "rct_ffff"):
        await ask(url, f"INSERT INTO receipt_decision VALUES ('{id_}', 'closed', 1)")

    none = await drop_days(link, LONG_AGO)
    await drop_days(link, OVER)

    assert none == 0
    left = {part.name for part in await parts(link)}
    assert not [name for name in left if "2025" in name]
    assert await counts(url) == [0, 0, 0, 0, 0]
    assert await ask(url, "SELECT string_agg(receipt_id, ' ') FROM receipt_decision") == "rct_ffff"


async def test_the_days_of_a_running_store_are_not_touched(
    link: PostgresConnection, url: str
) -> None:
    before = await parts(link)
    upkeep = PostgresUpkeep(parse(url))

    changed = await upkeep.pass_(runs_before_us=OLD_US, history_before_us=OLD_US)

    assert changed == 0
    assert await parts(link) == before


# --- a store of an earlier release --------------------------------------------------------------


BEFORE_PARTS = 4
ATTEMPT = """INSERT INTO attempt (run_id, step, key, number, at_us, took_us, outcome)
VALUES ('{run}', 'post', '#1', 1, {at_us}, 1, 'done')"""


async def test_what_an_earlier_release_stored_becomes_a_part_and_goes_on(
    url: str, journal_on: OpenJournal
) -> None:
    await made_up_to(BEFORE_PARTS, url)
    link = await PostgresConnection.dial(parse(url))
    for n in range(1, 50):
        await link.alone(Statement("event_insert", [an_event(n)]))
        await link.alone(Statement("receipt_insert", [a_receipt(n)]))
        await ask(url, ATTEMPT.format(run=run_id(n), at_us=START_US))
    astray = id_at("evt_", day_named("20990101").start_us)
    await link.alone(Statement("event_insert", [an_event(50, id=astray)]))

    journal = await journal_on(url)
    await journal.commit(a_delivery(51))
    claimed = await journal.commit(Claim(ALICE, 10, {FLOW: 10}, START_US))
    await journal.commit(Settle(claimed.runs[0].claim, Returned(), Progress(), START_US))

    assert await ask(url, "SELECT count(*) FROM event_before") == 50
    assert await ask(url, "SELECT count(*) FROM event_default") == 1
    assert await ask(url, "SELECT max(seq) FROM event") == 51
    assert await ask(url, "SELECT count(DISTINCT seq) FROM event") == 51
    assert await ask(url, "SELECT count(*) FROM attempt_before") == 49
    plan = "EXPLAIN (FORMAT JSON) SELECT * FROM event ORDER BY seq LIMIT 1"
    assert "Index Scan" in json.dumps(await ask(url, plan))
    views = await PostgresReader.open(url, CATALOGUE)
    assert len((await views.read(ListEvents())).rows) == 50
    assert [(await views.read(CheckRows(part))).oddities for part in PARTS] == [()] * 4
    await views.close()
    await link.close()


async def test_a_store_that_was_made_new_and_one_that_was_brought_up_have_one_shape(
    url: str, journal_on: OpenJournal
) -> None:
    fresh = await shape(url)
    await made_up_to(BEFORE_PARTS, url)
    await ask(url, "INSERT INTO mark VALUES ('a', 'b')")
    await journal_on(url)

    assert await shape(url) == fresh


async def shape(url: str) -> str:
    """Columns and indexes of all tables that are no part."""
    return str(
        await ask(
            url,
            "SELECT json_agg(what ORDER BY what)::text FROM ("
            "SELECT concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), "
            "a.attnotnull) AS what FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
            "AND NOT c.relispartition AND a.attnum > 0 "
            "UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i "
            "JOIN pg_class AS c ON c.oid = i.indrelid "
            "WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition) AS s",
        )
    )


async def test_the_sheet_of_a_store_tells_of_days_and_of_rows_that_fit_none(
    link: PostgresConnection, url: str
) -> None:
    astray = id_at("evt_", day_named("20990101").start_us)
    await link.alone(Statement("event_insert", [an_event(1, id=astray)]))
    await link.execute("ANALYZE event")
    views = await PostgresReader.open(url, CATALOGUE)

    sheet = await views.read(InspectStore())

    (event,) = (table for table in sheet.tables if table.name == "event")
    assert (event.partitions, event.stray_rows) == (MADE, 1)
    assert event.last_day is not None
    await views.close()
