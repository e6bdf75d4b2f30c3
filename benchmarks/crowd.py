"""Crowd: a store and a number come in; it is filled with so many runs and what goes with them.

Set by set, in SQL, past the journal: a million runs take about a minute instead of an hour. What is
made is what a hub would have left behind in thirty days, most of it done, some of it failed:
deliveries, events, runs, steps, tries, references, dead letters, issues, counts. The same number
gives the same rows on every backend.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.compose.features import CATALOGUE

DAY_US = 86_400_000_000
SPAN_US = 30 * DAY_US
END_US = 1_767_225_600_000_000
"""When the last run was made, unless it is said otherwise: 2026-01-01 00:00 UTC."""
FLOWS = 12
SOURCES = 6
CONNECTIONS = 5
TENANTS = 50
ISSUES = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database writes what the others write differently."""

    hex: str
    """Twelve digits of {ms}."""
    padded: str
    """Nineteen digits of {n}."""
    numbers: str
    """A table ``t`` with a column ``n`` from {first} to {last}."""
    blob: str
    """Text {text} as bytes."""

    def id(self, prefix: str, number: str = "n") -> str:
        """The id of the thing with this number: as a hub makes it, from its time."""
        ms = f"((:start_us + ({number}) * :step_us) / 1000)"
        digits = f"{self.hex.format(ms=ms)} || '7' || {self.padded.format(n=number)}"
        return f"('{prefix}_' || {digits})"


SQLITE = Dialect(
    hex="printf('%012x', {ms})",
    padded="printf('%019d', {n})",
    numbers="(WITH RECURSIVE c (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c"
    " WHERE n < {last}) SELECT n FROM c) AS t",
    blob="CAST({text} AS BLOB)",
)
POSTGRES = Dialect(
    hex="lpad(to_hex({ms}), 12, '0')",
    padded="lpad(({n})::text, 19, '0')",
    numbers="generate_series({first}::bigint, {last}::bigint) AS t (n)",
    blob="convert_to({text}, 'UTF8')",
)

STATE = (
    "CASE WHEN n % 1000 < 20 THEN 'dead' WHEN n % 1000 < 22 THEN 'held'"
    " WHEN n % 1000 < 27 THEN 'retrying' WHEN n % 1000 < 32 THEN 'waiting'"
    " WHEN n % 1000 < 40 AND n > :total - :total / 20 THEN 'ready' ELSE 'done' END"
)
AT = "(:start_us + n * :step_us)"
FLOW = f"('flow_' || (n % {FLOWS}))"
SOURCE = f"('source_' || (n % {SOURCES}))"
CONNECTION = f"('connection_' || (n % {CONNECTIONS}))"
TENANT = f"('tenant_' || (n % {TENANTS}))"
ISSUE = "('iss_' || (n % 97))"
FAILED = "n % 1000 < 27"
"""Runs that have failed: dead, held or retrying."""
LANE = f"CASE WHEN n % 6 = 1 AND ({STATE}) = 'dead' THEN 'lane_' || n END"
"""Some of the undecided dead stand at the head of a lane."""
LIVE = f"({STATE}) IN ('held', 'retrying', 'waiting', 'ready')"
WORDS = "'HTTP 503: busy'"


