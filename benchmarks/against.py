"""Against: a revision comes in; what the hub costs here, beside what it cost there, goes out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from random import Random

from benchmarks.checkout import checked_out, short_name
from benchmarks.contestants import CONTESTANTS
from benchmarks.figures import lower_quartile_of, median_ratio
from benchmarks.rounds import CPU
from benchmarks.runner import told
from benchmarks.turns import TurnsPlan, take_turns

BOUND = 1.05
"""What a change may make of the hub's processor time per event."""
FEWEST_SLICES = 10
DRAWS = 1000


def against(revision: str, plan: TurnsPlan, bound: float) -> dict[str, object]:
    """The hub as it is in the working tree, and that of *revision*, in turn.

    Each is started by the benchmarks it came with; load and sink are those of the working tree.
    The store is a file: a server's schema would be that of the newer one.
    """
    old = f"hub at {short_name(revision)}"
    hub = CONTESTANTS["hub"]
    with checked_out(revision) as root:
        played = take_turns({"hub": hub, old: replace(hub, root=root)}, plan)
    costs = [played[name].column(CPU) for name in ("hub", old)]
    compared = compare(*costs)
    return (
        {"benchmark": "relay"}
        | told(plan, played)
        | asdict(compared)
        | {"verdict": verdict(compared, bound)}
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """New costs to old ones: of the lower quartiles, which counts, and slice by slice."""

    ratio: float
    by_chance: tuple[float, float]
    """Where nine of ten ratios lie when the slices are drawn again from those there are."""
    median_of_paired_ratios: float
    ratio_of_each_slice: tuple[float, ...]


def compare(new: Sequence[float], old: Sequence[float]) -> Comparison:
    pairs = list(zip(new, old, strict=True))
    return Comparison(
        _ratio(pairs),
        _by_chance(pairs),
        median_ratio(new, old),
        tuple(round(top / bottom, 3) for top, bottom in pairs),
    )


def verdict(compared: Comparison, bound: float) -> str:
    """One line for people."""
    said = "ABOVE" if compared.ratio > bound else "within"
    low, high = compared.by_chance
    slices = len(compared.ratio_of_each_slice)
    is_sure = slices >= FEWEST_SLICES and not low <= bound <= high
    return (
        f"CPU per event {compared.ratio} of before ({low} to {high} by chance), {said} the bound "
        f"of {bound}, {slices} slices" + ("" if is_sure else "; more of them would make it sure")
    )


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    new, old = zip(*pairs, strict=True)
    return round(lower_quartile_of(new) / lower_quartile_of(old), 3)


def _by_chance(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    chance = Random(0)
    ratios = sorted(_ratio(chance.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    return ratios[DRAWS // 20], ratios[-DRAWS // 20]
