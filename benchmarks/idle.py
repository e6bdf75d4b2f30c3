"""Idle: a relay with nothing to do, then with a long queue; its CPU and its memory go out."""

import sys
import time

from benchmarks.contestants import contestants
from benchmarks.database import shared
from benchmarks.event import now_us
from benchmarks.processes import run_load
from benchmarks.rounds import Stage, stage

LONGEST_SETTLING_SECONDS = 2.0
SLOW_SINK_MS = 10_000
LOAD_SECONDS = 300


def idle(name: str, *, seconds: float, queued: int, backend: str) -> dict[str, object]:
    with stage(contestants(backend)[name], backend) as on:
        figures = {"memory_mb": on.child.memory_mb()} | _cpu_percent(on, seconds)
        print(f"idle: {figures}", file=sys.stderr, flush=True)
        figures |= _with_a_queue(on, queued)
        on.child.kill()  # a polite stop would wait for the slow sink
    return {
        "benchmark": "idle",
        "seconds": seconds,
        "queued": queued,
        "median": {name: figures},
        "ratio": round(figures["memory_queued_mb"] / figures["memory_mb"], 2),
    }


def _cpu_percent(on: Stage, seconds: float) -> dict[str, float]:
    """Of one processor; of the server, too, where there is one."""
    time.sleep(min(seconds, LONGEST_SETTLING_SECONDS))
    clocks = {"cpu_percent": on.child.cpu_seconds}
    if on.store:
        clocks["server_cpu_percent"] = shared().cpu_seconds
    before, started = {name: clock() for name, clock in clocks.items()}, time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - started
    return {
        name: round((clock() - before[name]) / passed * 100, 3) for name, clock in clocks.items()
    }


def _with_a_queue(on: Stage, queued: int) -> dict[str, float]:
    """The sink answers so slowly that nearly everything accepted is still waiting."""
    on.sink.control(f"delay/{SLOW_SINK_MS}")
    load = run_load(on.url, seconds=LOAD_SECONDS, limit=queued, run=f"q{now_us()}")
    arrived = int(on.sink.stats()["received"])
    return {
        "accepted": load["acknowledged"],
        "still_queued": load["acknowledged"] - arrived,
        "memory_queued_mb": on.child.memory_mb(),
        "peak_queued_mb": on.child.peak_mb(),
    }
