"""Counters: what happens in a process is counted; the store has it a few seconds later."""

from contextlib import suppress

from tieline.model.base.errors import StoreError
from tieline.model.base.ids import Micros
from tieline.model.commands import KeepTally, TallyRow
from tieline.model.views.series import HOUR_US, MINUTE_US, BacklogRow, CountBacklog
from tieline.ports.clock import Clock
from tieline.ports.journal import Journal
from tieline.ports.tallies import Tallies
from tieline.ports.views import Views

FLUSH_S = 5.0
SAMPLE_S = 60.0


class Counters:
    """Keeps counts and samples of the backlog up to date."""

    def __init__(self, tallies: Tallies, journal: Journal, views: Views, clock: Clock) -> None:
        self._tallies = tallies
        self._journal = journal
        self._views = views
        self._clock = clock

    async def flush_pass(self) -> float:
        """Store what this process has counted."""
        counted = self._tallies.take()
        if counted is not None:
            try:
                await self._journal.commit(counted)
            except BaseException:
                self._tallies.put_back(counted)
                raise
        return FLUSH_S

    async def sample_pass(self) -> float:
        """Note how much is queued, and for how long."""
        now_us = self._clock.now_us()
        rows = await self._views.read(CountBacklog())
        if rows:
            flows = [sample for row in rows for sample in _samples("flow", row, now_us)]
            oldest_us = min((r.oldest_us for r in rows if r.oldest_us is not None), default=None)
            whole = BacklogRow("", sum(row.queued for row in rows), oldest_us)
            samples = (*flows, *_samples("all", whole, now_us))
            await self._journal.commit(KeepTally(samples))
        return SAMPLE_S

    async def close(self) -> None:
        """Store what is left; a store that cannot take it loses a few seconds of counts."""
        with suppress(StoreError):
            await self.flush_pass()


def _samples(kind: str, row: BacklogRow, now_us: Micros) -> list[TallyRow]:
    age_us = 0 if row.oldest_us is None else max(now_us - row.oldest_us, 0)
    values = (("most-queued", row.queued), ("most-age-us", age_us))
    return [
        TallyRow(kind, row.flow, step_us, now_us - now_us % step_us, word, value)
        for step_us in (MINUTE_US, HOUR_US)
        for word, value in values
    ]
