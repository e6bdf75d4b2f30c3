"""Finding: what the doctor says of one thing that was looked at, and what a feature may look at."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tieline.model.base.ids import Micros
from tieline.model.hub.flow import HubSpec
from tieline.ports.views import Views


class Level(StrEnum):
    """How bad a finding is."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at and is worth saying."""

    level: Level
    what: str
    do: str = ""
    """What to do about it."""
    kind: str = ""
    """Of the contradiction, where rows of the store contradict each other."""


@dataclass(frozen=True, slots=True)
class CheckParts:
    """What checks of features look at."""

    views: Views
    hub: HubSpec | None
    """None: only the store is there."""
    is_open: bool
    """Whether some process has the store open."""
    now_us: Micros


Check = Callable[[CheckParts], Awaitable[Iterable[Finding]]]
"""Looks at what one feature knows of."""
