"""Plans at scale: with a million queued runs of thirty days, and a try of each, what is looked at
grows with what is answered.

Buffers are counted, not seconds: a page that is touched costs the same on a busy machine.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server
from tests.makers import ALICE, BOB, START_US
from tests.plans import nodes

from tieline.adapters.postgres.connection import SETTINGS
from tieline.adapters.postgres.statements import Query, arguments, queries
from tieline.adapters.sql.apply import apply
from tieline.adapters.sql.runs.claiming import TurnMemory
from tieline.adapters.sql.statement import Statement, StatementReply, Steps
from tieline.compose.features import CATALOGUE
from tieline.model import commands as c
from tieline.model.base.ids import EventId, RunId
from tieline.model.inbound.event import Reference
from tieline.model.views import views as v
from tieline.model.views.work_lists import ListAttempts

RUNS = 1_000_000
TENANTS = 1_000
LANES = 100_000
A_PAGE_EACH = 30
"""Buffers for one row that is asked for by its id: a few levels of a few indexes."""
DAYS = 30
DAY_US = 86_400_000_000
MILLIS = START_US // 1000

DAY = f"(n * {DAYS}::bigint / {RUNS + 1})"
OWN = (
    f"lpad(to_hex({MILLIS} + {DAY} * {DAY_US // 1000}), 12, '0') || '7' || lpad(to_hex(n), 19, '0')"
)
LANE = f"CASE WHEN n % 2 = 0 THEN 'lane-' || (n % {2 * LANES}) END"
STATE = "CASE WHEN n % 20 = 1 THEN 'retrying' WHEN n % 2000 = 3 THEN 'running' ELSE 'ready' END"
FILL = (
    f"""INSERT INTO run (id, tenant, flow, event_id, state, priority, lane, generation, created_us,
                         moved_us)
    SELECT 'run_' || {OWN}, 't' || (n % {TENANTS}), 'flow_' || (n % 5), 'evt_' || {OWN}, {STATE}, 5,
           {LANE}, 0, {START_US}, {START_US}
    FROM generate_series(1, {RUNS}) AS n""",
    f"""INSERT INTO work (run_id, tenant, flow, priority, lane, state, behind, worker, epoch, tries,
                          due_us, deadline_us)
    SELECT 'run_' || {OWN}, 't' || (n % {TENANTS}), 'flow_' || (n % 5), 5, {LANE},
           {STATE},
           CASE WHEN n % 2 = 0 AND n > {2 * LANES} THEN 1 ELSE 0 END,
           CASE WHEN n % 20 <> 1 AND n % 2000 = 3 THEN 'wrk_gone' END, 0, 0,
           CASE WHEN n % 20 = 1 THEN {START_US} + n END,
           CASE WHEN n % 10 = 5 THEN {START_US} + n END
    FROM generate_series(1, {RUNS}) AS n""",
    f"""INSERT INTO lane (tenant, flow, key, head)
    SELECT 't' || (n % {TENANTS}), 'flow_' || (n % 5), 'lane-' || (n % {2 * LANES}),
           'run_' || {OWN}
    FROM generate_series(2, {2 * LANES}, 2) AS n""",
    f"""INSERT INTO reference (tenant, kind, key, event_id, run_id, at_us)
    SELECT 't' || (n % {TENANTS}), 'order', n::text, 'evt_' || {OWN}, 'run_' || {OWN}, {START_US}
    FROM generate_series(1, {RUNS // 5}) AS n""",
    f"""INSERT INTO step (tenant, run_id, name, key, state, effect, fingerprint, effect_key, tries,
                          started_us)
    SELECT 't' || (n % {TENANTS}), 'run_' || {OWN}, 'post', '', 'failed', 'idempotent', 'f',
           'key-' || n, 1, {START_US}
    FROM generate_series(1, {RUNS}) AS n""",
)
LOADED = ("run", "work", "lane", "reference", "step")
EVENTS = f"""INSERT INTO {{part}} (id, tenant, source, type, identity, recorded_us, correlation)
    SELECT 'evt_' || {OWN}, 't' || (n % {TENANTS}), 'billing', 'invoice.paid', n::text,
           {START_US} + {DAY} * {DAY_US}, 'evt_' || {OWN}
    FROM generate_series({{first}}, {{last}}) AS n"""
ATTEMPTS = f"""INSERT INTO {{part}} (tenant, run_id, step, key, number, connection, at_us, took_us,
                                     status, outcome)
    SELECT 't' || (n % {TENANTS}), 'run_' || {OWN}, 'post', '', 1, 'books',
           {START_US} + {DAY} * {DAY_US} + n % 1000, 1000,
           CASE WHEN n % 50 = 0 THEN 503 ELSE 200 END,
           CASE WHEN n % 50 = 0 THEN 'retry' ELSE 'done' END
    FROM generate_series({{first}}, {{last}}) AS n"""
SPREAD = {"event": EVENTS, "attempt": ATTEMPTS}


def hour(number: int) -> str:
    """The beginning of an id of this run's day."""
    return f"{MILLIS + number * DAYS // (RUNS + 1) * (DAY_US // 1000):012x}"


def run_at(number: int) -> RunId:
    return RunId(f"run_{hour(number)}7{number:019x}")


def bounds(table: str, day: int) -> str:
    """Where the part of a day begins and ends."""
    begin, end = (START_US + (day + more) * DAY_US for more in (0, 1))
    if table == "attempt":
        return f"FROM ({begin}) TO ({end})"
    return f"FROM ('evt_{begin // 1000:012x}') TO ('evt_{end // 1000:012x}')"


def a_day(table: str, day: int) -> tuple[str, ...]:
    """Make the part of a day, fill it, and let the table have it with its indexes."""
    part = f"{table}_d{day:02}"
    first, last = -(-day * (RUNS + 1) // DAYS), -(-(day + 1) * (RUNS + 1) // DAYS) - 1
    return (
        f"CREATE TABLE {part} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        SPREAD[table].format(part=part, first=max(1, first), last=last),
        f"ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES {bounds(table, day)}",
    )


def all_days(table: str) -> tuple[str, ...]:
    days = [text for day in range(DAYS) for text in a_day(table, day)]
    return (*days, f"ANALYZE {table}")


async def fill(folder: Path) -> str:
    """A store with a long queue; its indexes are made behind the rows, which is faster."""
    url = await postgres_server.shared().database_of(folder)
    connection = await asyncpg.connect(url)
    made = await connection.fetch(
        "SELECT tablename, indexname, indexdef FROM pg_indexes AS i "
        "JOIN pg_class AS k ON k.relname = i.indexname WHERE tablename = ANY ($1) AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint AS con WHERE con.conindid = k.oid) "
        "AND NOT EXISTS (SELECT 1 FROM pg_inherits AS h WHERE h.inhrelid = k.oid)",
        list(LOADED),
    )
    for row in made:
        await connection.execute(f'DROP INDEX "{row["indexname"]}"')
    await connection.close()
    await asyncio.gather(
        *(alone(url, text) for text in FILL), *(alone(url, *all_days(table)) for table in SPREAD)
    )
    indexes = {table: [r["indexdef"] for r in made if r["tablename"] == table] for table in LOADED}
    await asyncio.gather(
        *(alone(url, *indexes[table], f"ANALYZE {table}") for table in LOADED),
    )
    return url


async def alone(url: str, *texts: str) -> None:
    """Statements on a connection of their own."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '128MB'")
    for text in texts:
        await connection.execute(text)
    await connection.close()


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the store."""
    folder = tmp_path_factory.mktemp("crowd")
    return asyncio.run(fill(folder))


# --- looking at what statements cost ----------------------------------------------------------


class Looked:
    """What each statement of some storage logic touched, by its name."""

    def __init__(self) -> None:
        self.buffers: dict[str, int] = defaultdict(int)
        self.plans: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def whole(self, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Statements that read one of these tables row by row, and which."""
        return [
            (name, node["Relation Name"])
            for name, plans in self.plans.items()
            for plan in plans
            for node in nodes(plan)
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables
        ]

    @property
    def total(self) -> int:
        return sum(self.buffers.values())


async def look(url: str, steps: Steps[Any]) -> tuple[Any, Looked]:
    """Run *steps* as a session does, with its plans; nothing of it stays."""
    connection = await asyncpg.connect(url, server_settings=SETTINGS)
    looked = Looked()
    try:
        await connection.execute("BEGIN")
        statement = next(steps)
        while True:
            reply = StatementReply([], 0)
            for query in queries(statement.name):
                await explain(connection, statement, query, looked)
                rows = await connection.fetch(query.text, *arguments(query, statement))
                reply = StatementReply([tuple(row) for row in rows], len(rows))
            statement = steps.send(reply)
    except StopIteration as stop:
        return stop.value, looked
    finally:
        await connection.close()


async def explain(connection: Any, statement: Statement, query: Query, looked: Looked) -> None:
    given = ", ".join(map(literal, arguments(query, statement)))
    await connection.execute(f"SAVEPOINT before; PREPARE looked AS {query.text}")
    told = await connection.fetchval(
        f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE looked"
        f"{f'({given})' if given else ''}"
    )
    await connection.execute("DEALLOCATE looked; ROLLBACK TO before")
    plan = json.loads(told)[0]["Plan"]
    looked.buffers[statement.name] += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    looked.plans[statement.name].append(plan)


def literal(value: object) -> str:
    """A parameter as text that the server gives its type."""
    if value is None:
        return "NULL"
    whole = f"{{{','.join(map(part, value))}}}" if isinstance(value, list | tuple) else bare(value)
    quoted = whole.replace("'", "''")
    return f"'{quoted}'"


def part(value: object) -> str:
    """One value of an array."""
    if value is None:
        return "NULL"
    quoted = bare(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def bare(value: object) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


PARTS = tuple(f"{table}_d{day:02}" for table in SPREAD for day in range(DAYS))
BIG = (*LOADED, *PARTS, "event", "receipt", "attempt", "dedupe")


# --- claim, sweep, due ----------------------------------------------------------------------------


async def test_a_claim_touches_what_it_takes_and_not_what_waits(crowd: str) -> None:
    room = {f"flow_{n}": 100 for n in range(5)}
    command = c.Claim(ALICE, 100, room, START_US)

    (claimed,), looked = await look(crowd, apply([command], TurnMemory(), CATALOGUE))

    assert len(claimed.runs) == 100
    assert looked.whole(BIG) == []
    # One hop over the index for each kind of ready work, and some pages for each run.
    assert looked.buffers["work_groups"] <= 10 * 500
    assert looked.buffers["work_pick"] <= 100 * A_PAGE_EACH
    assert looked.total <= 10 * 500 + 100 * 6 * A_PAGE_EACH


async def test_a_claim_costs_no_more_when_most_flows_are_paused(crowd: str) -> None:
    (claimed,), looked = await look(
        crowd, apply([c.Claim(ALICE, 10, {"flow_3": 10}, START_US)], TurnMemory(), CATALOGUE)
    )

    assert len(claimed.runs) == 10
    assert looked.total <= 10 * 500 + 10 * 6 * A_PAGE_EACH


async def test_a_sweep_touches_the_runs_of_silent_workers_and_those_past_their_deadline(
    crowd: str,
) -> None:
    sweep = c.Sweep(START_US + 2_000, START_US, limit=100)

    (swept,), looked = await look(crowd, apply([sweep], TurnMemory(), CATALOGUE))

    assert swept.rescued == 100
    assert len(swept.expired) == 100
    assert looked.whole(BIG) == []
    assert looked.total <= 200 * 8 * A_PAGE_EACH


async def test_what_is_due_is_found_without_what_is_not(crowd: str) -> None:
    (promoted,), looked = await look(
        crowd, apply([c.Promote(START_US + 1_000, limit=500)], TurnMemory(), CATALOGUE)
    )

    assert promoted.count == 50
    assert looked.whole(BIG) == []
    assert looked.total <= 60 * 4 * A_PAGE_EACH


async def test_a_heartbeat_touches_its_own_row(crowd: str) -> None:
    _, looked = await look(crowd, apply([c.Beat(BOB, START_US)], TurnMemory(), CATALOGUE))

    assert looked.total <= A_PAGE_EACH


# --- what people ask --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        v.ReadTrail(id=run_at(500_000)),
        v.ReadTrail(reference=Reference("order", "84219")),
        v.ReadTrail(id=f"evt_{hour(77)}7{77:019x}"),
        v.ShowRun(run_at(999_999)),
        v.FindKey("84219"),
        v.ShowEvent(EventId(f"evt_{hour(700_000)}7{700_000:019x}")),
    ],
    ids=lambda question: f"{type(question).__name__}",
)
async def test_a_story_touches_what_it_tells(crowd: str, question: Any) -> None:
    told, looked = await look(crowd, CATALOGUE.read(question))

    assert told
    assert looked.whole(BIG) == []
    assert looked.total <= 100 * A_PAGE_EACH


@pytest.mark.parametrize(
    "question",
    [v.ListRuns(), v.ListEvents(), v.ListRuns(state="ready"), v.ListRuns(state="dead")],
    ids=repr,
)
async def test_a_page_touches_about_as_many_rows_as_it_looks_at(crowd: str, question: Any) -> None:
    _, looked = await look(crowd, CATALOGUE.read(question))

    assert looked.whole(BIG) == []
    assert looked.total <= 2_100 * 8


async def test_a_story_has_what_was_tried_and_looks_into_each_day_once(crowd: str) -> None:
    detail, looked = await look(crowd, CATALOGUE.read(v.ShowRun(run_at(500_000))))

    assert len(detail.steps) == 1
    assert len(detail.attempts) == 1
    assert looked.whole(BIG) == []
    assert looked.total <= 10 * DAYS + 30 * A_PAGE_EACH


@pytest.mark.parametrize(
    "question", [ListAttempts(), ListAttempts("books", outcome="failed")], ids=repr
)
async def test_a_page_of_tries_touches_about_as_many_rows_as_it_looks_at(
    crowd: str, question: Any
) -> None:
    page, looked = await look(crowd, CATALOGUE.read(question))

    assert page.rows
    assert looked.whole(BIG) == []
    assert looked.total <= 2_100 * 8
