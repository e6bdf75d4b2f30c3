"""Headroom: the state of a limit comes in; the share of it that is used up goes out, for gauges."""

from tieline.model.base.ids import Micros
from tieline.rules.outbound import window as counting
from tieline.rules.outbound.bucket import Pace
from tieline.rules.outbound.retry_budget import FIRST_TRIES_PER_RETRY, FLOOR
from tieline.rules.outbound.window import CountWindow


def rate_use(arrival_us: Micros, rate: Pace | None, now_us: Micros) -> float | None:
    """How much of the burst the latest calls have used (0 to 1); None without a limit."""
    if rate is None:
        return None
    whole = rate.tolerance_us + rate.interval_us
    return min(1.0, max(0, arrival_us - now_us) / whole)


def retry_use(spent: CountWindow, now_us: Micros) -> float:
    """How much of the retry budget of the last minute is spent (0 to 1)."""
    tries, retries = counting.totals(counting.roll(spent, now_us))
    return min(1.0, retries / (FLOOR + (tries - retries) // FIRST_TRIES_PER_RETRY))
