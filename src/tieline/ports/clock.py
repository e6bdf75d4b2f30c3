"""Clock: what time is it, and wake me later."""

from typing import Protocol

from tieline.model.base.ids import Micros


class Clock(Protocol):
    """The role of time. Promises: ``now_us`` is wall-clock UTC; it may jump, so durations are
    measured with ``monotonic_us``."""

    def now_us(self) -> Micros:
        """Microseconds since 1970-01-01 UTC."""
        ...

    def monotonic_us(self) -> int:
        """Microseconds on a clock that never goes back."""
        ...

    async def sleep_until(self, when_us: Micros) -> None:
        """Return once ``now_us`` has reached *when_us*."""
        ...
