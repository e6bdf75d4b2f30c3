"""Plan: what an order about many things would do, counted and named before anything changes."""

from dataclasses import dataclass

from tieline.model.base.ids import Micros


@dataclass(frozen=True, slots=True)
class PlanExample:
    """One of the things that are counted."""

    id: str
    """Of an event, a run or a delivery."""
    words: str
    """What it is."""


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One kind of thing that would be done."""

    does: str
    """In words, such as ``new run of post_invoice``."""
    count: int
    examples: tuple[PlanExample, ...] = ()
    flow: str | None = None
    """The flow whose runs it is about, if it is about runs."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Things that would be passed over, for one reason that is known beforehand."""

    why: str
    count: int
    examples: tuple[PlanExample, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """What people should know before they order it."""

    words: str
    about: str | None = None
    """The id of the run that it is about, if it is about one."""
    count: int = 0
    """Of how many things of the plan it is true; 0: of all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an order would do. It changes nothing, and says of which moment it speaks."""

    action: str
    """What is ordered: ``replay``, ``retry``, ``discard``, ``resolve-retry`` and so on."""
    chosen: str
    """Which things are meant, in words."""
    noun: str
    """What is found: event, run or delivery."""
    at_us: Micros
    """When the store was looked at."""
    found: int
    """Things that are chosen."""
    exact: bool
    """False: there are more than were counted."""
    does: tuple[PlannedAction, ...] = ()
    """Most first."""
    left_out: tuple[LeftOut, ...] = ()
    """Most first."""
    warnings: tuple[PlanWarning, ...] = ()
    effects: int = 0
    """Effects of these that happened before."""
    repeats_effects: bool = False
    """Whether those would be made once more, under new keys; else they are skipped."""
    fingerprint: str = ""
    """The same for a plan that would do the same with the same things."""

    @property
    def would(self) -> int:
        """How many things it would do."""
        return sum(one.count for one in self.does)


@dataclass(frozen=True, slots=True)
class PlanEnding:
    """What came of a plan."""

    state: str
    """``done``, or ``partly`` when less was made than was planned."""
    words: str
    """Made and not made, with the reasons."""
