"""Limits: the time of a request comes in; whether it fits in the present window goes out."""

from dataclasses import dataclass
from math import ceil

from tieline_sim.messages import Headers


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands in its window after one request."""

    allowed: bool
    remaining: int
    reset_seconds: int  # until the window ends, rounded up


class WindowLimit:
    """At most ``quota`` requests in each window of ``window_seconds``; ``quota`` 0 is no limit."""

    def __init__(self, quota: int, window_seconds: float) -> None:
        self.quota = quota
        self.window_seconds = window_seconds
        self._ends_us = 0
        self._used = 0

    def admit(self, now_us: int) -> Standing:
        if now_us >= self._ends_us:
            self._ends_us = now_us + round(self.window_seconds * 1_000_000)
            self._used = 0
        allowed = self._used < self.quota
        if allowed:
            self._used += 1
        reset = max(1, ceil((self._ends_us - now_us) / 1_000_000))
        return Standing(allowed, self.quota - self._used, reset)


def limit_headers(limit: WindowLimit, standing: Standing) -> Headers:
    """Both spellings vendors use: the IETF draft's structured fields and the old X- ones."""
    return (
        ("RateLimit-Policy", f'"default";q={limit.quota};w={ceil(limit.window_seconds)}'),
        ("RateLimit", f'"default";r={standing.remaining};t={standing.reset_seconds}'),
        ("X-RateLimit-Limit", str(limit.quota)),
        ("X-RateLimit-Remaining", str(standing.remaining)),
        ("X-RateLimit-Reset", str(standing.reset_seconds)),
    )
