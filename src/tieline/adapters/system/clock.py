"""SystemClock: the machine's time."""

import asyncio
import time

from tieline.model.base.ids import Micros


class SystemClock:
    """Clock over the operating system; *wrong_by_us* makes it err, for tests."""

    def __init__(self, wrong_by_us: int = 0) -> None:
        self._wrong_by_us = wrong_by_us

    def now_us(self) -> Micros:
        return time.time_ns() // 1000 + self._wrong_by_us

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000

    async def sleep_until(self, when_us: Micros) -> None:
        while (left := when_us - self.now_us()) > 0:  # noqa: ASYNC110 - time has no event
            # Bounded naps, so that a wall clock set forward is noticed.
            await asyncio.sleep(min(left / 1e6, 1.0))
