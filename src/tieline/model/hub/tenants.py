"""Tenants: on whose behalf a hub works, as its author declared them."""

from dataclasses import dataclass

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
