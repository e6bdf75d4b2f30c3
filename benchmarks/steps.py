"""Steps: a plan comes in; runs of three remembered steps a second, and their share of the limit."""

import sys
import time
from pathlib import Path

import apsw

from benchmarks.contestants import CONTESTANTS, Contestant
from benchmarks.event import now_us
from benchmarks.figures import median_of, median_ratio
from benchmarks.hub_relay import STORE
from benchmarks.processes import run_load
from benchmarks.rounds import RoundPlan, Stage, play, stage

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02
HUB = Contestant("benchmarks.hub_relay", ("--flow", "steps"), has_backend=True)

Figures = dict[str, float]


def steps(plan: RoundPlan, rounds: int) -> dict[str, object]:
    """Every round is followed by one of the limit's relay: the ratio says more than the rate."""
    played: list[Figures] = []
    limits: list[float] = []
    for number in range(1, rounds + 1):
        played.append(_round(plan))
        limits.append(play(CONTESTANTS["limit"], plan)["relays_per_s"])
        told = f"{played[-1]['runs_per_s']:,.0f} runs/s, limit {limits[-1]:,.0f} relays/s"
        print(f"round {number}: {told}", file=sys.stderr, flush=True)
    return {
        "benchmark": "steps",
        "rounds": rounds,
        "seconds": plan.seconds,
        "connections": plan.connections,
        "backend": plan.backend,
        "median": {
            "three steps": {name: median_of([each[name] for each in played]) for name in played[0]},
            "limit": {"runs_per_s": median_of(limits)},
        },
        "ratio": median_ratio([each["runs_per_s"] for each in played], limits),
    }


def _round(plan: RoundPlan) -> Figures:
    with stage(HUB, plan.backend) as on:
        run_load(on.url, seconds=plan.warm_up_seconds, run=f"w{now_us()}")
        _wait_until_finished(on)
        cpu = on.child.cpu_seconds()
        load = run_load(
            on.url, seconds=plan.seconds, connections=plan.connections, run=f"r{now_us()}"
        )
        left = _wait_until_finished(on)
        seconds = (now_us() - load["started_us"]) / 1e6
        cpu = on.child.cpu_seconds() - cpu
        finished = load["acknowledged"] - left
        return {
            "runs_per_s": round(finished / seconds, 1),
            "ack_p50_ms": load["ack_ms"].get("p50", 0.0),
            "ack_p99_ms": load["ack_ms"].get("p99", 0.0),
            "cpu_s_per_1000": round(cpu / max(1, finished) * 1000, 4),
            "unfinished": left,
            "memory_mb": on.child.peak_mb(),
        }


def _wait_until_finished(on: Stage) -> int:
    """Wait until the store has no unfinished run; returns how many are left when patience ends."""
    path = on.log.with_name(STORE)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (left := _unfinished(path)) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return left


def _unfinished(path: Path) -> int:
    store = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        ((count,),) = store.execute("SELECT count(*) FROM work").fetchall()
    finally:
        store.close()
    return int(str(count))
