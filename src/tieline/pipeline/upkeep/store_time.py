"""StoreTime: a machine's clock goes in; the time of a store that several machines share comes out.

Leases, due times and schedules are compared between machines. So they are written in the time of
the store, whatever the clocks of its workers say.
"""

from tieline.model.base.ids import Micros
from tieline.ports.clock import Clock
from tieline.rules.store.store_time import corrected


class StoreTime:
    """A Clock that agrees with the store as far as its last answer tells."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ahead_us = 0
        """How far the store is ahead of this machine."""

    def now_us(self) -> Micros:
        return self._clock.now_us() + self.ahead_us

    def monotonic_us(self) -> int:
        return self._clock.monotonic_us()

    async def sleep_until(self, when_us: Micros) -> None:
        while self.now_us() < when_us:
            await self._clock.sleep_until(when_us - self.ahead_us)

    def hear(self, *, asked_us: Micros, store_us: Micros) -> int:
        """It was *store_us* there between *asked_us*, by this clock, and now.

        Returns by how much this clock was set, in microseconds.
        """
        before_us = self.ahead_us
        self.ahead_us = corrected(
            before_us,
            asked_us=asked_us - before_us,
            answered_us=self._clock.now_us(),
            store_us=store_us,
        )
        return abs(self.ahead_us - before_us)
