"""Waterfall: what a run remembers and tried comes in; bars on one time axis go out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.base.payload import Json
from tieline.model.runs.run import AttemptRecord, ExchangeRecord
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import StepRow
from tieline.rules.formats.labels import label, spoken
from tieline.rules.runs.holding import HOLD_STEP
from tieline.surfaces.console.format import tone

WIDTH = 1000.0
NARROWEST = 3.0
"""A bar that lasts a millisecond among minutes is still seen."""


@dataclass(frozen=True, slots=True)
class WaterfallSpan:
    """One try, in thousandths of the axis."""

    x: float
    width: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class WaterfallAttempt:
    """One try, with what was sent and answered where that was kept."""

    record: AttemptRecord
    exchange: ExchangeRecord | None


@dataclass(frozen=True, slots=True)
class WaterfallRow:
    """A step with its tries."""

    name: str
    key: str
    state: str
    effect: str
    effect_key: str | None
    bars: tuple[WaterfallSpan, ...]
    tries: tuple[WaterfallAttempt, ...]
    took_us: int | None
    """From its beginning to its end; None while it has none."""
    result: Json
    has_result: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All steps of a run, the earliest first."""

    steps: tuple[WaterfallRow, ...]
    from_us: Micros
    to_us: Micros


def waterfall(detail: RunDetail, now_us: Micros, results: dict[tuple[str, str], Json]) -> Waterfall:
    """Lay out the steps of *detail*; *results* are what may be shown of their answers."""
    of_step: dict[tuple[str, str], list[AttemptRecord]] = defaultdict(list)
    for attempt in detail.attempts:
        of_step[attempt.step, attempt.key].append(attempt)
    rows = {(step.name, step.key): step for step in detail.steps}
    names = sorted({*rows, *of_step}, key=lambda name: _begin(rows.get(name), of_step[name]))
    begins = [_begin(rows.get(name), of_step[name]) for name in names]
    ends = [_end(rows.get(name), of_step[name]) for name in names]
    from_us = min(begins, default=detail.run.created_us)
    to_us = max([*ends, from_us + 1_000])
    if detail.run.state == "running":
        to_us = max(to_us, min(now_us, to_us + 60_000_000))
    exchanges = {(e.step, e.key, e.number): e for e in detail.exchanges}
    axis = _Axis(from_us, to_us)
    return Waterfall(
        tuple(_fall(axis, rows.get(name), of_step[name], exchanges, results) for name in names),
        from_us,
        to_us,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    from_us: Micros
    to_us: Micros

    def bar(self, at_us: Micros, took_us: int, colour: str, title: str) -> WaterfallSpan:
        whole = self.to_us - self.from_us
        width = max(NARROWEST, WIDTH * max(took_us, 0) / whole)
        x = min(WIDTH * (at_us - self.from_us) / whole, WIDTH - NARROWEST)
        return WaterfallSpan(round(x, 1), round(min(width, WIDTH - x), 1), colour, title)


def _begin(step: StepRow | None, tries: Sequence[AttemptRecord]) -> Micros:
    begins = [attempt.at_us for attempt in tries]
    return min([*begins, *([] if step is None else [step.started_us])])


def _end(step: StepRow | None, tries: Sequence[AttemptRecord]) -> Micros:
    ends = [attempt.at_us + attempt.took_us for attempt in tries]
    if step is not None:
        ends.append(step.finished_us or step.started_us)
    return max(ends)


def _fall(
    axis: _Axis,
    step: StepRow | None,
    tries: Sequence[AttemptRecord],
    exchanges: dict[tuple[str, str, int], ExchangeRecord],
    results: dict[tuple[str, str], Json],
) -> WaterfallRow:
    bars = [
        axis.bar(
            one.at_us,
            one.took_us,
            tone(one.outcome),
            f"attempt {one.number}: {spoken(label(one.outcome))}",
        )
        for one in tries
    ]
    first = tries[0] if tries else None
    name = step.name if step is not None else first.step if first is not None else ""
    key = step.key if step is not None else first.key if first is not None else ""
    if step is not None and not bars:
        took = (step.finished_us or step.started_us) - step.started_us
        bars = [axis.bar(step.started_us, took, tone(step.state), spoken(label(step.state)))]
    took_us = _end(step, tries) - _begin(step, tries)
    return WaterfallRow(
        name=name,
        key=key,
        state=_state(step, tries),
        effect="" if step is None else step.effect,
        effect_key=None if step is None else step.effect_key,
        bars=tuple(bars),
        tries=tuple(WaterfallAttempt(o, exchanges.get((o.step, o.key, o.number))) for o in tries),
        took_us=took_us,
        result=results.get((name, key)),
        has_result=(name, key) in results,
    )


def _state(step: StepRow | None, tries: Sequence[AttemptRecord]) -> str:
    """In words of runs: an intent whose end is not known is in doubt."""
    if step is None:
        return tries[-1].outcome if tries else "ready"
    if step.state == "intent":
        last = tries[-1].outcome if tries else "in-doubt"
        return "in-doubt" if last in {"in-doubt", "done"} else "retrying"
    if step.name == HOLD_STEP and step.state == "failed":
        return "held" if step.tries else "skipped"
    return {"failed": "retrying"}.get(step.state, step.state)
