"""Runner: contestants and a number of rounds come in; medians and the ratio to the limit go out."""

import sys
from collections.abc import Mapping, Sequence

from benchmarks.contestants import contestants
from benchmarks.figures import median_of, median_ratio
from benchmarks.rounds import RoundPlan, play

Figures = dict[str, float]


def relay(names: Sequence[str], plan: RoundPlan, rounds: int) -> dict[str, object]:
    """Contestants take turns, A B C A B C, so that a slow minute of the machine hits them all."""
    played: dict[str, list[Figures]] = {name: [] for name in names}
    for number in range(1, rounds + 1):
        for name in names:
            figures = play(contestants(plan.backend)[name], plan)
            played[name].append(figures)
            print(_line(number, name, figures), file=sys.stderr, flush=True)
    return {
        "benchmark": "relay",
        "rounds": rounds,
        "seconds": plan.seconds,
        "connections": plan.connections,
        "backend": plan.backend,
        "median": {name: _medians(each) for name, each in played.items()},
    } | _ratios(played)


def _medians(rounds: Sequence[Figures]) -> Figures:
    return {name: median_of([each[name] for each in rounds]) for name in rounds[0]}


def _ratios(played: Mapping[str, Sequence[Figures]]) -> dict[str, float]:
    if not {"hub", "limit"} <= played.keys():
        return {}
    hub, limit = (_column(played[name], "relays_per_s") for name in ("hub", "limit"))
    ratios = {"ratio": median_ratio(hub, limit)}
    if {"hub x 2", "hub on a file"} <= played.keys():
        two, file = (_column(played[name], "relays_per_s") for name in ("hub x 2", "hub on a file"))
        ratios["two_processes_against_a_file"] = median_ratio(two, file)
    return ratios


def _column(rounds: Sequence[Figures], name: str) -> list[float]:
    return [each[name] for each in rounds]


def _line(number: int, name: str, figures: Figures) -> str:
    return (
        f"round {number} {name}: {figures['relays_per_s']:,.0f} relays/s, "
        f"ack p99 {figures['ack_p99_ms']} ms, {figures['cpu_s_per_1000']} CPU s per 1,000, "
        f"lost {figures['lost']:.0f}"
    )
