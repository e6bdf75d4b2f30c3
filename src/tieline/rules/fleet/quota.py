"""Quota: each worker's part of a connection's limits, from what all of them hold and want.

Nothing is ever promised twice: a worker is given what no other holds, and what somebody else must
give up it gets once that one has said that it did. So the parts change hands within two trades,
and the sum of all parts is never more than the whole. A worker that falls silent keeps its part of
the rate for ``RATE_KEPT_US``, and its slots for as long as its last calls may still be out.

The rate is a line of time, of which each call costs one interval. What nobody holds of it gathers
in the pool, up to the burst; saved credit moves with the parts. Hence over any stretch of time all
workers together send no more than the rate and the burst, and one call more for each worker whose
part of the burst is less than a call.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tieline.model.base.ids import Micros
from tieline.model.fleet.limits import WHOLE, QuotaPart

SECOND_US = 1_000_000
RATE_KEPT_US = 5 * SECOND_US
"""How long a part of the rate stays with a worker that does not ask again."""
RATE_USED_US = 4 * SECOND_US
"""How long the worker itself uses it: less, since it counts from when it asked."""
SLOTS_KEPT_US = 20 * SECOND_US
"""How long the slots that a silent worker needed stay with it: until calls that it began in time
have ended."""
GROWTH = 1.1


class HeldQuota(NamedTuple):
    """What one worker holds and wants of a connection, as stored."""

    worker: str
    holds: QuotaPart
    wants: QuotaPart
    asked_us: Micros


class OpenQuota(NamedTuple):
    """The part of the rate that no worker holds, as saved time between calls."""

    credit_us: int
    at_us: Micros


def live(held: HeldQuota, now_us: Micros) -> HeldQuota | None:
    """*held* as far as it still counts; None when nothing of it does."""
    silent_us = now_us - held.asked_us
    if silent_us <= RATE_KEPT_US:
        return held
    if silent_us > SLOTS_KEPT_US:
        return None
    # Of its slots those that it needed when it last asked: calls in them may still be out.
    slots = min(held.holds.slots, held.wants.slots)
    return held._replace(holds=QuotaPart(slots=slots), wants=QuotaPart())


def divide(total: int, wants: Sequence[int], turn: int) -> list[int]:
    """Divide *total* so that the least given has most (max-min), and nothing is left over.

    What nobody wants goes to all who want anything. Where it cannot be even, *turn* says who is
    first. Hot path of the trade: O(workers squared), for tens of workers.
    """
    given = [0] * len(wants)
    left = total - _fill(given, total, wants, turn)
    if left > 0:
        spare = [total if want > 0 else 0 for want in wants]
        extra = [0] * len(wants)
        _fill(extra, left, spare, turn)
        given = [one + more for one, more in zip(given, extra, strict=True)]
    return given


def _fill(given: list[int], total: int, wants: Sequence[int], turn: int) -> int:
    """Raise all alike until each has what it wants or nothing is left; returns what was given."""
    left = total
    hungry = [i for i, want in enumerate(wants) if want > 0]
    while hungry and left > 0:
        each = left // len(hungry)
        if each == 0:
            for place in range(left):
                given[hungry[(turn + place) % len(hungry)]] += 1
            return total
        for i in hungry:
            more = min(each, wants[i] - given[i])
            given[i] += more
            left -= more
        hungry = [i for i in hungry if given[i] < wants[i]]
    return total - left


def unit_of(interval_us: int) -> int:
    """The least useful part of a rate: one call a second, or all of a slower one."""
    return min(WHOLE, max(1, interval_us))


def turn_of(interval_us: int, now_us: Micros) -> int:
    """Whose turn it is where not all can have a part; it changes once a call may have been made."""
    return now_us // max(SECOND_US, interval_us)


def wanted_rate(per_second: float, waiting: int, interval_us: int) -> int:
    """The part of the rate for a worker that sends so many calls and has some that wait.

    A little more than it uses, so that it can grow; what waits is to go within a second.
    """
    if interval_us == 0:
        return 0
    need = int((per_second * GROWTH + waiting) * interval_us)
    return min(WHOLE, max(unit_of(interval_us), need))


def parts_of_rate(wants: Sequence[int], interval_us: int, now_us: Micros) -> list[int]:
    """Divide a rate among those who want of it, in parts of which each is of some use."""
    unit = unit_of(interval_us)
    units = WHOLE // unit
    in_units = [min(units, -(-want // unit)) for want in wants]
    given = divide(units, in_units, turn_of(interval_us, now_us))
    return [count * WHOLE // units for count in given]


def next_hold(own: int, fair: int, total: int, others: int) -> tuple[int, int]:
    """(what the worker holds from now on, what of it it may use).

    It gets what is free up to its *fair* part; what it holds beyond that stays booked on it until
    it has said that it keeps to less.
    """
    hold = max(own, min(fair, total - others))
    return hold, min(hold, fair)


def cap_us(rate: int, interval_us: int, burst: int) -> int:
    """How much credit a part of a rate may save up: its part of the burst, at least one call."""
    return max(interval_us, burst * interval_us * rate // WHOLE)


def pool_at(pool: OpenQuota, now_us: Micros, *, held: int, most_us: int) -> OpenQuota:
    """The pool as it stands now, *held* millionths of the rate being in workers' hands."""
    passed_us = max(0, now_us - pool.at_us)
    gained_us = passed_us * max(0, WHOLE - held) // WHOLE
    return OpenQuota(min(most_us, pool.credit_us + gained_us), now_us)


# --- the worker's own side: a part of a rate is a slower bucket with less burst ----------------


class QuotaPace(NamedTuple):
    """A part of a rate, for ``bucket.take``."""

    interval_us: int
    tolerance_us: int


def pace_of(rate: int, interval_us: int, burst: int) -> QuotaPace:
    """The pace of *rate* millionths (above 0); rounded so that it is never faster."""
    own_us = -(-interval_us * WHOLE // rate)
    return QuotaPace(own_us, max(0, burst * interval_us - own_us))


def credit_of(arrival_us: Micros, pace: QuotaPace, rate: int, now_us: Micros) -> int:
    """What a bucket has saved up, as time between calls of the whole rate."""
    saved_us = pace.tolerance_us + pace.interval_us - max(0, arrival_us - now_us)
    return max(0, saved_us) * rate // WHOLE


def arrival_of(credit_us: int, pace: QuotaPace, rate: int, now_us: Micros) -> Micros:
    """The state of a bucket that has saved up *credit_us*."""
    saved_us = credit_us * WHOLE // rate
    return now_us + max(0, pace.tolerance_us + pace.interval_us - saved_us)
