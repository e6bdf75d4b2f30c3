"""Housekeeping: what keeps a store healthy, one bounded pass at a time."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from tieline.model.base.errors import StoreError
from tieline.model.commands import EndPresence, Purge, SetTimes, Sweep, WakeWaiting
from tieline.model.fleet.presence import Beat
from tieline.model.hub.flow import HubSpec
from tieline.model.runs.facts import DeadlinePassed, LostClaimsHeld, RunsRescued
from tieline.model.runs.run import HeadPolicy
from tieline.model.runs.waits import Waits
from tieline.pipeline.back import Back
from tieline.pipeline.hooks import OnWake
from tieline.pipeline.upkeep.lease import Lease
from tieline.pipeline.upkeep.store_time import StoreTime
from tieline.ports.clock import Clock
from tieline.ports.journal import Journal
from tieline.ports.observer import NOBODY, Observer
from tieline.ports.upkeep import Upkeep

BEATS = 6
"""So many heartbeats, and looks for silent workers, in the time after which one is silent."""
FAR_OFF_US = 500_000
"""A heartbeat that was wrong by more than this is told again."""
SET_BACK_US = 2_000_000
"""A clock that is put back by less than this makes nobody wait."""
PURGE_S = 60.0
UPKEEP_S = 3600.0
PURGE_BITE = 200
PURGE_REST_S = 0.05


@dataclass(frozen=True, slots=True)
class HousekeepingPolicy:
    """What a process says of itself, and how long things are kept."""

    beat: Beat
    """Its times are those of each beat."""
    lease: Lease
    payloads_us: int
    runs_us: int
    history_us: int
    upkeep: Upkeep
    silent_us: int = 30_000_000
    """A worker that has not beaten for this long loses its runs."""
    is_alone: bool = True
    """Whether no other process can be at work on the same store."""
    shared_time: StoreTime | None = None
    """The time that all processes of the store agree on; None: this is the only one."""
    observer: Observer = NOBODY
    troubles: Callable[[], tuple[str, ...]] = tuple
    """What is wrong with this process alone."""
    on_wake: tuple[OnWake, ...] = ()
    """Hooks of features (``pipeline/hooks.py``)."""


class Housekeeping:
    """Heartbeat, sweeper, retention, and recovery at start."""

    def __init__(
        self, hub: HubSpec, back: Back, journal: Journal, clock: Clock, keeping: HousekeepingPolicy
    ) -> None:
        flows = hub.flows.values()
        self._skip = tuple(f.name for f in flows if f.on_dead_head is HeadPolicy.SKIP)
        self._back = back
        self._journal = journal
        self._clock = clock
        self._keeping = keeping
        self._observer = keeping.observer
        self._ahead_us: int | None = None
        """How far the time of day is ahead of the clock that never goes back."""
        self._started_us: int | None = None
        """In the time that all share; None: that is not known yet."""

    async def recover(self) -> int:
        """At start: take the runs of whoever is gone; of all others, where we are alone."""
        if not self._keeping.is_alone:
            await self.beat_pass()  # only now it is known what time it is
        silent_us = -1 if self._keeping.is_alone else self._keeping.silent_us
        rescued = 0
        while count := await self._sweep(silent_since_us=self._clock.now_us() - silent_us):
            rescued += count
        await self.beat_pass()
        await self._set_times()
        self._back.look()
        return rescued

    async def beat_pass(self) -> float:
        """Say that this process lives."""
        began_us = self._clock.monotonic_us()
        while await self._beat() > FAR_OFF_US:
            pass  # it was told in a time that others do not share
        self._keeping.lease.renewed(began_us)
        if self._is_set_back():
            await self._set_times()
        return self._keeping.silent_us / BEATS / 1e6

    def _is_set_back(self) -> bool:
        """Whether the clock was put back since this was asked last."""
        before_us = self._ahead_us
        self._ahead_us = self._clock.now_us() - self._clock.monotonic_us()
        return before_us is not None and before_us - self._ahead_us > SET_BACK_US

    async def _set_times(self) -> None:
        """What waits for a time that the clock had before it was put back waits by this one."""
        while True:
            command = SetTimes(self._clock.now_us())
            if (await self._journal.commit(command)).count < command.limit:
                break
        self._back.clock_was_set()

    async def _beat(self) -> int:
        """Beat once; by how much our idea of the time was wrong."""
        now_us, shared = self._clock.now_us(), self._keeping.shared_time
        started_us = now_us if self._started_us is None else self._started_us
        beat = replace(
            self._keeping.beat,
            now_us=now_us,
            started_us=started_us,
            ahead_us=None if shared is None else -shared.ahead_us,
            troubles=self._keeping.troubles(),
        )
        beaten = await self._journal.commit(beat)
        off_us = 0 if shared is None else shared.hear(asked_us=now_us, store_us=beaten.store_us)
        if off_us <= FAR_OFF_US:
            self._started_us = started_us
        return off_us

    async def leave(self) -> None:
        """The last thing that is written: nobody needs to wait until this process is silent."""
        with suppress(StoreError):  # then others wait
            await self._journal.commit(EndPresence(self._keeping.beat.worker, self._clock.now_us()))

    async def sweep_pass(self) -> float:
        """Take runs from silent workers, end runs past their deadline, wake whom nobody woke.

        Whoever can do this is not silent itself, even if it was stopped for a while or the clock
        was set: it says so first, and keeps its own runs.
        """
        await self.beat_pass()
        count = await self._sweep(silent_since_us=self._clock.now_us() - self._keeping.silent_us)
        return 0.0 if count else self._keeping.silent_us / BEATS / 1e6

    async def _sweep(self, *, silent_since_us: int) -> int:
        now_us = self._clock.now_us()
        swept = await self._journal.commit(Sweep(now_us, silent_since_us, skip_flows=self._skip))
        if swept.rescued:
            self._observer.saw(RunsRescued(swept.rescued))
        for held, flow, reason in swept.held:
            self._observer.saw(LostClaimsHeld(held, flow, reason))
        for run_id in swept.expired:
            self._observer.saw(DeadlinePassed(run_id))
            self._back.lose(run_id)
        count = swept.rescued + len(swept.expired) + swept.woken
        if count:
            self._back.look()
        return count

    async def purge_pass(self) -> float:
        """One bite of retention; rests between bites so that ingest never waits for it."""
        now_us = self._clock.now_us()
        keeping = self._keeping
        purged = await self._journal.commit(
            Purge(now_us - keeping.payloads_us, now_us - keeping.runs_us, now_us, PURGE_BITE)
        )
        return PURGE_REST_S if purged.count >= PURGE_BITE else PURGE_S

    async def upkeep_pass(self) -> float:
        """Keep the parts of the store in order."""
        now_us, keeping = self._clock.now_us(), self._keeping
        await keeping.upkeep.pass_(
            runs_before_us=now_us - keeping.runs_us,
            history_before_us=now_us - max(keeping.history_us, keeping.payloads_us),
        )
        return UPKEEP_S

    async def wake(self, waits: Waits) -> int:
        """Make the runs ready that wait for *waits*, bite by bite.

        Ends with the first bite that is not full: those who have to wait again since then are
        not woken for what they have just tried.
        """
        woken = 0
        while True:
            command = WakeWaiting(waits, self._clock.now_us())
            count = (await self._journal.commit(command)).count
            woken += count
            if count:
                self._back.look()
            if count < command.limit:
                break
        if woken:
            for hook in self._keeping.on_wake:
                hook(waits)
        return woken
