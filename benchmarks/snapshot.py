"""Snapshot: a stranger holds an old one under full load; what that costs the relay goes out."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from benchmarks.contestants import ON_POSTGRES, POSTGRES
from benchmarks.database import shared
from benchmarks.event import now_us
from benchmarks.processes import load_command
from benchmarks.rounds import RoundPlan, Stage, stage

SLICES = 6
HOT = "SELECT pg_total_relation_size('work') / 1048576.0"

Figures = dict[str, float]


def snapshot(plan: RoundPlan, hold_seconds: float) -> dict[str, object]:
    """As fast as it can: before, in slices while the snapshot is held, and after it is let go.

    The ratio is that of the last slice to the time before.
    """
    if plan.backend != POSTGRES:
        raise SystemExit("snapshot: readers of a file hold nothing up; use --backend postgres")
    each = hold_seconds / SLICES
    with stage(ON_POSTGRES["hub"], plan.backend) as on, _loaded(on, plan, 3 * each + hold_seconds):
        time.sleep(plan.warm_up_seconds)
        columns = {"before": _slice(on, each)}
        with _held(on.store):
            for number in range(1, SLICES + 1):
                columns[f"{round(number * each)} s"] = _slice(on, each)
        columns["after"] = _slice(on, each)
    last = columns[f"{round(hold_seconds)} s"]
    return {
        "benchmark": "snapshot",
        "held_seconds": hold_seconds,
        "median": columns,
        "ratio": round(last["relays_per_s"] / max(1.0, columns["before"]["relays_per_s"]), 3),
    }


def _slice(on: Stage, seconds: float) -> Figures:
    before, started = int(on.sink.stats()["received"]), time.monotonic()
    cpu = shared().cpu_seconds()
    time.sleep(seconds)
    passed = time.monotonic() - started
    done = int(on.sink.stats()["received"]) - before
    name = urlsplit(on.store).path.strip("/")
    figures = {
        "relays_per_s": round(done / passed, 1),
        "server_cpu_percent": round((shared().cpu_seconds() - cpu) / passed * 100, 1),
        "work_mb": round(float(shared().ask(HOT, name)), 1),
    }
    print(figures, file=sys.stderr, flush=True)
    return figures


@contextmanager
def _loaded(on: Stage, plan: RoundPlan, seconds: float) -> Iterator[None]:
    """Load beside the block, for at least as long as it should take."""
    command = load_command(
        on.url,
        seconds=seconds + plan.warm_up_seconds,
        connections=plan.connections,
        run=f"s{now_us()}",
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE) as loading:
        try:
            yield
        finally:
            output, _ = loading.communicate()
    print(f"load: {json.loads(output)['by_status']}", file=sys.stderr, flush=True)


@contextmanager
def _held(url: str) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    stranger = loop.run_until_complete(asyncpg.connect(url))
    loop.run_until_complete(stranger.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    loop.run_until_complete(stranger.fetchval("SELECT count(*) FROM worker"))
    try:
        yield
    finally:
        loop.run_until_complete(stranger.close())
        loop.close()
