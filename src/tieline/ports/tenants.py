"""Tenants: what a process knows of them without asking the store."""

from typing import Protocol

from tieline.model.base.ids import Micros, TenantId


class TenantBook(Protocol):
    """Who is known, and who may come in now; it is kept up to date beside the path."""

    def knows(self, tenant: TenantId) -> bool:
        """Whether anybody declared it: in the code or in the store. NO_TENANT is always known."""
        ...

    def admits(self, tenant: TenantId, now_us: Micros) -> Micros | None:
        """None: come in (and it counts). Otherwise how long its sender should wait, in
        microseconds."""
        ...


class EverybodyKnown:
    """The book of a hub without tenants: whoever is named is known, and nobody waits."""

    def knows(self, tenant: TenantId) -> bool:
        """True."""
        return True

    def admits(self, tenant: TenantId, now_us: Micros) -> Micros | None:
        """None."""
        return None
