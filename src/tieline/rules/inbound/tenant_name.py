"""Tenant name: a text comes in; whether it may name a tenant, or what would, goes out."""

import re

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import NO_TENANT, TenantId

WANTED = (
    "use 1 to 64 letters, digits, '_', '-' or '.', beginning with a letter or digit, such as shop-a"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)


def is_tenant_name(text: str) -> bool:
    """Whether *text* may name a tenant."""
    return _NAME.fullmatch(text) is not None


def tenant_named(text: str, *, name: str = "the tenant") -> TenantId:
    """The tenant of this name. Raises SettingsError, which calls the text *name*."""
    if text == NO_TENANT:
        raise SettingsError(name, text, f"it stands for work on nobody's behalf; {WANTED}")
    if not is_tenant_name(text):
        raise SettingsError(name, text[:80], WANTED)
    return TenantId(text)
