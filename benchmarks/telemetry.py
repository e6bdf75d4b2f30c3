"""Telemetry: a plan comes in; what logs, metrics and traces cost the relay goes out, as a ratio.

Two hubs take turns: one tells nothing, the other everything (JSON lines to a file, metrics that are
scraped, traces sampled as by default and sent to a collector).
"""

import sys
from collections.abc import Sequence

from benchmarks.contestants import Contestant
from benchmarks.figures import Figures, median_ratio, medians
from benchmarks.processes import Sink
from benchmarks.rounds import RoundPlan, play

HUB = "benchmarks.hub_relay"
OFF, ON = "telemetry off", "everything on"


def telemetry(plan: RoundPlan, rounds: int) -> dict[str, object]:
    """They take turns, off on off on, so that a slow minute of the machine hits both."""
    played: dict[str, list[Figures]] = {OFF: [], ON: []}
    with Sink() as collector:
        url = collector.url.removesuffix("/relay")
        contestants = {
            OFF: Contestant(HUB, ("--telemetry", "off"), has_backend=True),
            ON: Contestant(HUB, ("--telemetry", "on", "--collector", url), has_backend=True),
        }
        for number in range(1, rounds + 1):
            order = (OFF, ON) if number % 2 else (ON, OFF)
            for name in order:
                figures = play(contestants[name], plan)
                played[name].append(figures)
                print(_line(number, name, figures), file=sys.stderr, flush=True)
    off, on = played[OFF], played[ON]
    return {
        "benchmark": "telemetry",
        "rounds": rounds,
        "seconds": plan.seconds,
        "connections": plan.connections,
        "backend": plan.backend,
        "median": {name: medians(each) for name, each in played.items()},
        "ratio": median_ratio(_column(on, "relays_per_s"), _column(off, "relays_per_s")),
        "cpu_ratio": median_ratio(_column(off, "cpu_s_per_1000"), _column(on, "cpu_s_per_1000")),
    }


def _column(rounds: Sequence[Figures], name: str) -> list[float]:
    return [each[name] for each in rounds]


def _line(number: int, name: str, figures: Figures) -> str:
    return (
        f"round {number} {name}: {figures['relays_per_s']:,.0f} relays/s, "
        f"{figures['cpu_s_per_1000']} CPU s per 1,000, lost {figures['lost']:.0f}"
    )
