"""Quotas: a worker leases its quota of every connection from the store, again and again."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from tieline.model.base.errors import StoreBlocked, StoreError
from tieline.model.base.ids import Micros, WorkerId
from tieline.model.fleet.limits import (
    ConnectionState,
    KeepConnectionStates,
    LeaseQuotas,
    Quota,
    QuotaRequest,
)
from tieline.model.hub.flow import HubSpec
from tieline.model.views.rows import ConnectionStateRow
from tieline.model.views.views import ListConnectionStates
from tieline.pipeline.call import Calls
from tieline.pipeline.limits.leased import LeasedLimits
from tieline.ports.clock import Clock
from tieline.ports.journal import Journal
from tieline.ports.views import Views

PERIOD_S = 0.5
"""Between trades while connections are in use; without any, there are none."""
GAP_S = 0.05
"""Between trades at least, however much changes."""
LOOK_S = 2.0
"""Between trades while a connection is in trouble that nobody calls: another may have mended it."""
IDLE_S = 30.0
KEEP_S = 1.0
"""Between two times that one process alone stores how its connections stand."""


class LimitSharing(Protocol):
    """The role of keeping guards and store together."""

    async def restore(self) -> None:
        """At start: go on from what is stored."""
        ...

    async def pass_(self) -> float:
        """Tell the store what is new, and hear; returns how long to rest, in seconds."""
        ...

    async def give_back(self) -> None:
        """At the end: leave nothing with a worker that is gone."""
        ...


class StoredConnectionStates:
    """One process alone: what its guards know is stored when it changes, and read at start."""

    def __init__(
        self, hub: HubSpec, calls: Calls, journal: Journal, views: Views, clock: Clock
    ) -> None:
        self._hub = hub
        self._calls = calls
        self._journal = journal
        self._views = views
        self._clock = clock
        self._kept_us = -int(KEEP_S * 1e6)

    async def restore(self) -> None:
        now_us = self._clock.now_us()
        for row in await self._views.read(ListConnectionStates()):
            connection = self._hub.connections.get(row.connection)
            if connection is not None:
                self._calls.guard(connection).restore(_standing(row, now_us), now_us)

    async def pass_(self) -> float:
        wait_us = self._kept_us + int(KEEP_S * 1e6) - self._clock.monotonic_us()
        if wait_us > 0:
            return wait_us / 1e6
        changed = [guard for guard in self._calls.guards if guard.has_news]
        if not changed:
            return IDLE_S
        self._kept_us, now_us = self._clock.monotonic_us(), self._clock.now_us()
        standings = [(guard.connection.name, guard.standing(now_us)) for guard in changed]
        try:
            await self._journal.commit(KeepConnectionStates(tuple(standings), now_us))
        except StoreError:
            for guard in changed:
                guard.has_news = True
            raise
        return KEEP_S

    async def give_back(self) -> None:
        """What changed last is stored too."""
        self._kept_us -= int(KEEP_S * 1e6)
        with suppress(StoreError):
            await self.pass_()


class QuotaLeasing:
    """Several workers: one trade for all connections that are in use, twice a second."""

    def __init__(self, calls: Calls, journal: Journal, clock: Clock, worker: WorkerId) -> None:
        self._calls = calls
        self._journal = journal
        self._clock = clock
        self._worker = worker
        self.has_clock = True
        """Whether the store's own clock counts; else it is given ours."""
        self._traded_us: Micros = 0
        self._was_cut = False

    async def restore(self) -> None:
        """Nothing to do: the first trade tells."""

    async def pass_(self) -> float:
        wait_us = self._traded_us + int(GAP_S * 1e6) - self._clock.monotonic_us()
        if wait_us > 0:
            return wait_us / 1e6
        return await self._trade()

    async def give_back(self) -> None:
        """Other workers need not wait until our shares lapse."""
        with suppress(StoreError):
            await self._trade(is_ending=True)

    async def _trade(self, *, is_ending: bool = False) -> float:
        told_us = self._clock.now_us()
        guards = [guard for guard in self._guards() if guard.takes_part(told_us)]
        if not guards:
            return IDLE_S
        self._traded_us = self._clock.monotonic_us()
        asks = tuple(guard.tell(told_us, is_ending=is_ending) for guard in guards)
        shares = await self._answers(asks, None if self.has_clock else told_us)
        now_us = self._clock.now_us()
        for guard, given in zip(guards, shares, strict=True):
            if given is None:  # the share still holds for a while, and what was told is kept
                guard.was_not_heard()
                continue
            moved = guard.hear(given, told_us, now_us)
            if moved is not None:
                self._calls.moved(guard, moved)
        if None in shares:
            return PERIOD_S
        is_cut = any(given is not None and given.is_cut for given in shares)
        gives_up_now, self._was_cut = is_cut and not self._was_cut, is_cut
        if gives_up_now:
            return 0.0
        return PERIOD_S if any(guard.is_active(now_us) for guard in guards) else LOOK_S

    async def _answers(
        self, asks: tuple[QuotaRequest, ...], at_us: Micros | None
    ) -> Sequence[Quota | None]:
        """One for each ask; None: it was not heard. One connection whose row somebody locks keeps
        none of the others waiting."""
        try:
            leased = await self._journal.commit(LeaseQuotas(self._worker, asks, at_us))
        except StoreBlocked:
            if len(asks) == 1:
                return (None,)
            return [answer for ask in asks for answer in await self._answers((ask,), at_us)]
        except StoreError:
            return (None,) * len(asks)
        return leased.shares

    def _guards(self) -> list[LeasedLimits]:
        return [guard for guard in self._calls.guards if isinstance(guard, LeasedLimits)]


def _standing(row: ConnectionStateRow, now_us: Micros) -> ConnectionState:
    """As told now; a time that has passed is no wait."""
    return ConnectionState(
        row.breaker,
        max(0, row.until_us - now_us),
        row.streak,
        row.successes,
        row.refusals,
        max(0, row.refused_until_us - now_us),
        max(0, row.quiet_until_us - now_us),
        row.allowance,
    )
