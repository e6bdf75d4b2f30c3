"""Menu counts: how the work of a hub stands, as every page shows it beside its menu."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tieline.model.base.ids import Micros
from tieline.model.views.rows import PauseRow, WorkCount


@dataclass(frozen=True, slots=True)
class MenuCounts:
    """The numbers that every page shows beside the menu."""

    counted: WorkCount
    pauses: tuple[PauseRow, ...]
    quarantined: int
    """Deliveries that nobody has decided about."""
    refused: int
    """In the last 24 hours."""
    at_us: Micros
    quarantined_exact: bool = True
    """False: there are more than were counted."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What features count of their own, by the name that they gave it."""

    def total(self, state: str) -> int:
        """Unfinished runs of all flows in *state*."""
        return sum(getattr(count, state) for count in self.counted.flows)
