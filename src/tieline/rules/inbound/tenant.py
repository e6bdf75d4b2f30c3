"""Tenant: a rule, a vouched-for delivery and what proved it come in; whose it is goes out."""

from typing import assert_never

from tieline.model.base.headers import Named
from tieline.model.base.ids import TenantId
from tieline.model.base.value import value
from tieline.model.hub.tenant_rule import (
    TENANT_NAME,
    TENANT_NAME_RULE,
    FieldTenant,
    HeaderTenant,
    PathTenant,
    SecretTenant,
    TenantRule,
)
from tieline.model.inbound.receipt import NAMELESS, UNKNOWN_TENANT
from tieline.rules.formats.json_path import find
from tieline.rules.formats.plain_text import inert

LONGEST_SHOWN = 80


@value
class TenantProof:
    """What tells whose a delivery is, beside its headers and its body."""

    path: str = ""
    """What stands behind the source in its path."""
    secret: TenantId | None = None
    """Whose secret fitted; None: one that is nobody's in particular."""


NO_PROOF = TenantProof()


@value
class WithoutTenant:
    """The delivery does not say whose it is."""

    why: str


def tenant_of(
    rule: TenantRule, headers: Named, documents: tuple[object, ...], proof: TenantProof
) -> TenantId | WithoutTenant:
    """Whose one event is; *documents* are the event and all the body, in which a field is found.

    Known or not: the name is only held against the form that every tenant's has.
    """
    match rule:
        case FieldTenant(path):
            found = next(filter(None, (_text(find(one, path)) for one in documents)), None)
        case HeaderTenant(header):
            found = headers.only(header.lower())
        case SecretTenant():
            return proof.secret or WithoutTenant("the secret that fitted is no tenant's own")
        case PathTenant():
            found = proof.path
        case _:
            assert_never(rule)
    if not found:
        return WithoutTenant(f"{rule.about} is not there, or came twice, or is empty")
    if TENANT_NAME.fullmatch(found) is None:
        shown = inert(found, LONGEST_SHOWN)
        return WithoutTenant(
            f"{rule.about} is no tenant's name; it is {shown!r}; {TENANT_NAME_RULE}"
        )
    return TenantId(found)


def _text(value_: object) -> str | None:
    if isinstance(value_, str):
        return value_
    return str(value_) if isinstance(value_, int) and not isinstance(value_, bool) else None


def unknown_tenant(tenant: TenantId) -> str:
    """Why an event of a tenant that nobody declared gets no run, and what to do about it."""
    return (
        f"{UNKNOWN_TENANT}: {str(tenant)!r} is not known here; "
        f"add it (tieline tenants add {tenant}), then replay"
    )


def nameless(found: WithoutTenant) -> str:
    """Why an event of nobody gets no run where its source says that it must be somebody's."""
    return f"{NAMELESS}: {found.why}"


NOBODYS = (
    f"{NAMELESS}: its source says whose each delivery is, and this one did not say; "
    "fix tenant= or the sender, and have it sent again"
)
"""Why an event that was stored as nobody's is not replayed."""
