"""Before: a plan comes in; it goes out with the fields that plans of replays had before.

What ``--json`` and the API tell keeps its fields; the plan itself stands in ``plan``.
"""

from collections import Counter
from dataclasses import dataclass

from tieline.features.replays.plan import EXAMPLES, RETRY
from tieline.model.base.ids import EventId, Micros, RunId
from tieline.model.plans.plan import Plan
from tieline.model.replays.filter import ReplayFilter
from tieline.rules.formats.id_time import made_us
from tieline.rules.runs.replayed import DECIDED


@dataclass(frozen=True, slots=True)
class ReplayExample:
    """One event of a plan."""

    event_id: EventId
    source: str
    type: str
    recorded_us: Micros
    flows: tuple[str, ...]
    why_not: str | None
    """Why no run would come of it."""


@dataclass(frozen=True, slots=True)
class LaneQueue:
    """Runs that would wait in a lane whose head goes nowhere by itself."""

    head: RunId
    state: str
    """dead or held."""
    runs: int


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What a replay would do."""

    plan: Plan
    filter: ReplayFilter
    as_new_action: bool
    events: int
    runs: tuple[tuple[str, int], ...]
    """(flow, runs), most first; with the dead runs that are taken up again."""
    effects_done: int
    """Effects that happened before; skipped, or with ``as_new_action`` made once more."""
    without_runs: tuple[tuple[str, int], ...]
    """(why, events): payload forgotten, against the contract, no flow wants it."""
    examples: tuple[ReplayExample, ...]
    """Those that run come first."""
    exact: bool
    """False: there are more events than were counted."""
    retries: int
    """Of the runs, those that are dead, and are retried in their old place."""
    left_out: tuple[tuple[str, int], ...]
    """(why, runs): somebody has decided about them."""
    queues: tuple[LaneQueue, ...]
    """Where some of the runs would wait for a person."""


def in_earlier_form(plan: Plan, wanted: ReplayFilter) -> ReplayPlan:
    """*plan* of a replay of *wanted*, with the fields that it had before."""
    runs: Counter[str] = Counter()
    for one in plan.does:
        runs[one.flow or ""] += one.count
    reasons = [(one.why, one.count) for one in plan.left_out]
    return ReplayPlan(
        plan=plan,
        filter=wanted,
        as_new_action=plan.repeats_effects,
        events=plan.found,
        runs=tuple(runs.most_common()),
        effects_done=plan.effects,
        without_runs=tuple(pair for pair in reasons if pair[0] not in DECIDED),
        examples=_examples(plan),
        exact=plan.exact,
        retries=sum(one.count for one in plan.does if one.does == RETRY.format(flow=one.flow)),
        left_out=tuple(pair for pair in reasons if pair[0] in DECIDED),
        queues=tuple(
            LaneQueue(RunId(one.about), one.words.rpartition(" ")[2], one.count)
            for one in plan.warnings
            if one.about is not None
        ),
    )


def _examples(plan: Plan) -> tuple[ReplayExample, ...]:
    """Of each event once, with all that it would become."""
    flows: dict[str, list[str]] = {}
    why_not: dict[str, str] = {}
    words: dict[str, str] = {}
    for does in plan.does:
        for one in does.examples:
            words[one.id] = one.words
            flows.setdefault(one.id, []).append(does.flow or "")
    for left in plan.left_out:
        for one in left.examples:
            words.setdefault(one.id, one.words)
            if one.id not in flows:
                why_not[one.id] = left.why
    return tuple(
        _example(id_, said, tuple(flows.get(id_, ())), why_not.get(id_))
        for id_, said in list(words.items())[:EXAMPLES]
    )


def _example(id_: str, said: str, flows: tuple[str, ...], why_not: str | None) -> ReplayExample:
    type_, _, source = said.rpartition(" of ")
    return ReplayExample(EventId(id_), source, type_, made_us(id_), flows, why_not)
