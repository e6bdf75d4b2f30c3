"""Tenant: an author says whose deliveries a source brings, and for whom a schedule fires."""

from tieline.model.hub.tenant_rule import (
    EachTenant,
    FieldTenant,
    HeaderTenant,
    PathTenant,
    SecretTenant,
)


class Tenant:
    """Where a tenant's name is: ``shop.webhook(tenant=Tenant.field("account"))``."""

    @staticmethod
    def field(path: str) -> FieldTenant:
        """A field of the body, such as ``account`` or ``data.shop.id``."""
        return FieldTenant(path)

    @staticmethod
    def header(name: str) -> HeaderTenant:
        """A header; only one that the signature covers, since others anybody can change."""
        return HeaderTenant(name)

    @staticmethod
    def secret() -> SecretTenant:
        """Whose secret fits. The vault has each tenant's as ``<signing>@<tenant>``."""
        return SecretTenant()

    @staticmethod
    def path() -> PathTenant:
        """The path: deliveries come to ``/in/<source>/<tenant>``.

        A tenant's own secrets are in the vault as ``<signing>@<tenant>``; one without has those
        that all share, ``<signing>``.
        """
        return PathTenant()

    @staticmethod
    def every() -> EachTenant:
        """For ``hub.schedule(each=…)``: all tenants that are known, and not paused."""
        return EachTenant()
