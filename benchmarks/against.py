"""Against: a revision comes in; what the hub costs here, beside what it cost there, goes out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from benchmarks.checkout import checked_out, short_name
from benchmarks.contestants import CONTESTANTS
from benchmarks.figures import lower_quartile_of, median_ratio
from benchmarks.rounds import CPU
from benchmarks.runner import told
from benchmarks.turns import TurnsPlan, take_turns

BOUND = 1.05
"""What a change may make of the hub's processor time per event."""
FEWEST_SLICES = 10
"""With fewer, what is above the bound may be noise."""


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
        | {"verdict": verdict(compared.ratio, bound, slices=plan.slices)}
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """New costs to old ones: of the lower quartiles, which counts, and slice by slice."""

    ratio: float
    median_of_paired_ratios: float
    ratio_of_each_slice: tuple[float, ...]


def compare(new: Sequence[float], old: Sequence[float]) -> Comparison:
    pairs = zip(new, old, strict=True)
    return Comparison(
        round(lower_quartile_of(new) / lower_quartile_of(old), 3),
        median_ratio(new, old),
        tuple(round(top / bottom, 3) for top, bottom in pairs),
    )


def verdict(ratio: float, bound: float, *, slices: int) -> str:
    """One line for people."""
    said = "ABOVE" if ratio > bound else "within"
    few = f"; fewer than {FEWEST_SLICES} slices prove nothing" if slices < FEWEST_SLICES else ""
    return f"CPU per event {ratio} of before, {said} the bound of {bound} ({slices} slices{few})"
