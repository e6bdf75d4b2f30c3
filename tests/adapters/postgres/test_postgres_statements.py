"""Statements: files become what the server is given, behind a pooler too; plans use indexes."""

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from benchmarks.crowd import fill_database
from tests.makers import ALICE, FLOW, START_US, a_claim, an_ingest, run_id
from tests.plans import generic_plan
from tests.queries import files_of
from tests.sql_columns import fillers, shown, told

from tieline.adapters.postgres.connection import SETTINGS, PostgresConnection
from tieline.adapters.postgres.errors import translated
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.postgres.statements import Query, arguments, parse, queries
from tieline.adapters.postgres.url import parse as url_of
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sql.statement import Statement
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import (
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreInterrupted,
    StoreLost,
)
from tieline.model.commands import Claim, Progress, Settle
from tieline.model.runs.run import Returned
from tieline.model.views.views import ListRuns

OpenJournal = Callable[..., Awaitable[Committer]]


# --- files ------------------------------------------------------------------------------------


def test_named_parameters_become_numbered_typed_ones() -> None:
    (query,) = parse("-- why\n-- takes: id text, n bigint\nSELECT :n::text, :id, :n")

    assert query == Query("SELECT $1::bigint::text, $2::text, $1::bigint", ("n", "id"), False)
    assert arguments(query, Statement("x", one={"id": "a", "n": 1, "more": 2})) == [1, "a"]


def test_a_set_becomes_one_array_a_column() -> None:
    (query,) = parse("-- rows: id text, n bigint\nSELECT * FROM {rows}")

    assert query.text == (
        'SELECT * FROM unnest($1::text[] COLLATE "C", $2::bigint[]) AS given (id, n)'
    )
    assert arguments(query, Statement("x", [("a", 1), ("b", 2)])) == [("a", "b"), (1, 2)]


def test_a_set_may_be_numbered_as_it_came() -> None:
    (query,) = parse("-- rows: id text, nth ordinality\nSELECT * FROM {rows}")

    assert query.text.endswith("WITH ORDINALITY AS given (id, nth)")


def test_a_file_may_have_several_statements_with_parameters_of_their_own() -> None:
    first, second = parse("-- takes: a text, b text\nSELECT :b;\nSELECT ';', :a;\n")

    assert (first.takes, second.takes) == (("b",), ("a",))
    assert second.text == "SELECT ';', $1::text"


# --- behind a pooler --------------------------------------------------------------------------


def pooled(url: str) -> str:
    mark = "&" if urlsplit(url).query else "?"
    return f"{url}{mark}statement_cache_size=0&connections=1"


async def test_a_hub_works_behind_a_transaction_pooler(url: str, journal_on: OpenJournal) -> None:
    journal = await journal_on(pooled(url))
    views = await PostgresReader.open(pooled(url), CATALOGUE)

    await journal.commit(an_ingest(1, lane="a"))
    claimed = await journal.commit(Claim(ALICE, 5, {FLOW: 5}, START_US))
    await journal.commit(Settle(a_claim(), Returned(), Progress(), START_US))
    page = await views.read(ListRuns())

    assert [run.id for run in claimed.runs] == [run_id(1)]
    assert [run.state for run in page.rows] == ["done"]
    await views.close()


async def test_behind_a_transaction_pooler_nothing_outlives_a_transaction(url: str) -> None:
    link = await PostgresConnection.dial(url_of(pooled(url)))

    await link.begin()
    await link.run(Statement("mark_get", one={"name": "run"}))
    within = await link._connection.fetchval("SHOW plan_cache_mode")
    await link.execute("COMMIT")
    after = await link._connection.fetchval("SHOW plan_cache_mode")

    prepared = "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"
    assert (within, after) == ("force_generic_plan", "auto")
    assert await link._connection.fetchval(prepared) == 0
    await link.close()


