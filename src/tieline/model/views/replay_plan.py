"""Plan of a replay: what running recorded events again would do, and how to ask for it."""

from dataclasses import dataclass

from tieline.model.base.ids import EventId, Micros, RunId
from tieline.model.replays.filter import ReplayFilter
from tieline.model.views.views import Question


@dataclass(frozen=True, slots=True)
class Example:
    """One event of a plan."""

    event_id: EventId
    source: str
    type: str
    recorded_us: Micros
    flows: tuple[str, ...]
    why_not: str | None
    """Why no run would come of it."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Runs that would wait in a lane whose head goes nowhere by itself."""

    head: RunId
    state: str
    """dead or held."""
    runs: int


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What a replay would do."""

    filter: ReplayFilter
    as_new_action: bool
    events: int
    runs: tuple[tuple[str, int], ...]
    """(flow, runs), most first; with the dead runs that are taken up again."""
    effects_done: int
    """Effects that happened before; skipped, or with ``as_new_action`` made once more."""
    without_runs: tuple[tuple[str, int], ...]
    """(why, events): payload forgotten, against the contract, no flow wants it."""
    examples: tuple[Example, ...]
    """Those that run come first."""
    exact: bool
    """False: there are more events than were counted."""
    retries: int = 0
    """Of the runs, those that are dead, and are retried in their old place."""
    left_out: tuple[tuple[str, int], ...] = ()
    """(why, runs): somebody has decided about them."""
    queues: tuple[Queue, ...] = ()
    """Where some of the runs would wait for a person."""


@dataclass(frozen=True, slots=True)
class AskPlan(Question[ReplayPlan]):
    """What a replay would do, with the hub's own flows and payloads."""

    filter: ReplayFilter
    as_new_action: bool
