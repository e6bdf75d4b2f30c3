"""Leader: whether this process holds the lease on what one process at a time does for all.

It saves work and does not guard it: every pass that depends on it is bounded, and harmless when
two processes do it at the same time, which a process that was stopped for a while may cause.
"""

from tieline.model.base.ids import WorkerId
from tieline.model.fleet.presence import TakeLeaderLease
from tieline.ports.clock import Clock
from tieline.ports.journal import Journal

NAME = "scheduler"
LOOKS = 3
"""So many times within its length it is renewed, or asked for by the others."""


class LeaderLease:
    """The lease on the passes that are done once over all processes."""

    def __init__(
        self, journal: Journal, clock: Clock, worker: WorkerId, length_us: int, *, is_alone: bool
    ) -> None:
        """*is_alone*: no other process can be at work on the store, so nobody is asked."""
        self._is_alone = is_alone
        self._journal = journal
        self._clock = clock
        self._worker = worker
        self._length_us = length_us
        self._is_ours = False
        self._ask_at_us: int | None = None
        """On the monotonic clock."""

    @property
    def look_s(self) -> float:
        """How long a process rests that does not have it."""
        return self._length_us / LOOKS / 1e6

    async def is_ours(self) -> bool:
        """Whether to do it now; asks the store when it is time to."""
        if self._is_alone:
            return True
        began_us = self._clock.monotonic_us()
        if self._ask_at_us is None or began_us >= self._ask_at_us:
            self._is_ours = await self._take(self._length_us)
            self._ask_at_us = began_us + self._length_us // LOOKS
        return self._is_ours

    async def give_away(self) -> None:
        """Let another process have it at once."""
        if self._is_ours:
            self._is_ours = False
            await self._take(0)

    async def _take(self, length_us: int) -> bool:
        now_us = self._clock.now_us()
        counted = await self._journal.commit(
            TakeLeaderLease(NAME, self._worker, now_us, now_us + length_us)
        )
        return bool(counted.count)
