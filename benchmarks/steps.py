"""Steps: a plan comes in; runs of three remembered steps a second, and their share of the limit."""

import sys

from benchmarks.contestants import CONTESTANTS, POSTGRES, Contestant
from benchmarks.event import now_us
from benchmarks.figures import median_of, median_ratio
from benchmarks.hub_relay import STORE
from benchmarks.processes import run_load
from benchmarks.rounds import RoundPlan, play, stage
from benchmarks.stores import looking_at
from benchmarks.waiting import until_finished

ONE = "three steps"
PROCESSES = {ONE: 1, "three steps x 2": 2, "three steps x 4": 4}

Figures = dict[str, float]


def steps(plan: RoundPlan, rounds: int) -> dict[str, object]:
    """Every round is followed by one of the limit's relay: the ratio says more than the rate."""
    names = list(PROCESSES) if plan.backend == POSTGRES else [ONE]
    played: dict[str, list[Figures]] = {name: [] for name in names}
    limits: list[float] = []
    for number in range(1, rounds + 1):
        for name in names:
            played[name].append(_round(plan, PROCESSES[name]))
            told = f"{name}: {played[name][-1]['runs_per_s']:,.0f} runs/s"
            print(f"round {number} {told}", file=sys.stderr, flush=True)
        limits.append(play(CONTESTANTS["limit"], plan)["relays_per_s"])
        print(f"round {number} limit: {limits[-1]:,.0f} relays/s", file=sys.stderr, flush=True)
    return {
        "benchmark": "steps",
        "rounds": rounds,
        "seconds": plan.seconds,
        "connections": plan.connections,
        "backend": plan.backend,
        "median": {
            name: {figure: median_of([each[figure] for each in rows]) for figure in rows[0]}
            for name, rows in played.items()
        }
        | {"limit": {"runs_per_s": median_of(limits)}},
        "ratio": median_ratio([each["runs_per_s"] for each in played[ONE]], limits),
    }


def _round(plan: RoundPlan, processes: int) -> Figures:
    hub = Contestant(
        "benchmarks.hub_relay", ("--flow", "steps"), has_backend=True, processes=processes
    )
    with (
        stage(hub, plan.backend) as on,
        looking_at(on.log.with_name(STORE), on.store) as store,
    ):
        run_load(on.url, seconds=plan.warm_up_seconds, run=f"w{now_us()}")
        until_finished(store)
        cpu = on.child.cpu_seconds()
        load = run_load(
            on.url, seconds=plan.seconds, connections=plan.connections, run=f"r{now_us()}"
        )
        left = until_finished(store)
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
