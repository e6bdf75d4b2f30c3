"""SimulatedClock: time that stands still until somebody moves it."""

import time
from datetime import UTC, datetime, timedelta

from tieline.model.base.ids import Micros

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class SimulatedClock:
    """Clock for tests; waiting moves it."""

    def __init__(self, at_us: Micros) -> None:
        self.at_us = at_us

    @classmethod
    def at(cls, moment: datetime | None) -> "SimulatedClock":
        """Stands at *moment*, or now."""
        if moment is None:
            return cls(time.time_ns() // 1_000)
        return cls((moment - EPOCH) // MICROSECOND)

    def now_us(self) -> Micros:
        return self.at_us

    def monotonic_us(self) -> int:
        return self.at_us

    async def sleep_until(self, when_us: Micros) -> None:
        self.at_us = max(self.at_us, when_us)
