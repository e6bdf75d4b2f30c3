"""Claim: queue lengths come in; what one claim costs at each of them goes out."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.contestants import POSTGRES
from benchmarks.database import database
from benchmarks.figures import median_of, percentiles_ms
from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.sql.committer import Batching, Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.compose.features import CATALOGUE
from tieline.compose.store import BATCH_OVER_A_LINE
from tieline.model.base.ids import EventId, RunId, TenantId, WorkerId
from tieline.model.commands import Admission, Claim, Claimed, Ingest
from tieline.model.inbound.event import Event
from tieline.model.runs.run import NewRun

LENGTHS = (0, 1_000, 10_000, 100_000, 1_000_000)
LANES = 100_000
TENANTS = 10
AT_ONCE = 256
BATCH = 100
CLAIMS = 50
FLOW = "relay"
NOW_US = 1_800_000_000_000_000
WORKER = WorkerId("wrk_benchmark")


def claim(longest: int, backend: str) -> dict[str, object]:
    """Each length is reached in the same store, so it also carries the history of the others."""
    lengths = [length for length in LENGTHS if length <= longest]
    if backend == POSTGRES:
        with database() as url:
            return uvloop.run(_measure(partial(_on_server, url), lengths))
    with tempfile.TemporaryDirectory(prefix="claim-") as directory:
        return uvloop.run(_measure(partial(_on_file, Path(directory) / "hub.db"), lengths))


async def _on_file(path: Path) -> Committer:
    return Committer(SqliteDatabase(path), CATALOGUE)


async def _on_server(url: str) -> Committer:
    opened = await PostgresDatabase.open(url)
    return Committer(
        opened,
        CATALOGUE,
        batching=Batching(most=BATCH_OVER_A_LINE, side_by_side=opened.connections),
    )


async def _measure(
    open_journal: Callable[[], Awaitable[Committer]], lengths: list[int]
) -> dict[str, object]:
    columns: dict[str, dict[str, float]] = {}
    journal = await open_journal()
    try:
        stored = taken = 0
        for length in lengths:
            started = time.monotonic()
            await _fill(journal, stored, length + taken)
            seconds = time.monotonic() - started
            stored_now, stored = length + taken - stored, length + taken
            samples_us, got = await _claims(journal, length)
            taken += got
            columns[f"{length:,}"] = percentiles_ms(samples_us) | {
                "stored_per_s": round(stored_now / seconds, 1)
            }
            print(f"{length:,} queued: {columns[f'{length:,}']}", file=sys.stderr, flush=True)
    finally:
        await journal.close()
    return _report(columns)


def _report(columns: dict[str, dict[str, float]]) -> dict[str, object]:
    """The ratio compares the longest queue with the shortest one that fills a claim."""
    filled = [each["p50"] for name, each in columns.items() if name != "0"]
    return {
        "benchmark": "claim",
        "batch": BATCH,
        "lanes": LANES,
        "median": columns,
        "ratio": median_of([filled[-1] / filled[0]]) if filled else 0.0,
    }


async def _fill(journal: Committer, start: int, stop: int) -> None:
    for first in range(start, stop, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, stop))
        await asyncio.gather(*(journal.commit(_ingest(number)) for number in numbers))


async def _claims(journal: Committer, length: int) -> tuple[list[int], int]:
    samples_us: list[int] = []
    got = 0
    for turn in range(min(CLAIMS, length // BATCH // 2) or CLAIMS):
        started_ns = time.perf_counter_ns()
        claimed: Claimed = await journal.commit(Claim(WORKER, BATCH, {FLOW: 10**9}, NOW_US, turn))
        samples_us.append((time.perf_counter_ns() - started_ns) // 1000)
        got += len(claimed.runs)
    return samples_us, got


def _ingest(number: int) -> Ingest:
    event_id, tenant = EventId(f"evt_{number:012d}"), TenantId(f"tenant-{number % TENANTS}")
    event = Event(
        event_id,
        tenant,
        source="billing",
        type="invoice.paid",
        identity=f"identity-{number}",
        recorded_us=NOW_US,
        correlation=f"correlation-{number}",
        traceparent=None,
        receipt_id=None,
        cause=None,
        contract=None,
        data=b'{"invoice_id":"in_84219","cents":1000}',
    )
    run = NewRun(
        RunId(f"run_{number:012d}"),
        tenant,
        FLOW,
        event_id,
        priority=5,
        lane=f"customer-{number % LANES}",
        created_us=NOW_US,
        deadline_us=None,
    )
    return Ingest((Admission(event, (run,), expires_us=NOW_US + 1),))
