"""Bucket: how fast and how many at once come in; whether a call may start, and when, goes out.

Two independent limits. The rate is a GCRA bucket whose whole state is one integer, the theoretical
arrival time of the next call. The concurrency grows slowly while answers come and is halved when
the provider says 429. ``take`` and ``saw_success`` are on the hot path.
"""

from typing import NamedTuple, Protocol

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import Micros


class Pace(Protocol):
    """What of a rate the bucket needs: a declared ``Rate``, or a worker's part of one."""

    @property
    def interval_us(self) -> int: ...

    @property
    def tolerance_us(self) -> int: ...


def take(arrival_us: Micros, rate: Pace, now_us: Micros) -> tuple[int, Micros]:
    """(microseconds to wait, new state); a wait above zero means not now, and nothing was taken."""
    wait = arrival_us - rate.tolerance_us - now_us
    if wait > 0:
        return wait, arrival_us
    return 0, (arrival_us if arrival_us > now_us else now_us) + rate.interval_us


def as_called(arrival_us: Micros, rate: Pace, called_us: Micros, now_us: Micros) -> Micros:
    """The state after a call that was told to go at *called_us* and goes at *now_us*.

    What a timer is late, up to one interval, is not lost: else 100 calls a second would be 90.
    """
    went_us = max(called_us, now_us - rate.interval_us)
    return max(arrival_us, min(went_us, now_us)) + rate.interval_us


def slow_down(arrival_us: Micros, rate: Pace, until_us: Micros) -> Micros:
    """The state in which nothing starts before *until_us*, and after it at even pace, no burst."""
    return max(arrival_us, until_us + rate.tolerance_us)


class Concurrency(NamedTuple):
    """How many calls of a connection may be out at once."""

    most: int
    """The declared maximum."""
    allowance: int
    """What is allowed now, between 1 and ``most``."""
    good: int = 0
    """Successes since the allowance last changed."""
    halved_us: Micros = 0

    @classmethod
    def of(cls, most: int) -> "Concurrency":
        """A fresh allowance of *most* calls at once."""
        if most < 1:
            raise SettingsError("concurrency", most, "use 1 or more")
        return cls(most, most)


def may_start(state: Concurrency, in_flight: int) -> bool:
    """Whether one more call may start while *in_flight* are out."""
    return in_flight < state.allowance


def saw_success(state: Concurrency) -> Concurrency:
    """One more answer came; after as many as are allowed at once, one more is allowed."""
    most, allowance, good, halved_us = state
    if allowance >= most:
        return state
    if good + 1 >= allowance:
        return Concurrency(most, allowance + 1, 0, halved_us)
    return Concurrency(most, allowance, good + 1, halved_us)


def saw_throttling(state: Concurrency, *, started_us: Micros, now_us: Micros) -> Concurrency:
    """A call that started at *started_us* was answered 429: half as many may be out.

    A call that was already out when the allowance was last halved says nothing about the new one;
    otherwise the 429s of one full house would take it straight to 1.
    """
    if started_us < state.halved_us:
        return state
    return Concurrency(state.most, max(1, state.allowance // 2), 0, now_us)
