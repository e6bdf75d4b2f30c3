"""Probes: what is ordered, taken and answered; one row a connection, the latest."""

from dataclasses import dataclass
from typing import ClassVar

from tieline.model.base.by import By
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand
from tieline.model.question import Question


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """The latest probe of a connection."""

    connection: str
    path: str
    actor: str
    reason: str
    asked_us: Micros
    begun_us: Micros | None
    """When a worker made the call; None: none has yet."""
    ended_us: Micros | None
    outcome: str | None
    """As of an attempt: ``done``, or the kind of failure."""
    status: int | None
    took_us: int | None
    detail: str | None
    """What the other side said, or why it could not be asked."""


@dataclass(frozen=True, slots=True)
class ListProbes(Question[tuple[ProbeRow, ...]]):
    """The latest probe of every connection that ever had one, by name."""


@dataclass(frozen=True, slots=True)
class ShowProbe(Question[ProbeRow]):
    """Raises NotFound for a connection that was never probed."""

    connection: str


@value
class ProbeConnection(OperatorCommand[Counted]):
    """Have the other side asked now, past an open breaker and a pause. A worker does it."""

    connection: str
    by: By
    path: str = "/"
    pauses: ClassVar[bool] = True


@value
class TakeProbe(Command[Counted]):
    """Take a probe that nobody else has taken; a count of 0: somebody has."""

    connection: str
    asked_us: Micros
    now_us: Micros


@value
class EndProbe(Command[Counted]):
    """Store how it went, unless it was asked again meanwhile."""

    connection: str
    asked_us: Micros
    outcome: str
    status: int | None
    took_us: int
    detail: str | None
    now_us: Micros
