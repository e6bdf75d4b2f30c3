"""Model: a schedule as it is stored, and what is ordered and asked of schedules."""

from dataclasses import dataclass

from tieline.model.base.by import By
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand
from tieline.model.commands import Admission, Ingested
from tieline.model.question import Question

OVERDUE_US = 120_000_000
"""A schedule that is due for longer has nobody who fires it."""


@value
class ScheduleRow:
    """A schedule as stored."""

    name: str
    cron: str
    zone: str
    next_us: Micros
    last_us: Micros | None
    missed: int
    """Firings that did not happen: nobody ran, or it was paused."""
    paused_us: Micros | None = None
    paused_by: str | None = None
    paused_reason: str | None = None
    asked_us: Micros | None = None
    """When a person asked for a firing that has not happened yet."""
    asked_by: str | None = None


@value
class KeepSchedule(Command[ScheduleRow]):
    """Register a schedule; an unchanged one keeps its history.

    One that is stored with other times stays as it is, and is the answer, unless ``changes``: then
    it starts afresh with these.
    """

    name: str
    cron: str
    zone: str
    next_us: Micros
    now_us: Micros
    changes: bool = False


@value
class Fire(Command[Ingested]):
    """Fire a schedule once: fresh is False when ``expected_us`` is no longer its time."""

    name: str
    expected_us: Micros
    next_us: Micros
    missed: int
    """Firings that were due while nobody ran, beyond the one stored here."""
    admissions: tuple[Admission, ...]
    """One for each tenant that it fires for. None: the missed firing is skipped, or there is
    nobody to fire for; only the time moves on."""
    now_us: Micros
    times: tuple[str, str] = ("", "")
    """(cron, zone) that it is fired by, if it still has them. Empty: whatever it has."""


@value
class FireAsked(Command[Ingested]):
    """The firing that a person asked for; fresh is False when somebody else has done it."""

    name: str
    asked_us: Micros
    admissions: tuple[Admission, ...]
    now_us: Micros


@value
class FireSchedule(OperatorCommand[Counted]):
    """Have it fire once now, beside its times, also while it is paused. Raises NotFound, and
    Conflict when that was asked for already and has not happened yet."""

    name: str
    by: By


@value
class PauseSchedule(OperatorCommand[Counted]):
    """Let its times pass without firing; they count as missed. Raises NotFound, and Conflict when
    it is paused."""

    name: str
    by: By


@value
class ResumeSchedule(OperatorCommand[Counted]):
    """Have it fire at its times again. Raises NotFound, and Conflict when it is not paused."""

    name: str
    by: By


@dataclass(frozen=True, slots=True)
class ListSchedules(Question[tuple[ScheduleRow, ...]]):
    """All schedules, with their next times."""
