"""Tenant check: what is declared of tenants comes in; every mistake in it goes out, in words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import assert_never

from tieline.authoring.declaration import FlowDeclaration
from tieline.model.hub.flow import ScheduleSource, Source, WebhookSource
from tieline.model.hub.tenant_rule import (
    TENANT_NAME,
    TENANT_NAME_RULE,
    FieldTenant,
    HeaderTenant,
    PathTenant,
    SecretTenant,
    TenantRule,
    labelled,
)
from tieline.model.hub.tenants import TenantBudget, TenantsSpec
from tieline.model.inbound.signature import FormHmacScheme, SignatureScheme, TokenScheme
from tieline.model.inbound.signed_content import HeaderPiece
from tieline.rules.declared.kinds import fitted


def mistakes_of_tenants(
    declared: Sequence[TenantsSpec], flows: Sequence[FlowDeclaration]
) -> Iterator[str]:
    """Every mistake, those of names first."""
    names = [name for spec in declared for name in spec.names]
    if len(declared) > 1:
        yield f"hub.tenants is said {len(declared)} times; say all tenants in one"
    yield from _of_names(names)
    for spec in declared:
        yield from _of_budget(spec.budget)
    sources: dict[str, Source] = {}
    for flow in flows:
        source = getattr(flow.on, "source", None)
        if isinstance(source, Source):
            sources.setdefault(source.name, source)
    for source in sources.values():
        if isinstance(source, WebhookSource) and source.tenant is not None:
            yield from _of_rule(source, source.tenant, names)
        elif isinstance(source, ScheduleSource) and source.each is not None:
            yield from _of_each(source.name, source.each.names, names)


def _of_names(names: Sequence[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if not isinstance(name, str) or not TENANT_NAME.fullmatch(name):
            yield f"tenant {name!r}: the name cannot be used; {TENANT_NAME_RULE}"
        if count > 1:
            yield f"tenant {name!r} is named {count} times; name it once"


def _of_budget(budget: TenantBudget) -> Iterator[str]:
    _, mistakes = fitted(TenantBudget, budget, "hub.tenants")
    yield from mistakes
    if mistakes:
        return
    for word, number in (("at_once", budget.at_once), ("queue", budget.queue)):
        if number is not None and number < 1:
            yield f"{word} of hub.tenants is {number}; use 1 or more, or leave it out"


def _of_each(source: str, wanted: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    for name in wanted:
        if name not in names:
            yield (
                f"{source!r} fires for tenant {name!r}, which hub.tenants does not name; "
                f"it names {', '.join(names) or 'none'}"
            )


def _of_rule(source: WebhookSource, rule: TenantRule, names: Sequence[str]) -> Iterator[str]:
    match rule:
        case FieldTenant(path):
            if not isinstance(path, str) or not all(path.split(".")):
                yield (
                    f"Tenant.field of {source.name!r} is {path!r}; "
                    "use keys joined by dots, such as account or data.shop.id"
                )
        case HeaderTenant(header):
            yield from _of_header(source, header)
        case SecretTenant():
            if not source.scheme.schemes or source.unverified:
                yield (
                    f"Tenant.secret() of {source.name!r}: its deliveries may come without "
                    "any secret; use Tenant.field(…) or Tenant.path()"
                )
            yield from _of_variables(source, names)
        case PathTenant():
            yield from _of_variables(source, names)
        case _:
            assert_never(rule)


def _of_header(source: WebhookSource, header: str) -> Iterator[str]:
    schemes = source.scheme.schemes
    signed = [_signed_headers(scheme) for scheme in schemes]
    common = frozenset.intersection(*signed) if signed and not source.unverified else frozenset()
    if header.lower() not in common:
        shown = ", ".join(sorted(common)) or "none"
        yield (
            f"Tenant.header of {source.name!r} is {header!r}, which its signature does not cover, "
            f"so that anybody can change it; it covers {shown}"
        )


def _signed_headers(scheme: SignatureScheme) -> frozenset[str]:
    if isinstance(scheme, TokenScheme | FormHmacScheme):
        return frozenset()
    return frozenset(p.header.lower() for p in scheme.content if isinstance(p, HeaderPiece))


def _of_variables(source: WebhookSource, names: Sequence[str]) -> Iterator[str]:
    """Two tenants must not have one secret by accident: variables know no small letters."""
    ordered = sorted(set(names), key=_as_variable)
    for _, alike in groupby(ordered, key=_as_variable):
        several = sorted(alike)
        if len(several) > 1:
            yield (
                f"tenants {' and '.join(map(repr, several))} of {source.name!r} would share the "
                f"variable of secret {labelled(source.signing, several[0])!r}; "
                "names must differ in more than case and punctuation"
            )


def _as_variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", str(name).upper())
