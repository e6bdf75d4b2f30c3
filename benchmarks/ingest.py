"""Ingest: a plan comes in; how fast deliveries are stored when nobody works on them goes out."""

import sys

from benchmarks.contestants import POSTGRES, Contestant
from benchmarks.database import shared
from benchmarks.event import now_us
from benchmarks.figures import median_of, median_ratio
from benchmarks.processes import run_load
from benchmarks.rounds import RoundPlan, stage

DOORS = {"one door": 1, "two doors": 2}

Figures = dict[str, float]


def ingest(plan: RoundPlan, rounds: int) -> dict[str, object]:
    """Processes with the role ``ingest`` alone on a server; the ratio is that of two to one."""
    if plan.backend != POSTGRES:
        raise SystemExit("ingest: a store that is a file has one process, which also works")
    played: dict[str, list[Figures]] = {name: [] for name in DOORS}
    for number in range(1, rounds + 1):
        for name, processes in DOORS.items():
            played[name].append(_round(plan, processes))
            print(f"round {number} {name}: {played[name][-1]}", file=sys.stderr, flush=True)
    one, two = ([each["stored_per_s"] for each in played[name]] for name in DOORS)
    return {
        "benchmark": "ingest",
        "rounds": rounds,
        "seconds": plan.seconds,
        "connections": plan.connections,
        "median": {
            name: {figure: median_of([each[figure] for each in rows]) for figure in rows[0]}
            for name, rows in played.items()
        },
        "ratio": median_ratio(two, one),
    }


def _round(plan: RoundPlan, processes: int) -> Figures:
    hub = Contestant(
        "benchmarks.hub_relay", ("--roles", "ingest"), has_backend=True, processes=processes
    )
    with stage(hub, plan.backend) as on:
        run_load(on.url, seconds=plan.warm_up_seconds, run=f"w{now_us()}")
        cpu, server_cpu = on.child.cpu_seconds(), shared().cpu_seconds()
        before = shared().cost(on.store)
        load = run_load(
            on.url, seconds=plan.seconds, connections=plan.connections, run=f"r{now_us()}"
        )
        cpu, server_cpu = on.child.cpu_seconds() - cpu, shared().cpu_seconds() - server_cpu
        after = shared().cost(on.store)
        stored = max(1, load["acknowledged"])
        return {
            "stored_per_s": load["per_second"],
            "ack_p50_ms": load["ack_ms"].get("p50", 0.0),
            "ack_p99_ms": load["ack_ms"].get("p99", 0.0),
            "cpu_s_per_1000": round(cpu / stored * 1000, 4),
            "server_cpu_s_per_1000": round(server_cpu / stored * 1000, 4),
            "wal_bytes_per_event": round((after.wal_bytes - before.wal_bytes) / stored),
        }