def statements(sql: Dialect) -> Iterator[tuple[str, str]]:
    """(what it makes, the SQL); parameters: start_us, step_us, total."""
    every = sql.numbers.format(first="1", last=":total")
    receipt, event, run = sql.id("rct"), sql.id("evt"), sql.id("run")
    body = sql.blob.format(
        text="'{\"invoice_id\":\"in_' || n || '\",\"cents\":' || (n % 5000) || '}'"
    )
    headers = sql.blob.format(text='\'[["content-type","application/json"]]\'')
    # Refused, quarantined and repeated deliveries stand beside those that made runs.
    yield (
        "receipts",
        f"""
        INSERT INTO receipt (id, tenant, source, received_us, verdict, status, reason, event_id,
                             remote, headers, body, body_bytes)
        SELECT {receipt}, {TENANT}, {SOURCE}, {AT}, 'accepted', 202, NULL, {event}, '192.0.2.1',
               {headers}, {body}, 40 FROM {every} ORDER BY n""",
    )
    yield (
        "odd receipts",
        f"""
        INSERT INTO receipt (id, tenant, source, received_us, verdict, status, reason, event_id,
                             remote, headers, body, body_bytes)
        SELECT {receipt} || 'x', {TENANT}, {SOURCE}, {AT},
               CASE n % 3 WHEN 0 THEN 'refused' WHEN 1 THEN 'quarantined' ELSE 'duplicate' END,
               CASE n % 3 WHEN 0 THEN 401 ELSE 202 END,
               CASE n % 3 WHEN 0 THEN 'bad-signature: no secret fits' WHEN 1
                    THEN 'amount_cents: a whole number is wanted' END,
               CASE n % 3 WHEN 2 THEN {event} END, '192.0.2.1', NULL, NULL, 40
        FROM {every} WHERE n % 50 = 0 ORDER BY n""",
    )
    yield (
        "events",
        f"""
        INSERT INTO event (id, tenant, source, type, identity, recorded_us, correlation,
                           traceparent, receipt_id, cause, contract, data)
        SELECT {event}, {TENANT}, {SOURCE}, 'invoice.' || (n % 7), 'theirs_' || n, {AT}, {receipt},
               NULL, {receipt}, NULL, 'invoice.paid@1', NULL FROM {every} ORDER BY n""",
    )
    yield (
        "runs",
        f"""
        INSERT INTO run (id, tenant, flow, event_id, state, priority, lane, generation, replay_id,
                         created_us, moved_us, deadline_us, epoch, reason)
        SELECT {run}, {TENANT}, {FLOW}, {event}, {STATE}, 5, {LANE}, 0, NULL, {AT},
               {AT} + 30000, NULL, 1, CASE WHEN {FAILED} THEN {WORDS} END
        FROM {every} ORDER BY n""",
    )
    yield (
        "work",
        f"""
        INSERT INTO work (run_id, tenant, flow, priority, lane, state, behind, worker, epoch,
                          tries, due_us, waits_on, waits_kind, waits_key, deadline_us)
        SELECT {run}, {TENANT}, {FLOW}, 5, NULL, {STATE}, 0, NULL, 1, 0,
               CASE WHEN ({STATE}) IN ('retrying', 'waiting') THEN {AT} + {SPAN_US} END,
               CASE WHEN ({STATE}) = 'waiting' THEN 'connection:' || {CONNECTION} END,
               CASE WHEN ({STATE}) = 'waiting' THEN 'connection' END,
               CASE WHEN ({STATE}) = 'waiting' THEN {CONNECTION} END, NULL
        FROM {every} WHERE {LIVE} ORDER BY n""",
    )
    yield (
        "steps",
        f"""
        INSERT INTO step (tenant, run_id, name, key, state, effect, fingerprint, effect_key, tries,
                          result, started_us, finished_us)
        SELECT {TENANT}, {run}, {CONNECTION} || ' POST /entries', '#1', 'done', 'idempotent', 'f',
               'k' || n, 1, {sql.blob.format(text="'[200,[]]'")}, {AT}, {AT} + 20000
        FROM {every} WHERE ({STATE}) = 'done' ORDER BY n""",
    )
    yield (
        "tries",
        f"""
        INSERT INTO attempt (tenant, run_id, step, key, number, connection, at_us, took_us, status,
                             outcome, retry_us, detail, trace)
        SELECT {TENANT}, {run}, {CONNECTION} || ' POST /entries', '#1', 1, {CONNECTION}, {AT},
               20000 + n % 7000, CASE WHEN {FAILED} THEN 503 ELSE 200 END,
               CASE WHEN {FAILED} THEN 'unavailable' ELSE 'done' END, NULL,
               CASE WHEN {FAILED} THEN {WORDS} END, NULL FROM {every} ORDER BY n""",
    )
    yield (
        "exchanges",
        f"""
        INSERT INTO exchange (tenant, run_id, step, key, number, at_us, request, answer)
        SELECT {TENANT}, {run}, {CONNECTION} || ' POST /entries', '#1', 1, {AT},
               'POST https://vendor.test/entries', {WORDS}
        FROM {every} WHERE {FAILED} ORDER BY n""",
    )
    for kind, key in (("invoice", "'in_' || n"), ("customer", "'cus_' || (n % 20000)")):
        yield (
            f"{kind} references",
            f"""
            INSERT INTO reference (tenant, kind, key, event_id, run_id, at_us)
            SELECT {TENANT}, '{kind}', {key}, {event}, '', {AT} FROM {every}""",
        )
    yield (
        "dead letters",
        f"""
        INSERT INTO dead (tenant, run_id, flow, kind, reason, evidence, at_us, seq, resolution,
                          resolved_us, issue, connection)
        SELECT {TENANT}, {run}, {FLOW}, 'unavailable', {WORDS}, '', {AT} + 30000, n,
               CASE WHEN n % 2 = 0 THEN 'discarded' END, CASE WHEN n % 2 = 0 THEN {AT} + 40000 END,
               {ISSUE}, {CONNECTION}
        FROM {every} WHERE ({STATE}) = 'dead'""",
    )
    yield (
        "lanes",
        f"""
        INSERT INTO lane (tenant, flow, key, head)
        SELECT {TENANT}, {FLOW}, {LANE}, {run} FROM {every} WHERE ({LANE}) IS NOT NULL""",
    )
    yield (
        "links of issues",
        f"""
        INSERT INTO issue_link (issue, subject, event_id, tenant, at_us)
        SELECT {ISSUE}, {run}, {event}, {TENANT}, {AT} FROM {every} WHERE {FAILED}""",
    )
    yield (
        "issues",
        f"""
        INSERT INTO issue (id, flow, source, connection, kind, status, words, count, subjects,
                           first_us, last_us, state, regressions)
        SELECT 'iss_' || n, {FLOW}, NULL, {CONNECTION}, 'unavailable', 503, {WORDS}, :total / 1000,
               :total / 2000, :start_us, :start_us + :total * :step_us - n,
               CASE n % 4 WHEN 0 THEN 'resolved' WHEN 1 THEN 'acknowledged' ELSE 'open' END, 0
        FROM {sql.numbers.format(first="0", last=str(ISSUES - 1))}""",
    )
    yield from _counts(sql)


