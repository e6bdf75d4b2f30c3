"""Days: a moment comes in; the days that a store keeps ready, and their bounds, go out."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tieline.model.base.ids import PREFIXES, Micros

DAY_US = 86_400_000_000
AHEAD = 5
"""Days that are ready before they begin."""
BEHIND = 1
"""A delivery may be stored a little after the day in its id."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day in UTC."""

    start_us: Micros

    @property
    def end_us(self) -> Micros:
        """Where the next one begins."""
        return self.start_us + DAY_US

    @property
    def name(self) -> str:
        """Such as ``20260131``."""
        return datetime.fromtimestamp(self.start_us // 1_000_000, UTC).strftime("%Y%m%d")


def day_of(at_us: Micros) -> Day:
    """The day in which *at_us* lies."""
    return Day(at_us - at_us % DAY_US)


def day_named(name: str) -> Day:
    """The day of this name. Raises ValueError."""
    moment = datetime.strptime(name, "%Y%m%d").replace(tzinfo=UTC)
    return Day(int(moment.timestamp()) * 1_000_000)


def days_wanted(now_us: Micros) -> list[Day]:
    """The days for which a store must have a place now."""
    today = day_of(now_us).start_us
    return [Day(today + nth * DAY_US) for nth in range(-BEHIND, AHEAD + 1)]


def bound_of(kind: str, at_us: Micros) -> str:
    """Where the ids of *kind* begin that were made then."""
    return f"{PREFIXES[kind]}{at_us // 1000:012x}"
