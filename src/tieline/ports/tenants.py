"""Tenants: what a process knows of them without asking the store."""

from typing import Protocol

from tieline.model.base.ids import NO_TENANT, Micros, TenantId
from tieline.model.hub.tenants import NO_LIMITS, TenantLimits, TenantsSpec


class TenantBook(Protocol):
    """Who is known, and who may come in now; it is kept up to date beside the path."""

    def knows(self, tenant: TenantId) -> bool:
        """Whether anybody declared it: in the code or in the store. NO_TENANT is always known."""
        ...

    def admits(self, tenant: TenantId, now_us: Micros) -> Micros | None:
        """None: come in (and it counts). Otherwise how long its sender should wait, in
        microseconds."""
        ...

    @property
    def limits(self) -> TenantLimits:
        """What holds back the runs of tenants when this process takes them."""
        ...

    def is_free(self, tenant: TenantId) -> bool:
        """Whether a run of it may be executed as it comes in: it is not paused, and nobody counts
        how many of it are at work."""
        ...

    def all(self) -> tuple[TenantId, ...]:
        """Those that are known and not paused, by name: for whom a schedule fires."""
        ...

    def known(self) -> tuple[TenantId, ...]:
        """All that are known, paused ones too, by name: whose secrets are looked for."""
        ...


class EverybodyKnown:
    """The book of a hub without tenants: whoever is named is known, and nobody waits."""

    def knows(self, tenant: TenantId) -> bool:
        """True."""
        return True

    def admits(self, tenant: TenantId, now_us: Micros) -> Micros | None:
        """None."""
        return None

    @property
    def limits(self) -> TenantLimits:
        """Nothing."""
        return NO_LIMITS

    def is_free(self, tenant: TenantId) -> bool:
        """True."""
        return True

    def all(self) -> tuple[TenantId, ...]:
        """None: nobody was named."""
        return ()

    def known(self) -> tuple[TenantId, ...]:
        """None: nobody was named."""
        return ()


EVERYBODY = EverybodyKnown()


class DeclaredTenants(EverybodyKnown):
    """The book of a hub that knows only whom its code names; where it names none, everybody."""

    def __init__(self, declared: TenantsSpec) -> None:
        self._names = tuple(TenantId(name) for name in sorted(declared.names))
        self._known = frozenset((NO_TENANT, *self._names))

    def knows(self, tenant: TenantId) -> bool:
        """Whether the code names it, or names none."""
        return tenant in self._known or not self._names

    def all(self) -> tuple[TenantId, ...]:
        """Those in the code."""
        return self._names

    def known(self) -> tuple[TenantId, ...]:
        """Those in the code."""
        return self._names
