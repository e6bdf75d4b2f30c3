"""Runner: contestants and a plan come in; medians, quartiles and the ratio to the limit go out."""

from collections.abc import Mapping, Sequence

from benchmarks.contestants import contestants
from benchmarks.figures import Figures, lower_quartiles, median_ratio, medians
from benchmarks.rounds import CPU
from benchmarks.turns import Played, TurnsPlan, take_turns


def relay(names: Sequence[str], plan: TurnsPlan) -> dict[str, object]:
    """The contestants of these names, in turn."""
    known = contestants(plan.round.backend)
    played = take_turns({name: known[name] for name in names}, plan)
    return {"benchmark": "relay"} | told(plan, played) | _ratios(played)


def told(plan: TurnsPlan, played: Mapping[str, Played]) -> dict[str, object]:
    """How it was measured, and the figures of each contestant."""
    return {
        "rounds": plan.rounds,
        "slices": plan.slices,
        "slice_seconds": plan.slice_seconds,
        "seconds": plan.round.seconds,
        "connections": plan.round.connections,
        "backend": plan.round.backend,
        "median": {name: _summary(each) for name, each in played.items()},
    }


def _summary(played: Played) -> Figures:
    costs = [{name: row[name] for name in row if name.startswith(CPU)} for row in played.slices]
    lowest = {f"{name}, lower quartile": low for name, low in lower_quartiles(costs).items()}
    return medians(played.slices) | lowest | medians(played.rounds)


def _ratios(played: Mapping[str, Played]) -> dict[str, float]:
    if not {"hub", "limit"} <= played.keys():
        return {}
    hub, limit = (played[name].column("relays_per_s") for name in ("hub", "limit"))
    ratios = {"ratio": median_ratio(hub, limit)}
    if {"hub x 2", "hub on a file"} <= played.keys():
        two, file = (played[name].column("relays_per_s") for name in ("hub x 2", "hub on a file"))
        ratios["two_processes_against_a_file"] = median_ratio(two, file)
    return ratios