def _counts(sql: Dialect) -> Iterator[tuple[str, str]]:
    """Three days of minutes and thirty of hours, for every flow, source and connection."""
    kinds = (
        ("flow", FLOWS, "done"),
        ("flow", FLOWS, "took-05"),
        ("flow", FLOWS, "dead"),
        ("source", SOURCES, "accepted"),
        ("connection", CONNECTIONS, "done"),
        ("connection", CONNECTIONS, "unavailable"),
        ("connection", CONNECTIONS, "took-04"),
    )
    for step_us, most in ((60_000_000, 3 * 1440), (3_600_000_000, 30 * 24)):
        end = f"(:start_us + :total * :step_us) / {step_us} * {step_us}"
        for kind, names, word in kinds:
            numbers = sql.numbers.format(first="0", last=str(names * most - 1))
            yield (
                f"{kind} {word} by {step_us // 60_000_000} minutes",
                f"""
                INSERT INTO tally (kind, name, step_us, at_us, word, number)
                SELECT '{kind}', '{kind}_' || (n / {most}), {step_us},
                       {end} - n % {most} * {step_us}, '{word}', 1 + n % 90 FROM {numbers}""",
            )
        for word in ("done", "dead", "took-05", "accepted", "tries"):
            numbers = sql.numbers.format(first="0", last=str(most - 1))
            yield (
                f"all {word} by {step_us // 60_000_000} minutes",
                f"""
                INSERT INTO tally (kind, name, step_us, at_us, word, number)
                SELECT 'all', '', {step_us}, {end} - n * {step_us}, '{word}', 1 + n % 900
                FROM {numbers}""",
            )
    yield (
        "rhythms",
        f"""
        INSERT INTO rhythm (source, last_us, gap_us, longest_us, heard)
        SELECT 'source_' || n, :start_us + :total * :step_us, 1000000, 60000000, :total
        FROM {sql.numbers.format(first="0", last=str(SOURCES - 1))}""",
    )


def parameters(total: int, end_us: int = END_US) -> dict[str, int]:
    """The same for every statement."""
    step_us = max(1, SPAN_US // total)
    return {"start_us": end_us - total * step_us, "step_us": step_us, "total": total}


async def fill_file(path: Path, total: int, *, end_us: int = END_US) -> None:
    """Make a SQLite store at *path* with *total* runs."""
    await Committer(SqliteDatabase(path), CATALOGUE).close()
    connection = apsw.Connection(str(path))
    for pragma in ("synchronous = OFF", "cache_size = -400000", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    given = parameters(total, end_us)
    for name, text in statements(SQLITE):
        began = time.monotonic()
        with connection:
            connection.execute(text, given)
        _say(name, began)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


async def fill_database(url: str, total: int, *, end_us: int = END_US) -> None:
    """Fill the PostgreSQL database at *url*, which has nothing in it, with *total* runs."""
    import asyncpg  # type: ignore[import-untyped, unused-ignore]

    from tieline.adapters.postgres.database import PostgresDatabase

    await Committer(await PostgresDatabase.open(url), CATALOGUE).close()
    connection = await asyncpg.connect(url, command_timeout=900)
    try:
        await connection.execute("SET synchronous_commit = off; SET work_mem = '64MB'")
        given = parameters(total, end_us)
        for name, text in statements(POSTGRES):
            began = time.monotonic()
            for word, number in given.items():
                text = text.replace(f":{word}", f"{number}::bigint")
            await connection.execute(text)
            _say(name, began)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


def _say(name: str, began: float) -> None:
    print(f"{name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def main() -> None:
    """``python -m benchmarks.crowd STORE [RUNS]``: a path, or the URL of an empty database."""
    store, total = sys.argv[1], int((sys.argv[2:] or ["1000000"])[0])
    now_us = time.time_ns() // 1000
    if "://" in store:
        asyncio.run(fill_database(store, total, end_us=now_us))
    else:
        asyncio.run(fill_file(Path(store), total, end_us=now_us))


if __name__ == "__main__":
    main()
