"""Tenants: on whose behalf a hub works, as its author declared them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.calls.rate import Rate


@dataclass(frozen=True, slots=True)
class TenantBudget:
    """What one tenant may take of the hub; None: as much as there is."""

    rate: Rate | None = None
    """Its deliveries that are taken in; those beyond are told when to come back."""
    at_once: int | None = None
    """Runs of it at the same time, over all processes."""
    queue: int | None = None
    """Runs of it that may wait; while there are as many, the door takes nothing more of it."""


NO_BUDGET = TenantBudget()


@dataclass(frozen=True, slots=True)
class TenantsSpec:
    """Whom the code knows, and what each may take unless its row in the store says otherwise."""

    names: tuple[str, ...] = ()
    budget: TenantBudget = NO_BUDGET


@dataclass(frozen=True, slots=True)
class TenantLimits:
    """What holds back the runs of tenants when workers take them."""

    paused: frozenset[TenantId] = frozenset()
    at_once: int | None = None
    """Of every tenant that has no number of its own, over all workers; None: no such limit."""
    own: Mapping[TenantId, int] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether it matters how many runs of a tenant are at work."""
        return self.at_once is not None or bool(self.own)

    def most(self, tenant: str) -> int | None:
        """How many runs of *tenant* may be at work; None: as many as there are places."""
        if tenant == NO_TENANT:
            return None
        return self.own.get(TenantId(tenant), self.at_once)


NO_LIMITS = TenantLimits()
