"""Slow calls: how long calls take now and took before comes in; those that are slow go out."""

from dataclasses import dataclass

from tieline.model.views.series import Point

FEWEST_NOW = 5
FEWEST_USUAL = 20
"""Fewer attempts say nothing."""
FACTOR = 5
FLOOR_US = 250_000
"""Nobody waits for less, however much faster it was."""


@dataclass(frozen=True, slots=True)
class CallTimes:
    """How long half of the attempts at a connection take at most: now, and usually."""

    now_us: int
    usual_us: int

    @property
    def factor(self) -> float:
        """How many times as long as usual."""
        return self.now_us / max(1, self.usual_us)


def attempts_in(point: Point | None) -> int:
    """How many attempts at a connection a point counts; ``throttled`` is one of its outcomes."""
    if point is None:
        return 0
    return sum(number for word, number in point.counts.items() if not word.startswith("most-"))


def slow_now(now: Point | None, *earlier: Point | None) -> CallTimes | None:
    """The times of a connection that is slow against its own past; None: it is not, or too little
    is known. The first of *earlier* that knows enough is its past."""
    if now is None or now.p50_us is None or attempts_in(now) < FEWEST_NOW:
        return None
    past = next((one for one in earlier if one and attempts_in(one) >= FEWEST_USUAL), None)
    if past is None or past.p50_us is None or past.p95_us is None:
        return None
    limit_us = max(FLOOR_US, FACTOR * past.p50_us, past.p95_us)
    return CallTimes(now.p50_us, past.p50_us) if now.p50_us >= limit_us else None
