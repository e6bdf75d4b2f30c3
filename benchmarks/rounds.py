"""Rounds: a contestant and a plan come in; it runs afresh, and what it did and cost goes out."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contestants import POSTGRES, Contestant, Place
from benchmarks.database import database
from benchmarks.event import now_us
from benchmarks.processes import Child, Sink, free_port, run_load

LONGEST_WARM_UP_SECONDS = 1.0
PATIENCE_SECONDS = 5.0


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


@dataclass(frozen=True, slots=True)
class Stage:
    """One contestant at work in a fresh directory, with a fresh sink."""

    child: Child
    sink: Sink
    url: str
    log: Path
    store: str = ""
    """The URL of its database; empty: it keeps a file beside the log."""


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
        with Child(contestant.command(place), port=place.port, log=log) as child:
            yield Stage(child, sink, contestant.url(place), log, store)


def play(contestant: Contestant, plan: RoundPlan) -> dict[str, float]:
    """One round: warm up, then each rate, then as fast as it can."""
    figures: dict[str, float] = {}
    with stage(contestant, plan.backend) as on:
        first = _warm_up(on, plan)
        for rate in plan.rates:
            measured = _phase(on, plan, rate=rate, first_seq=first)
            first += int(measured["sent"])
            figures |= {f"{name}_at_{rate}": measured[name] for name in _AT_A_RATE}
        measured = _phase(on, plan, rate=0, first_seq=first)
        figures |= {name: measured[name] for name in _FLAT_OUT}
        figures["memory_mb"] = on.child.peak_mb()
    return figures


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


def _warm_up(on: Stage, plan: RoundPlan) -> int:
    load = run_load(on.url, seconds=plan.warm_up_seconds, run=f"w{now_us()}")
    on.sink.wait_for(int(load["acknowledged"]), patience_seconds=PATIENCE_SECONDS)
    return int(load["sent"])


def _phase(on: Stage, plan: RoundPlan, *, rate: int, first_seq: int) -> dict[str, float]:
    on.sink.control("reset")
    cpu, sink_cpu = on.child.cpu_seconds(), on.sink.cpu_seconds()
    load = run_load(
        on.url,
        seconds=plan.seconds,
        connections=plan.connections,
        rate=rate,
        first_seq=first_seq,
        run=f"r{now_us()}",
    )
    on.sink.wait_for(int(load["acknowledged"]), patience_seconds=PATIENCE_SECONDS)
    cpu, sink_cpu = on.child.cpu_seconds() - cpu, on.sink.cpu_seconds() - sink_cpu
    return _figures(load, on.sink.stats()) | {
        "cpu_s_per_1000": round(cpu / max(1, load["acknowledged"]) * 1000, 4),
        "sink_cpu_us": round(sink_cpu / max(1, load["acknowledged"]) * 1e6, 1),
    }


def _figures(load: dict[str, Any], arrived: dict[str, Any]) -> dict[str, float]:
    """Relays a second run from the first send to the last arrival, so a backlog counts."""
    seconds = (arrived["last_us"] - load["started_us"]) / 1e6
    answers: dict[str, int] = load["by_status"]
    return {
        "sent": load["sent"],
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
