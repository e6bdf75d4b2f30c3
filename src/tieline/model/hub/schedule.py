"""Schedule: when a flow is due by the clock, and what firings nobody was awake for come to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MissedPolicy(StrEnum):
    """What to do about firings that fell into a downtime."""

    RUN_ONCE = "run-once"
    """The latest of them is made up for, the others are recorded as missed."""
    SKIP = "skip"
    """All of them are recorded as missed; the next firing is the next one due."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron expression of five fields, read on the wall clock of a time zone."""

    cron: str
    """``minute hour day-of-month month day-of-week``, or ``@hourly`` to ``@yearly``."""
    zone: str = "UTC"
    """An IANA name such as ``Europe/Berlin``."""
    missed: MissedPolicy = MissedPolicy.RUN_ONCE


@dataclass(frozen=True, slots=True)
class Missed:
    """Firings that will not happen."""

    count: int
    """At least this many; exactly, unless ``and_more``."""
    first: datetime
    last: datetime
    and_more: bool = False
    """Counting stopped: there were too many to count one by one."""


@dataclass(frozen=True, slots=True)
class DueFirings:
    """What a schedule owes at a moment: at most one firing now, and a record of the rest."""

    fire: datetime | None
    """The time it was due at, in UTC."""
    missed: Missed | None = None


NOTHING_DUE = DueFirings(None)
