"""Targets: the reports of all benchmarks come in; each figure beside what it should be goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

Reports = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a figure stands in the reports, and the value it must reach or stay below."""

    what: str
    path: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, measured: float) -> bool:
        if self.at_least is not None and measured < self.at_least:
            return False
        return self.at_most is None or measured <= self.at_most

    @property
    def wanted(self) -> str:
        return f"≥ {self.at_least:,}" if self.at_least is not None else f"≤ {self.at_most:,}"


_HUB = ("relay", "median", "hub")

TARGETS = (
    Target("relay: share of the limit", ("relay", "ratio"), at_least=0.40),
    Target("relay: CPU s per 1,000", (*_HUB, "cpu_s_per_1000"), at_most=0.5),
    Target("relay: ack p99 ms at 1,000/s", (*_HUB, "ack_p99_ms_at_1000"), at_most=15),
    Target("relay: end to end p99 ms at 1,000/s", (*_HUB, "end_to_end_p99_ms_at_1000"), at_most=25),
    Target("three steps: runs/s", ("steps", "median", "three steps", "runs_per_s"), at_least=1500),
    Target("telemetry: share of the speed without it", ("telemetry", "ratio"), at_least=0.85),
    Target("claim: longest queue against 1,000", ("claim", "ratio"), at_most=3),
    Target("memory MB with a queue", ("idle", "median", "hub", "memory_queued_mb"), at_most=200),
    Target("idle: CPU %", ("idle", "median", "hub", "cpu_percent"), at_most=1),
    *(
        Target(f"kill {phase}: {figure}", ("kill", "median", phase, figure), at_most=most)
        for phase in ("under load", "with a backlog")
        for figure, most in (("lost", 0), ("doubled", 0), ("ready_max_ms", 3000))
    ),
)

ON_POSTGRES = (
    Target("three steps: runs/s", ("steps", "median", "three steps", "runs_per_s"), at_least=2500),
    Target(
        "relay: two processes against a file", ("relay", "two_processes_against_a_file"), at_least=1
    ),
    Target("snapshot of a minute: share of the rate", ("snapshot", "ratio"), at_least=0.5),
)
"""What is asked of a server beside, or instead of, what is asked of a file."""


def targets(backend: str) -> tuple[Target, ...]:
    """What is asked where the store is of this kind."""
    if backend != "postgres":
        return TARGETS
    others = {target.what for target in ON_POSTGRES}
    return (*(target for target in TARGETS if target.what not in others), *ON_POSTGRES)


def score(reports: Reports, backend: str) -> dict[str, dict[str, float | bool]]:
    """The figure of every target that was measured, and whether it is met."""
    found = ((target, _at(reports, target.path)) for target in targets(backend))
    return {
        target.what: {"measured": measured, "met": target.is_met(measured)}
        for target, measured in found
        if measured is not None
    }


def show_score(scored: Mapping[str, Mapping[str, float | bool]], backend: str) -> None:
    table = Table("figure", "wanted", "measured", "met", title="targets")
    wanted = {target.what: target.wanted for target in targets(backend)}
    for what, row in scored.items():
        table.add_row(what, wanted[what], f"{row['measured']:,}", "yes" if row["met"] else "NO")
    Console(stderr=True).print(table)


def _at(reports: Reports, path: tuple[str, ...]) -> float | None:
    found: Any = reports
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return float(found)
