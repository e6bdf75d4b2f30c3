"""Rounds: a contestant and a plan come in; it runs afresh, and what it did and cost goes out."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contestants import POSTGRES, Contestant, Place
from benchmarks.database import database
from benchmarks.event import now_us
from benchmarks.figures import Figures
from benchmarks.processes import Child, Sink, free_port, run_load

LONGEST_WARM_UP_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
CPU = "cpu_us_per_event"


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """How long and how hard; each rate is an open-loop phase of its own before the closed one."""

    seconds: float = 5.0
    connections: int = 64
    rates: tuple[int, ...] = (200, 1000)
    backend: str = "sqlite"

    @property
    def warm_up_seconds(self) -> float:
        return min(self.seconds, LONGEST_WARM_UP_SECONDS)


@dataclass(slots=True)
class Stage:
    """One contestant at work in a fresh directory, with a fresh sink."""

    child: Child
    sink: Sink
    url: str
    log: Path
    store: str = ""
    """The URL of its database; empty: it keeps a file beside the log."""
    sent: int = 0
    """How many events so far: the number of the next one, so that a late one counts for nobody."""


@contextmanager
def stage(contestant: Contestant, backend: str, *, keyed: bool = False) -> Iterator[Stage]:
    is_on_server = contestant.has_backend and backend == POSTGRES
    with (
        tempfile.TemporaryDirectory(prefix="relay-") as name,
        Sink(keyed=keyed) as sink,
        database() if is_on_server else nullcontext("") as store,
    ):
        directory = Path(name)
        place = Place(directory, free_port(), sink.url, store)
        log = directory / "output.log"
        command, root = contestant.command(place), contestant.root
        with Child(command, port=place.port, log=log, root=root) as child:
            yield Stage(child, sink, contestant.url(place), log, store)


def play(contestant: Contestant, plan: RoundPlan) -> Figures:
    """One round: warm up, then each rate, then as fast as it can."""
    with stage(contestant, plan.backend) as on:
        warm_up(on, plan)
        return at_rates(on, plan) | flat_out(on, plan) | {"memory_mb": on.child.peak_mb()}


def warm_up(on: Stage, plan: RoundPlan) -> None:
    load = run_load(on.url, seconds=plan.warm_up_seconds, run=f"w{now_us()}")
    on.sink.wait_for(int(load["acknowledged"]), patience_seconds=PATIENCE_SECONDS)
    on.sent += int(load["sent"])


def at_rates(on: Stage, plan: RoundPlan) -> Figures:
    """A phase at each rate of the plan."""
    figures: Figures = {}
    for rate in plan.rates:
        measured = _phase(on, plan, rate)
        figures |= {f"{name}_at_{rate}": measured[name] for name in _AT_A_RATE}
    return figures


def flat_out(on: Stage, plan: RoundPlan) -> Figures:
    """A phase as fast as it can, with what each thread of it cost."""
    spent = on.child.cpu_us_by_thread()
    measured = _phase(on, plan, rate=0)
    spent = on.child.cpu_us_by_thread() - spent
    return {name: measured[name] for name in _FLAT_OUT} | _an_event(spent, measured)


_AT_A_RATE = (
    "ack_p50_ms",
    "ack_p99_ms",
    "end_to_end_p50_ms",
    "end_to_end_p99_ms",
    "cpu_s_per_1000",
    "lost",
    "unsent",
)
_FLAT_OUT = (
    "relays_per_s",
    "ack_p50_ms",
    "ack_p99_ms",
    "end_to_end_p50_ms",
    "end_to_end_p99_ms",
    "cpu_s_per_1000",
    "lost",
    "duplicates",
    "refused",
    "load_cpu_us",
    "sink_cpu_us",
)


def _an_event(spent: Counter[str], measured: Figures) -> Figures:
    """Without threads, where the system does not tell them apart."""
    events = max(1, measured["acknowledged"])
    cpu_us = spent.total() / events if spent else measured["cpu_s_per_1000"] * 1000
    return {CPU: round(cpu_us, 1)} | {
        f"{CPU} {thread}": round(us / events, 1) for thread, us in spent.most_common()
    }


def _phase(on: Stage, plan: RoundPlan, rate: int) -> Figures:
    on.sink.control("reset")
    cpu, sink_cpu = on.child.cpu_seconds(), on.sink.cpu_seconds()
    load = run_load(
        on.url,
        seconds=plan.seconds,
        connections=plan.connections,
        rate=rate,
        first_seq=on.sent,
        run=f"r{now_us()}",
    )
    on.sent += int(load["sent"])
    on.sink.wait_for(int(load["acknowledged"]), patience_seconds=PATIENCE_SECONDS)
    cpu, sink_cpu = on.child.cpu_seconds() - cpu, on.sink.cpu_seconds() - sink_cpu
    return _figures(load, on.sink.stats()) | {
        "cpu_s_per_1000": round(cpu / max(1, load["acknowledged"]) * 1000, 4),
        "sink_cpu_us": round(sink_cpu / max(1, load["acknowledged"]) * 1e6, 1),
    }


def _figures(load: dict[str, Any], arrived: dict[str, Any]) -> Figures:
    """Relays a second run from the first send to the last arrival, so a backlog counts."""
    seconds = (arrived["last_us"] - load["started_us"]) / 1e6
    answers: dict[str, int] = load["by_status"]
    return {
        "acknowledged": load["acknowledged"],
        "relays_per_s": round(arrived["distinct"] / seconds, 1) if seconds > 0 else 0.0,
        "ack_p50_ms": load["ack_ms"].get("p50", 0.0),
        "ack_p99_ms": load["ack_ms"].get("p99", 0.0),
        "end_to_end_p50_ms": arrived["end_to_end_ms"].get("p50", 0.0),
        "end_to_end_p99_ms": arrived["end_to_end_ms"].get("p99", 0.0),
        "lost": load["acknowledged"] - arrived["distinct"],
        "duplicates": arrived["duplicates"],
        "refused": sum(count for status, count in answers.items() if int(status) >= 300),
        "unsent": load["unsent"],
        "load_cpu_us": load["cpu_us_per_request"],
    }
