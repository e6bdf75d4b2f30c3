"""Tenant rules: where a delivery says whose it is, and for whom a schedule fires, as data."""

import re
from dataclasses import dataclass
from typing import ClassVar

TENANT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
TENANT_NAME_RULE = "use 1 to 64 letters, digits, '_', '-' or '.', beginning with a letter or digit"
LABEL = "@"
"""Stands in the vault's names between the name of a source's secrets and a tenant."""


@dataclass(frozen=True, slots=True)
class FieldTenant:
    """A field of the body has the tenant's name."""

    EXAMPLE: ClassVar[str] = "Tenant.field(…)"
    path: str
    """Keys and list positions joined by dots. Looked for in each event, then in all the body."""

    @property
    def about(self) -> str:
        """In words."""
        return f"the field {self.path!r}"


@dataclass(frozen=True, slots=True)
class HeaderTenant:
    """A header that is part of what is signed has the tenant's name."""

    EXAMPLE: ClassVar[str] = "Tenant.header(…)"
    header: str

    @property
    def about(self) -> str:
        """In words."""
        return f"the header {self.header!r}"


@dataclass(frozen=True, slots=True)
class SecretTenant:
    """The secret that fits says it: ``<signing>@<tenant>`` in the vault."""

    EXAMPLE: ClassVar[str] = "Tenant.secret()"

    @property
    def about(self) -> str:
        """In words."""
        return "the secret that fits"


@dataclass(frozen=True, slots=True)
class PathTenant:
    """The last part of the path has the tenant's name: ``/in/<source>/<tenant>``."""

    EXAMPLE: ClassVar[str] = "Tenant.path()"

    @property
    def about(self) -> str:
        """In words."""
        return "the path behind the source"


TenantRule = FieldTenant | HeaderTenant | SecretTenant | PathTenant


@dataclass(frozen=True, slots=True)
class EachTenant:
    """A schedule fires once for each of them."""

    EXAMPLE: ClassVar[str] = "Tenant.every()"
    names: tuple[str, ...] = ()
    """Empty: all that are known when it fires, and not paused."""


def labelled(signing: str, tenant: str) -> str:
    """The vault's name of a tenant's own secrets of a source."""
    return f"{signing}{LABEL}{tenant}"
