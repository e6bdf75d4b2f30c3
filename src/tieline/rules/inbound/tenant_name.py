"""Tenant name: a text comes in; whether it may name a tenant, or what would, goes out."""

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.hub.tenant_rule import TENANT_NAME, TENANT_NAME_RULE

WANTED = f"{TENANT_NAME_RULE}, such as shop-a"


def is_tenant_name(text: str) -> bool:
    """Whether *text* may name a tenant."""
    return TENANT_NAME.fullmatch(text) is not None


def tenant_named(text: str, *, name: str = "the tenant") -> TenantId:
    """The tenant of this name. Raises SettingsError, which calls the text *name*."""
    if text == NO_TENANT:
        raise SettingsError(name, text, f"it stands for work on nobody's behalf; {WANTED}")
    if not is_tenant_name(text):
        raise SettingsError(name, text[:80], WANTED)
    return TenantId(text)
