"""Tenants: every hot key begins with one, and what looks a row up names it, so it can be placed."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests.earlier_store import brought_to, made_up_to
from tests.makers import ALICE, START_US, event_id, run_id
from tests.plans import generic_plan

from tieline.adapters.postgres.connection import SETTINGS, PostgresConnection
from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.migrations import newest
from tieline.adapters.postgres.statements import queries
from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sql.statement import Statement
from tieline.model.base.errors import StoreError
from tieline.model.commands import Beat

OpenJournal = Callable[..., Awaitable[Committer]]
HOT = (
    "receipt", "event", "dedupe", "reference", "run", "work", "lane", "step", "attempt", "exchange",
    "dead", "standing", "share",
)  # fmt: skip
"""Tables that grow with the traffic, or that its path locks and updates."""


@pytest.fixture
async def connection(url: str) -> Any:
    opened = await asyncpg.connect(url, server_settings=SETTINGS)
    yield opened
    await opened.close()


# --- keys ---------------------------------------------------------------------------------------


async def test_every_unique_key_of_a_hot_table_begins_with_the_tenant(connection: Any) -> None:
    found = await connection.fetch(
        "SELECT t.relname, pg_get_indexdef(i.indexrelid) AS said, a.attname FROM pg_index AS i "
        "JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_attribute AS a ON a.attrelid = t.oid "
        "AND a.attnum = i.indkey[0] WHERE i.indisunique AND t.relname = ANY ($1)",
        list(HOT),
    )

    assert {row["relname"] for row in found} == set(HOT)
    assert [row["said"] for row in found if row["attname"] != "tenant"] == []


# --- statements ---------------------------------------------------------------------------------

PATH = (
    "work_owned", "work_take", "work_park", "work_delete", "work_release", "work_step_forward",
    "run_move", "run_end", "run_load", "event_load", "event_known", "receipt_load", "step_of_runs",
    "step_of_earlier_runs", "dead_upsert", "dedupe_find", "lane_lock", "lane_heads", "lane_advance",
    "lane_drop_empty", "work_pick", "issues.link",
)  # fmt: skip
"""What the path of an event asks of rows that are there already."""


def conditions(node: dict[str, Any]) -> str:
    """By which rows are found; on an empty table the server may take either index."""
    return f"{node.get('Index Cond')} {node.get('Filter')}"


@pytest.mark.parametrize("name", PATH)
async def test_each_look_up_of_the_path_names_the_tenant(connection: Any, name: str) -> None:
    looked = []
    for query in queries(name):
        steps = await generic_plan(connection, query.text, arrays="'{evt_}'")
        looked += [step for step in steps if "Index Name" in step]

    assert looked
    assert [n["Index Name"] for n in looked if "tenant" not in conditions(n)] == []


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("lane_insert", ("-", "post", "a", "run_1")),
        ("dedupe_insert", ("-", "billing", "in_1", "evt_1", 1, b"digest")),
    ],
)
async def test_what_was_stored_comes_back_row_by_row(
    url: str, name: str, row: tuple[str | int | bytes, ...]
) -> None:
    """A distributed server counts what such a statement was offered, and lanes hang on it."""
    link = await PostgresConnection.dial(parse(url))

    first, second = [await link.alone(Statement(name, [row])) for _ in range(2)]

    assert ([*first.rows], [*second.rows]) == ([(1,)], [])
    await link.close()


# --- a store from before -------------------------------------------------------------------------

BEFORE = 12
EXPANDED = 13
OLD_ROWS = """
INSERT INTO step (run_id, name, key, state, effect, fingerprint, tries, started_us)
VALUES ('{run}', 'post', '#{n}', 'done', 'read', 'f', 1, 1);
INSERT INTO attempt (run_id, step, key, number, at_us, took_us, outcome)
VALUES ('{run}', 'post', '#{n}', 1, 1, 1, 'done');
INSERT INTO exchange (run_id, step, key, number, at_us, request)
VALUES ('{run}', 'post', '#{n}', 1, 1, 'r');
INSERT INTO dead (run_id, flow, kind, reason, evidence, at_us, seq)
VALUES ('{run}', 'f', 'k', 'r', 'e', 1, 1) ON CONFLICT (run_id) DO UPDATE SET reason = 'again';
INSERT INTO reference (kind, key, event_id, run_id, at_us)
VALUES ('invoice', 'in_{n}', '{event}', '{run}', 1) ON CONFLICT DO NOTHING;
"""
"""As a release writes them that names no tenant."""
CHILDREN = ("step", "attempt", "exchange", "dead", "reference")


async def old_rows(connection: Any, tenant: str, number: int) -> None:
    run, event = run_id(number), event_id(number)
    await connection.execute(
        "INSERT INTO event (id, tenant, source, type, identity, recorded_us, correlation) "
        f"VALUES ('{event}', '{tenant}', 's', 't', 'i{number}', 1, '{event}'); "
        "INSERT INTO run (id, tenant, flow, event_id, state, priority, generation, created_us, "
        f"moved_us) VALUES ('{run}', '{tenant}', 'f', '{event}', 'dead', 5, 0, 1, 1)"
    )
    await connection.execute(OLD_ROWS.format(run=run, event=event, n=number))


async def test_rows_that_name_no_tenant_get_that_of_their_run_before_the_change_and_beside_it(
    url: str,
) -> None:
    await made_up_to(BEFORE, url)
    connection = await asyncpg.connect(url)
    await old_rows(connection, "-", 1)
    await old_rows(connection, "acme", 2)

    await brought_to(EXPANDED, url)
    await old_rows(connection, "-", 3)  # an older release goes on for a while
    await old_rows(connection, "globex", 4)
    await brought_to(newest(), url)

    wanted = {run_id(1): "-", run_id(2): "acme", run_id(3): "-", run_id(4): "globex"}
    for table in CHILDREN:
        rows = await connection.fetch(f"SELECT run_id, tenant FROM {table}")
        assert dict(rows) == wanted, table
    await connection.close()


# --- nothing is taken away from who is at work --------------------------------------------------


async def beats(url: str, worker: str, *, ago_s: int = 0, knows: int | None = None) -> None:
    """A process that beat *ago_s* seconds ago; one of an older release says not what it knows."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO worker (id, beat_us, started_us, about) VALUES "
        "($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $2, 1, $3)",
        worker, ago_s * 1_000_000, f"{worker} on host-1",
    )  # fmt: skip
    if knows is not None:
        await connection.execute("UPDATE worker SET knows = $1 WHERE id = $2", knows, worker)
    await connection.close()


