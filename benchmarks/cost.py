"""Cost: a plan comes in; what a run makes a PostgreSQL server do and write goes out."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contestants import POSTGRES, Contestant
from benchmarks.database import shared
from benchmarks.event import now_us
from benchmarks.processes import run_load
from benchmarks.rounds import RoundPlan, stage
from benchmarks.stores import looking_at
from benchmarks.waiting import until_finished

STEADY = 200
FLOWS = ("relay", "steps")
MOST_NAMED = 12

Figures = dict[str, float]


def cost(plan: RoundPlan) -> dict[str, object]:
    """Of each flow at a steady rate, where batches are small, and flat out, where they are large.

    The ratio says how much of its write-ahead log a run costs flat out, against the steady rate.
    """
    if plan.backend != POSTGRES:
        raise SystemExit("cost: it is the cost of a server; use --backend postgres")
    columns: dict[str, Figures] = {}
    named: dict[str, dict[str, float]] = {}
    for flow in FLOWS:
        for how, rate in (("steady", STEADY), ("flat out", 0)):
            name = f"{flow}, {how}"
            columns[name], named[name] = _phase(plan, flow, rate)
            print(f"{name}: {columns[name]}", file=sys.stderr, flush=True)
    steady, flat_out = (columns[f"relay, {how}"] for how in ("steady", "flat out"))
    return {
        "benchmark": "cost",
        "seconds": plan.seconds,
        "rate_when_steady": STEADY,
        "median": columns,
        "statements_by_name": named,
        "ratio": round(flat_out["wal_bytes"] / max(1.0, steady["wal_bytes"]), 3),
    }


def _phase(plan: RoundPlan, flow: str, rate: int) -> tuple[Figures, dict[str, float]]:
    with TemporaryDirectory(prefix="cost-") as name:
        counted = Path(name) / "statements.json"
        options = ("--flow", flow, "--statements", str(counted))
        hub = Contestant("benchmarks.hub_relay", options, has_backend=True)
        with (
            stage(hub, plan.backend) as on,
            looking_at(on.log.with_name("hub.db"), on.store) as store,
        ):
            server = shared()
            before, cpu = server.cost(on.store), server.cpu_seconds()
            load = run_load(
                on.url,
                seconds=plan.seconds,
                connections=plan.connections,
                rate=rate,
                run=f"c{now_us()}",
            )
            until_finished(store)
            after, cpu = server.cost(on.store), server.cpu_seconds() - cpu
        statements: dict[str, int] = json.loads(counted.read_text(encoding="utf-8"))
    runs = max(1, load["acknowledged"])
    most = sorted(statements.items(), key=lambda each: -each[1])[:MOST_NAMED]
    return {
        "runs_per_s": round(runs / plan.seconds, 1),
        "wal_bytes": round((after.wal_bytes - before.wal_bytes) / runs),
        "transactions": round((after.transactions - before.transactions) / runs, 3),
        "statements": round(sum(statements.values()) / runs, 3),
        "server_cpu_s_per_1000": round(cpu / runs * 1000, 4),
    }, {name: round(count / runs, 3) for name, count in most}
