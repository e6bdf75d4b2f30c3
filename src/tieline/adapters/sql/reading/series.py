"""Series reading: a question about counts comes in; points, sums or sparklines go out."""

from collections.abc import Mapping

import orjson

from tieline.adapters.sql.statement import RowOut, Steps, ask
from tieline.model.base.ids import Micros
from tieline.model.inbound.receipt import COUNTED_APART
from tieline.model.views import series as v
from tieline.rules.formats.id_time import made_us
from tieline.rules.watch.latency import apart, quantiles

MOST_POINTS = 1_500
MOST_NAMES = 500
BY_MINUTE_US = 3 * v.HOUR_US
"""Sums over longer spans are made of whole hours."""
MINUTES_KEPT_US = 3 * 24 * v.HOUR_US
DAY_US = 24 * v.HOUR_US
BACKLOG_LOOKED_AT = 20_000
SOURCE_WORDS = ("accepted", "duplicate", "refused", "quarantined", "unmatched", "challenge")


def series(q: v.ReadSeries) -> Steps[v.Series]:
    """The points of one thing."""
    base_us, step_us = _steps(q)
    start_us = q.since_us - q.since_us % step_us
    rows = yield from ask(
        "tally_series" if step_us > base_us else "tally_points",
        kind=q.kind,
        name=q.name,
        base_us=base_us,
        step_us=step_us,
        start_us=start_us,
        until_us=q.until_us,
    )
    slots: dict[int, dict[str, int]] = {}
    whole: dict[str, int] = {}
    for slot, word, total, most in rows:
        _put(slots.setdefault(slot, {}), word, total, most)
        _put(whole, word, total, most)
    count = max(0, -(-(q.until_us - start_us) // step_us))
    points = tuple(_point(start_us + n * step_us, slots.get(n, {})) for n in range(count))
    return v.Series(q.kind, q.name, step_us, points, _point(start_us, whole))


def _steps(q: v.ReadSeries) -> tuple[int, int]:
    """(what the counts are read by, the length of a point)."""
    span_us = max(q.until_us - q.since_us, 1)
    step_us = max(q.step_us, span_us // MOST_POINTS, v.MINUTE_US)
    by_hour = step_us >= v.HOUR_US or span_us > MINUTES_KEPT_US
    base_us = v.HOUR_US if by_hour else v.MINUTE_US
    return base_us, -(-step_us // base_us) * base_us


def _put(counts: dict[str, int], word: str, total: int, most: int) -> None:
    if word.startswith("most-"):
        counts[word] = max(counts.get(word, 0), most)
    else:
        counts[word] = counts.get(word, 0) + total


def _point(at_us: Micros, counts: Mapping[str, int]) -> v.Point:
    shown, buckets = apart(counts)
    if buckets is None:
        return v.Point(at_us, shown, None, None)
    p50_us, p95_us = quantiles(buckets, 0.5, 0.95)
    return v.Point(at_us, shown, p50_us, p95_us)


def sums(q: v.ReadSums) -> Steps[Mapping[str, v.Point]]:
    """Every name of a kind, as one point."""
    base_us = v.MINUTE_US if q.until_us - q.since_us <= BY_MINUTE_US else v.HOUR_US
    start_us = q.since_us - q.since_us % base_us
    return (yield from _sums(q.kind, base_us, start_us, q.until_us))


def _sums(kind: str, base_us: int, start_us: Micros, until_us: Micros) -> Steps[dict[str, v.Point]]:
    rows = yield from ask(
        "tally_sums",
        kind=kind,
        base_us=base_us,
        start_us=start_us,
        until_us=until_us,
        limit=MOST_NAMES,
    )
    counts: dict[str, dict[str, int]] = {}
    for name, word, total, most in rows:
        _put(counts.setdefault(name, {}), word, total, most)
    return {name: _point(start_us, found) for name, found in counts.items()}


def sparks(q: v.ReadSeriesCounts) -> Steps[Mapping[str, tuple[int, ...]]]:
    """One count a step for each of the names."""
    base_us = v.HOUR_US if q.step_us % v.HOUR_US == 0 else v.MINUTE_US
    step_us = -(-max(q.step_us, base_us) // base_us) * base_us
    start_us = q.since_us - q.since_us % step_us
    count = min(max(0, -(-(q.until_us - start_us) // step_us)), MOST_POINTS)
    lines = {name: [0] * count for name in q.names[:MOST_NAMES]}
    rows: list[RowOut] = []
    if lines and q.words and count:
        rows = yield from ask(
            "tally_sparks",
            kind=q.kind,
            names=orjson.dumps(list(lines)).decode(),
            words=orjson.dumps(q.words).decode(),
            base_us=base_us,
            step_us=step_us,
            start_us=start_us,
            until_us=start_us + count * step_us,
        )
    for name, slot, total in rows:
        lines[name][slot] += total
    return {name: tuple(line) for name, line in lines.items()}


def sources(q: v.ListSources) -> Steps[tuple[v.SourceRow, ...]]:
    """Every source that was heard of, or refused."""
    rhythms = {row[0]: row[1:] for row in (yield from ask("rhythm_list"))}
    since_us = q.now_us - DAY_US
    start_us = since_us - since_us % v.HOUR_US
    counted = yield from _sums("source", v.HOUR_US, start_us, q.now_us + v.HOUR_US)
    names = sorted({*rhythms, *counted})
    return tuple(_source(name, rhythms.get(name), counted.get(name)) for name in names)


def _source(name: str, rhythm: RowOut | None, counted: v.Point | None) -> v.SourceRow:
    last_us, gap_us, longest_us, heard, minute_us, hour_us = rhythm or (
        0,
        None,
        None,
        0,
        None,
        None,
    )
    counts = {} if counted is None else counted.counts
    words = (*SOURCE_WORDS, *(word for word in COUNTED_APART if counts.get(word)))
    return v.SourceRow(
        name,
        last_us,
        gap_us,
        longest_us,
        {word: counts.get(word, 0) for word in words},
        heard,
        _first_us(minute_us, hour_us, last_us),
    )


def _first_us(minute_us: Micros | None, hour_us: Micros | None, last_us: Micros) -> Micros | None:
    """When it began: to the minute, or to the hour's end where minutes are forgotten."""
    if hour_us is None or (minute_us is not None and minute_us < hour_us + v.HOUR_US):
        return minute_us
    return min(hour_us + v.HOUR_US, last_us)


def backlog(_: v.CountBacklog) -> Steps[tuple[v.BacklogRow, ...]]:
    """What is queued, by flow."""
    rows = yield from ask("work_backlog", look=BACKLOG_LOOKED_AT)
    return tuple(
        v.BacklogRow(flow, count, None if first is None else made_us(first))
        for flow, count, first in rows
    )
