"""Turns: contestants come in; each is loaded for short slices in turn; their figures go out."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from benchmarks.contestants import Contestant
from benchmarks.figures import Figures
from benchmarks.rounds import CPU, RoundPlan, Stage, at_rates, flat_out, stage, warm_up


@dataclass(frozen=True, slots=True)
class TurnsPlan:
    """So many slices for each in all, shared out among rounds; each round starts all afresh."""

    round: RoundPlan
    rounds: int = 3
    slices: int = 20
    slice_seconds: float = 0.5

    def slices_of(self, number: int) -> int:
        """The slices of round *number*, counted from 0."""
        return self.slices // self.rounds + (number < self.slices % self.rounds)


@dataclass(frozen=True, slots=True)
class Played:
    """What one contestant did: figures of each slice, and those there is one of in a round."""

    slices: list[Figures] = field(default_factory=list)
    rounds: list[Figures] = field(default_factory=list)

    def column(self, name: str) -> list[float]:
        return [each[name] for each in self.slices]


def take_turns(contestants: Mapping[str, Contestant], plan: TurnsPlan) -> dict[str, Played]:
    """A B, B A, A B: what the machine does to others, and to itself, hits all of them alike."""
    played = {name: Played() for name in contestants}
    for number in range(min(plan.rounds, plan.slices)):
        _round(contestants, plan, number, played)
    return played


def _round(
    contestants: Mapping[str, Contestant],
    plan: TurnsPlan,
    number: int,
    played: Mapping[str, Played],
) -> None:
    with ExitStack() as staged:
        stages = {
            name: staged.enter_context(stage(contestant, plan.round.backend))
            for name, contestant in contestants.items()
        }
        at_each_rate = {name: _begun(on, plan) for name, on in stages.items()}
        for turn in range(plan.slices_of(number)):
            for name in list(stages) if turn % 2 == 0 else reversed(stages):
                played[name].slices.append(_slice(name, stages[name], plan))
        for name, on in stages.items():
            played[name].rounds.append(at_each_rate[name] | {"memory_mb": on.child.peak_mb()})


def _begun(on: Stage, plan: TurnsPlan) -> Figures:
    warm_up(on, plan.round)
    return at_rates(on, plan.round)


def _slice(name: str, on: Stage, plan: TurnsPlan) -> Figures:
    figures = flat_out(on, replace(plan.round, seconds=plan.slice_seconds))
    told = (
        f"{name}: {figures['relays_per_s']:,.0f} relays/s, "
        f"{figures[CPU]} us of CPU an event, "
        f"ack p99 {figures['ack_p99_ms']} ms, lost {figures['lost']:.0f}"
    )
    if not figures["relays_per_s"]:
        raise SystemExit(told)
    print(told, file=sys.stderr, flush=True)
    return figures
