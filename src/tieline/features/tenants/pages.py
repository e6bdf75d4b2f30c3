"""Tenants: the list of them, one of them, and adding, limiting, pausing and resuming it."""

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.features.tenants import labels
from tieline.features.tenants.model import (
    AddTenant,
    LimitTenant,
    ListTenants,
    PauseTenant,
    ResumeTenant,
    ShowTenant,
    TenantRow,
)
from tieline.features.tenants.rules import rate_of
from tieline.model.base.errors import SettingsError
from tieline.model.commands import By
from tieline.model.views.views import ListRuns, Window
from tieline.rules.inbound.tenant_name import tenant_named
from tieline.rules.people.access import Permission
from tieline.surfaces.console.confirm import ConfirmPage, act, text_of
from tieline.surfaces.console.format import counted
from tieline.surfaces.console.forms import asked, pages
from tieline.surfaces.console.listing import rows_of
from tieline.surfaces.console.page_parts import PageParts
from tieline.surfaces.console.pause_form import PAUSE_FIELDS, pause_end
from tieline.surfaces.web.authorize import needs


def routes(desk: PageParts) -> list[BaseRoute]:
    """``/tenants`` and one of them."""

    @needs(Permission.READ)
    async def list_(request: Request) -> Response:
        of = asked(request, (), desk.now_us)
        page = await rows_of(desk, ListTenants, of.window())
        return await desk.page(
            request,
            "tenants.html",
            title="Tenants",
            rows=page.rows,
            pages=pages(of, page),
            labels=labels,
        )

    @needs(Permission.READ)
    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        detail = await desk.read(ShowTenant(name))
        latest = await desk.read(ListRuns(tenant=name, window=Window(limit=10)))
        return await desk.page(
            request,
            "tenant.html",
            here="/tenants",
            title=name,
            detail=detail,
            row=detail.tenant,
            latest=latest.rows,
            labels=labels,
        )

    @needs(Permission.OPERATE)
    async def add(request: Request) -> Response:
        async def do(form: FormData, by: By) -> str:
            name = tenant_named(text_of(form, "name"), name="the name")
            await desk.parts.carry_out(AddTenant(name, by, text_of(form, "note") or None))
            return f"/tenants/{name}?told=tenant-added"

        does = (
            "Its deliveries are taken from then on; those that came before can be replayed.",
            "Once somebody is added or declared, deliveries of all others are kept as unmatched.",
        )
        shown = ConfirmPage("Add a tenant", does, "Add", "/tenants", fields="fields/tenant.html")
        return await act(desk, request, shown, do)

    return [
        Route("/tenants", list_),
        Route("/tenants/add", add, methods=["GET", "POST"]),
        Route("/tenants/{name}", show),
        _route(desk, "pause", _pausing, _pause),
        _route(desk, "resume", _resuming, _resume),
        _route(desk, "limit", _limiting, _limit),
    ]


TOLD_AS = {"pause": "tenant-paused", "resume": "tenant-resumed", "limit": "tenant-limited"}
TenantChange = PauseTenant | ResumeTenant | LimitTenant


def _route(
    desk: PageParts,
    verb: str,
    shown: Callable[[TenantRow], ConfirmPage],
    make: Callable[[str, FormData, By], TenantChange],
) -> BaseRoute:
    @needs(Permission.OPERATE)
    async def change(request: Request) -> Response:
        row = (await desk.read(ShowTenant(request.path_params["name"]))).tenant

        async def do(form: FormData, by: By) -> str:
            await desk.parts.carry_out(make(row.name, form, by))
            return f"/tenants/{row.name}?told={TOLD_AS[verb]}"

        return await act(desk, request, shown(row), do)

    return Route(f"/tenants/{{name}}/{verb}", change, methods=["GET", "POST"])


def _pausing(row: TenantRow) -> ConfirmPage:
    does = (
        "No run of it is started until somebody resumes it; runs under way end first.",
        f"{counted(row.queued + row.waiting, 'run')} of it wait meanwhile.",
        "Its deliveries are still taken, stored and answered.",
    )
    back = f"/tenants/{row.name}"
    return ConfirmPage(f"Pause tenant {row.name}", does, "Pause", back, fields=PAUSE_FIELDS)


def _resuming(row: TenantRow) -> ConfirmPage:
    back, said = f"/tenants/{row.name}", labels.mark(row)
    if said is None:
        why = f"Tenant {row.name} is not paused."
        return ConfirmPage("There is nothing to resume", (why,), "", back, is_possible=False)
    does = (f"It is {said}.", "What waits for it goes on at once, oldest first.")
    return ConfirmPage(f"Resume tenant {row.name}", does, "Resume", back)


def _limiting(row: TenantRow) -> ConfirmPage:
    does = (
        "What stays empty is as the code says.",
        "Deliveries beyond the rate or the queue are answered with when to come back.",
    )
    view = {"row": row, "rate": labels.rate(row)}
    fields = "fields/limits.html"
    title, back = f"Limit tenant {row.name}", f"/tenants/{row.name}"
    return ConfirmPage(title, does, "Change", back, fields=fields, view=view)


def _pause(name: str, form: FormData, by: By) -> TenantChange:
    return PauseTenant(name, by, pause_end(form, by))


def _resume(name: str, _: FormData, by: By) -> TenantChange:
    return ResumeTenant(name, by)


def _limit(name: str, form: FormData, by: By) -> TenantChange:
    rate = text_of(form, "rate")
    count, per_us = rate_of(rate, name="the rate") if rate else (None, None)
    return LimitTenant(name, by, count, per_us, _number(form, "at_once"), _number(form, "queue"))


def _number(form: FormData, name: str) -> int | None:
    text = text_of(form, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise SettingsError(name.replace("_", " "), text, "use a number from 1, or nothing")
    return int(text)
