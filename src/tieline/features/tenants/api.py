"""Tenant calls: the list of tenants, one of them, and what people order about it."""

import re

from pydantic import Field

from tieline.features.tenants.model import (
    AddTenant,
    LimitTenant,
    ListTenants,
    PauseTenant,
    ResumeTenant,
    ShowTenant,
    TenantDetail,
    TenantRow,
)
from tieline.features.tenants.rules import rate_of
from tieline.rules.inbound.tenant_name import tenant_named
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import Why
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint, Handler
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, listed, window

CURSOR = re.compile(r".{1,200}")
"""The last name of a page."""


class AddingTenant(Why):
    """Whom to add."""

    name: str = Field(max_length=LONGEST, description="1 to 64 letters, digits, '_', '-' or '.'.")
    note: str | None = Field(None, max_length=1000, description="Who that is.")


class LimitingTenant(Why):
    """What it may take; null: as the code says."""

    rate: str | None = Field(
        None, max_length=40, description="Deliveries that are taken: 100/s, 600/10m, 5000/h."
    )
    at_once: int | None = Field(None, ge=1, description="Runs at once, over all processes.")
    queue: int | None = Field(None, ge=1, description="Runs that may wait.")


async def list_tenants(ask: ApiRequest) -> Listed[TenantRow]:
    """Tenants by name."""
    return listed(await ask.parts.views.read(ListTenants(await window(ask, CURSOR))))


async def show_tenant(ask: ApiRequest) -> TenantDetail:
    """One tenant."""
    return await _shown(ask, ask.path["name"])


async def _shown(ask: ApiRequest, name: str) -> TenantDetail:
    return await ask.parts.views.read(ShowTenant(name))


async def add_tenant(ask: ApiRequest) -> TenantDetail:
    """Make a tenant known."""
    body: AddingTenant = ask.body
    name = tenant_named(body.name, name="name")
    await ask.parts.carry_out(AddTenant(name, ask.by(body.reason), body.note))
    return await _shown(ask, name)


def hold(make: type[PauseTenant | ResumeTenant]) -> Handler:
    """Hold its runs back, or end that."""

    async def handler(ask: ApiRequest) -> TenantDetail:
        name = ask.path["name"]
        await ask.parts.carry_out(make(name, ask.by(ask.body.reason)))
        return await _shown(ask, name)

    return handler


async def limit_tenant(ask: ApiRequest) -> TenantDetail:
    """Give it a budget of its own."""
    body: LimitingTenant = ask.body
    name, by = ask.path["name"], ask.by(body.reason)
    count, per_us = (None, None) if body.rate is None else rate_of(body.rate, name="rate")
    await ask.parts.carry_out(LimitTenant(name, by, count, per_us, body.at_once, body.queue))
    return await _shown(ask, name)


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE = ("not-found", "conflict")
ENDPOINTS = (
    Endpoint("GET", "/tenants", _READ, "List tenants", list_tenants, Listed[TenantRow],
             query=Listing),
    Endpoint("GET", "/tenants/{name}", _READ, "Show a tenant", show_tenant, TenantDetail,
             problems=("not-found",)),
    Endpoint("POST", "/tenants", _OPERATE, "Add a tenant", add_tenant, TenantDetail,
             body=AddingTenant, problems=("conflict",)),
    Endpoint("POST", "/tenants/{name}/pause", _OPERATE, "Let its runs wait", hold(PauseTenant),
             TenantDetail, body=Why, problems=_CHANGE),
    Endpoint("POST", "/tenants/{name}/resume", _OPERATE, "End its pause", hold(ResumeTenant),
             TenantDetail, body=Why, problems=_CHANGE),
    Endpoint("POST", "/tenants/{name}/limit", _OPERATE, "Give it a budget of its own",
             limit_tenant, TenantDetail, body=LimitingTenant, problems=_CHANGE),
)  # fmt: skip
