"""Local hints: what the executing half tells the loops around it; losing one costs only time."""

import asyncio
from dataclasses import dataclass, field

from tieline.model.base.ids import Micros


@dataclass(slots=True)
class LocalHints:
    """What the loops wait for, and what they are told."""

    look: asyncio.Event = field(default_factory=asyncio.Event)
    """There may be ready work."""
    next_due_us: Micros | None = None
    """When the earliest known due time is."""
    due_changed: asyncio.Event = field(default_factory=asyncio.Event)
