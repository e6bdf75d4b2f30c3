"""Figures: raw microsecond samples come in; percentiles, medians and ratios go out."""

from collections.abc import Callable, Sequence
from statistics import median, quantiles

Figures = dict[str, float]


def percentiles_ms(samples_us: Sequence[int]) -> dict[str, float]:
    """p50, p90, p99 and max in milliseconds; empty when nothing was measured."""
    if not samples_us:
        return {}
    ordered = sorted(samples_us)
    last = len(ordered) - 1
    shares = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
    return {name: round(ordered[round(last * share)] / 1000, 3) for name, share in shares}


def median_of(values: Sequence[float]) -> float:
    return round(median(values), 3) if values else 0.0


def lower_quartile_of(values: Sequence[float]) -> float:
    """What a quarter of them stays below: noise only ever adds to a cost, so the low ones tell."""
    if len(values) < 2:
        return median_of(values)
    return round(quantiles(values, n=4, method="inclusive")[0], 3)


def medians(rows: Sequence[Figures]) -> Figures:
    """Of each figure, over the rows that have it."""
    return _each(rows, median_of)


def lower_quartiles(rows: Sequence[Figures]) -> Figures:
    return _each(rows, lower_quartile_of)


def median_ratio(tops: Sequence[float], bottoms: Sequence[float]) -> float:
    """The median of the ratios round by round: neighbours in time share the machine's mood."""
    pairs = zip(tops, bottoms, strict=False)
    return median_of([top / bottom for top, bottom in pairs if bottom])


def _each(rows: Sequence[Figures], summed_up: Callable[[Sequence[float]], float]) -> Figures:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: summed_up([row[name] for row in rows if name in row]) for name in names}