async def test_what_an_older_process_at_work_uses_is_not_taken_away(url: str) -> None:
    await made_up_to(BEFORE, url)
    await beats(url, "old")

    with pytest.raises(StoreError, match=r"0014_contract_\w+\.sql yet.*\(old on host-1\); stop"):
        await PostgresDatabase.open(url)

    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT max(number) FROM migration") == BEFORE
    await connection.close()


@pytest.mark.parametrize("how", ["knows", "silent", "stopped"])
async def test_who_knows_or_is_gone_keeps_nobody_waiting(url: str, how: str) -> None:
    await made_up_to(EXPANDED, url)
    await beats(
        url, "old", ago_s=60 if how == "silent" else 0, knows=EXPANDED if how == "knows" else None
    )
    if how == "stopped":
        connection = await asyncpg.connect(url)
        await connection.execute("UPDATE worker SET stopped_us = beat_us")
        await connection.close()

    await (await PostgresDatabase.open(url)).close()

    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT max(number) FROM migration") == newest()
    await connection.close()


async def test_a_beat_says_what_its_process_knows(url: str, journal_on: OpenJournal) -> None:
    journal = await journal_on(url)

    await journal.commit(Beat(ALICE, START_US, knows=12))
    await journal.commit(Beat(ALICE, START_US, knows=newest()))

    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT knows FROM worker") == newest()
    await connection.close()