# --- what the server says -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raised", "ours"),
    [
        (asyncpg.DiskFullError("could not extend file"), StoreFull),
        (asyncpg.SerializationError("could not serialize"), StoreInterrupted),
        (asyncpg.DeadlockDetectedError("deadlock"), StoreInterrupted),
        (asyncpg.LockNotAvailableError("lock timeout"), StoreInterrupted),
        (asyncpg.AdminShutdownError("terminating"), StoreLost),
        (asyncpg.CannotConnectNowError("starting up"), StoreLost),
        (asyncpg.TooManyConnectionsError("no slots"), StoreLost),
        (asyncpg.ReadOnlySQLTransactionError("standby"), StoreLost),
        (asyncpg.IdleInTransactionSessionTimeoutError("idle"), StoreLost),
        (asyncpg.InterfaceError("connection is closed"), StoreLost),
        (ConnectionRefusedError("refused"), StoreLost),
        (TimeoutError(), StoreLost),
        (asyncpg.DataCorruptedError("invalid page"), StoreCorrupt),
        (asyncpg.InvalidPasswordError("password"), StoreError),
        (asyncpg.OutOfMemoryError("memory"), StoreError),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_what_the_library_raises_becomes_ours(raised: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours, match="hub-db"), translated("hub-db"):
        raise raised


def test_a_mistake_of_ours_stays_what_it_is() -> None:
    with pytest.raises(asyncpg.UniqueViolationError), translated("hub-db"):
        raise asyncpg.UniqueViolationError("duplicate key")


# --- columns ------------------------------------------------------------------------------------


async def test_the_columns_of_each_query_are_the_fields_of_the_row_it_fills(url: str) -> None:
    connection = await asyncpg.connect(url, server_settings=SETTINGS)

    found, wanted = {}, {}
    for name, row in fillers("postgres"):
        (query,) = queries(name)
        prepared = await connection.prepare(query.text)
        columns = [column.name for column in prepared.get_attributes()]
        found[name, row] = shown(name, row, columns)
        wanted[name, row] = told(row, len(found[name, row]))

    await connection.close()
    assert found == wanted


# --- plans --------------------------------------------------------------------------------------

HOT = {"work", "lane", "run", "step", "event", "dedupe"}
"""Tables whose rows the path of an event looks up, however many there are."""
WALKED = {
    ("work_next_due", "work"),
    ("work_count", "work"),
    ("work_backlog", "work"),
    ("work_hands", "work"),
    ("work_of_worker", "work"),
    ("work_of_tenants", "work"),
    ("lane_parked", "work"),
    ("run_oldest", "work"),
    ("work_silent", "work"),
    ("dedupe_expire", "dedupe"),
    ("store_newest", "event"),
    ("run_get", "run"),
}
"""Statements that take the first rows of an index, or all of a small one: the running work. A
person's decision knows an id alone: while the server believes that there are no runs, its key is
as good to it as the index on the id."""
PATH = ("work_", "lane_", "run_move", "run_end", "run_load", "run_get", "step_of_", "step_upsert",
        "dedupe_", "dead_upsert", "check_work", "check_lane", "event_insert")  # fmt: skip


async def test_no_plan_of_the_path_turns_to_reading_a_table_when_statistics_say_it_is_empty(
    url: str,
) -> None:
    connection = await asyncpg.connect(url, server_settings=SETTINGS)
    await connection.execute("VACUUM ANALYZE")
    names = sorted(files_of("postgres"))

    found = set()
    for name in names:
        if name.startswith(PATH):
            for query in queries(name):
                found |= {(name, table) for table in await _read_whole(connection, query.text)}

    await connection.close()
    assert found - WALKED == set()


KNOWN = {"run", "event", "issue_link", "tally", "reference", "exchange", "dead", "dedupe", "lane"}
"""Tables that people ask, and that may be long."""
ASKED = ("issue_", "issues_", "exchange_rows", "run_page", "dead_page", "event_page",
         "attempt_page", "attempt_errors", "lane_", "tail_attempts_late", "tally_", "rhythm_",
         "replays.bite", "decisions.", "quarantine.", "tenants", "account.")  # fmt: skip
FROM_THE_END = {
    ("dead_page_decided", "dead"),
    ("dead_page_open", "dead"),
    ("decisions.inbox_dead", "dead"),
    ("decisions.inbox_dead_count", "dead"),
    ("event_page", "event"),
    ("lane_dead", "dead"),
    ("replays.bite", "event"),
    ("run_page", "run"),
}
"""Pages that begin at one end of a table or an index, and stop after :look rows."""


async def test_what_people_ask_of_long_tables_is_found_by_an_index(url: str) -> None:
    await fill_database(url, 20_000)
    connection = await asyncpg.connect(url, server_settings=SETTINGS)
    names = sorted(files_of("postgres"))

    found = set()
    for name in names:
        if name.startswith(ASKED):
            for query in queries(name):
                tables = await _read_whole(connection, query.text, KNOWN)
                found |= {(name, table) for table in tables}

    await connection.close()
    assert found - FROM_THE_END == set()


async def _read_whole(connection: Any, text: str, tables: AbstractSet[str] = HOT) -> set[str]:
    """Those of *tables* of which the statement may read every row."""
    by_tenant = {row[0] for row in await connection.fetch(BY_TENANT)}
    return {
        node["Relation Name"]
        for node in await generic_plan(connection, text)
        if node.get("Relation Name") in tables
        and node["Node Type"] not in {"Tid Scan", "ModifyTable"}
        and _is_walk(node, by_tenant)
    }


BY_TENANT = """SELECT c.relname::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE a.attname = 'tenant'"""
"""Indexes that begin with the tenant: a condition on what stands behind it alone walks all of one
(PostgreSQL 18 hops over it, tenant by tenant; older ones do not)."""


def _is_walk(node: dict[str, Any], by_tenant: AbstractSet[str]) -> bool:
    condition = node.get("Index Cond", "")
    return not condition or (node.get("Index Name") in by_tenant and "tenant" not in condition)
