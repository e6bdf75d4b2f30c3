"""Book: what the store and the code say of tenants, held in memory for the path of an event."""

import asyncio
from collections import Counter

from tieline.features.tenants.model import BookRows
from tieline.features.tenants.rules import in_force
from tieline.model.base.ids import NO_TENANT, Micros, TenantId
from tieline.model.hub.tenants import NO_BUDGET, NO_LIMITS, TenantBudget, TenantLimits, TenantsSpec
from tieline.rules.outbound.bucket import take

FULL_US = 5_000_000
"""How long a sender should wait whose tenant has as many runs waiting as it may."""


class Book:
    """Who is known, what each may take, and whose runs wait; of one process.

    Everything here is a look-up; ``keep`` makes it anew of what the store says.
    """

    def __init__(self, spec: TenantsSpec) -> None:
        self._declared = frozenset(TenantId(name) for name in spec.names)
        self._budget = spec.budget
        self._known: frozenset[TenantId] = self._declared
        self._names: tuple[TenantId, ...] = ()
        self._own: dict[TenantId, TenantBudget] = {}
        self._paused: frozenset[TenantId] = frozenset()
        self._arrivals: dict[TenantId, Micros] = {}
        self._waiting: Counter[TenantId] = Counter()
        self._limits = NO_LIMITS
        self.changed = asyncio.Event()
        """Somebody may have changed what the store says."""
        self.keep(BookRows((), ()), 0)

    @property
    def largest_queue(self) -> int:
        """Of all budgets; 0: nobody's queue is limited."""
        queues = [one.queue for one in (self._budget, *self._own.values()) if one.queue]
        return max(queues, default=0)

    def keep(self, entries: BookRows, now_us: Micros) -> None:
        """From now on it is as the store says."""
        rows = entries.rows
        self._known = self._declared | {row.name for row in rows if row.is_added}
        self._names = tuple(sorted(self._known))
        self._own = {row.name: in_force(row.budget, self._budget) for row in rows}
        self._paused = frozenset(row.name for row in rows if row.is_paused)
        self._waiting = Counter(dict(entries.queued))
        self._arrivals = {name: us for name, us in self._arrivals.items() if us > now_us}
        own = {n: b.at_once for n, b in self._own.items() if b.at_once is not None}
        self._limits = TenantLimits(self._paused, self._budget.at_once, own)

    @property
    def limits(self) -> TenantLimits:
        """Whose runs are not taken, and how many of each may be at work."""
        return self._limits

    def all(self) -> tuple[TenantId, ...]:
        """Those that are known and not paused, by name."""
        return tuple(sorted(self._known - self._paused))

    def known(self) -> tuple[TenantId, ...]:
        """All that are known, paused ones too, by name."""
        return self._names

    def knows(self, tenant: TenantId) -> bool:
        """Whether it is declared or added; where nobody is, everybody is known."""
        return tenant in self._known or tenant == NO_TENANT or not self._known

    def is_free(self, tenant: TenantId) -> bool:
        """Whether its runs may be executed as they come in: the store need not count them."""
        if tenant == NO_TENANT:
            return True
        return tenant not in self._paused and self._budget_of(tenant).at_once is None

    def admits(self, tenant: TenantId, now_us: Micros) -> Micros | None:
        """None: come in. Otherwise how long to wait, in microseconds."""
        budget = NO_BUDGET if tenant == NO_TENANT else self._budget_of(tenant)
        if budget.queue is not None and self._waiting[tenant] >= budget.queue:
            return FULL_US
        if budget.rate is not None:
            wait_us, after_us = take(self._arrivals.get(tenant, 0), budget.rate, now_us)
            if wait_us > 0:
                return wait_us
            self._arrivals[tenant] = after_us
        if budget.queue is not None:
            self._waiting[tenant] += 1
        return None

    def _budget_of(self, tenant: TenantId) -> TenantBudget:
        return self._own.get(tenant, self._budget)
