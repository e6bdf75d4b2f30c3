"""Series: what happened by minute and hour, as charts and sparklines ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.question import Question

MINUTE_US = 60_000_000
HOUR_US = 3_600_000_000

KINDS = ("all", "source", "flow", "connection", "issue")
"""What is counted; ``all`` has one name, the empty one.

``source``: ``accepted duplicate refused quarantined unmatched challenge``, of the refused those
that were ``rate-limited``, and of those in quarantine the ``changed``.
``flow``: ``done retrying waiting dead held cancelled`` (ends of executions), latency of done ones
from the event's recording, and the gauges ``most-queued`` and ``most-age-us``.
``connection``: ``done``, each ``FailureKind`` (``throttled`` is a 429), ``in-doubt``, latency of
tries.
``issue``: ``failed``.
``all``: the sums of sources, flows and connections, the latter as ``tries`` and ``tries-failed``.
"""


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a chart."""

    at_us: Micros
    """Where the step begins."""
    counts: Mapping[str, int]
    """By word; words that start with ``most-`` are the largest value, others are sums."""
    p50_us: int | None
    p95_us: int | None
    """From buckets, so a little inexact; None: nothing was measured."""

    @property
    def success(self) -> float | None:
        """The share of what ended well; None: nothing ended."""
        return success_of(self.counts)


FAILED = ("dead", "held", "retrying", "refused", "quarantined")
GOOD = ("done", "accepted", "duplicate", "unmatched")


def success_of(counts: Mapping[str, int]) -> float | None:
    """The share of good ends among *counts* of a flow, source or ``all``."""
    good = sum(counts.get(word, 0) for word in GOOD)
    bad = sum(counts.get(word, 0) for word in FAILED)
    return good / (good + bad) if good + bad else None


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one thing, oldest first, without gaps: nothing happened in an empty one."""

    kind: str
    name: str
    step_us: int
    points: tuple[Point, ...]
    total: Point
    """All of them as one."""


@dataclass(frozen=True, slots=True)
class ReadSeries(Question[Series]):
    """How one thing went. Steps are whole minutes (kept three days) or hours (kept 90 days).

    At most 1,500 points: a smaller step is made larger.
    """

    kind: str
    name: str
    since_us: Micros
    until_us: Micros
    step_us: int = MINUTE_US


@dataclass(frozen=True, slots=True)
class ReadSums(Question[Mapping[str, Point]]):
    """For every name of a kind: what happened since then, as one point."""

    kind: str
    since_us: Micros
    until_us: Micros


@dataclass(frozen=True, slots=True)
class ReadSeriesCounts(Question[Mapping[str, tuple[int, ...]]]):
    """Sparklines: by name, one count a step, oldest first; names with nothing are all zeros."""

    kind: str
    names: tuple[str, ...]
    """At most 500."""
    words: tuple[str, ...]
    """Which counts are added up, such as ``("failed",)``."""
    since_us: Micros
    until_us: Micros
    step_us: int = HOUR_US


@dataclass(frozen=True, slots=True)
class SourceRow:
    """An entry point as it was heard of."""

    name: str
    last_us: Micros
    """When it last delivered something authentic."""
    gap_us: int | None
    """The usual time between two deliveries; None: not learned yet."""
    longest_us: int | None
    """The longest pause of late (it is forgotten slowly)."""
    counts: Mapping[str, int]
    """The last 24 hours by verdict: ``accepted duplicate refused quarantined unmatched``; of the
    refused, ``rate-limited``; of those in quarantine, ``changed``."""
    heard: int = 0
    """How often it delivered something authentic."""
    first_us: Micros | None = None
    """The minute of its first delivery, as long as the counts of it are kept."""


@dataclass(frozen=True, slots=True)
class ListSources(Question[tuple[SourceRow, ...]]):
    """Every source that was ever heard of, by name."""

    now_us: Micros


@dataclass(frozen=True, slots=True)
class BacklogRow:
    """What of a flow is queued."""

    flow: str
    queued: int
    """Ready to run, or behind another run of their lane."""
    oldest_us: Micros | None
    """When the oldest of these was made."""


@dataclass(frozen=True, slots=True)
class CountBacklog(Question[tuple[BacklogRow, ...]]):
    """How much is queued, and for how long; of the oldest 20,000 unfinished runs."""
