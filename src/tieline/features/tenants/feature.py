"""Tenants: on whose behalf a hub works; whom it knows, and what each may take."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.reading.find import NAME
from tieline.features.manifest import Answers, Feature, Handles
from tieline.features.tenants import reading, store
from tieline.features.tenants.loops import on_path
from tieline.features.tenants.model import (
    AddTenant,
    DeclareTenants,
    LimitTenant,
    ListTenants,
    PauseTenant,
    ReadBook,
    ResumeTenant,
    ShowTenant,
)
from tieline.features.tenants.rules import spoken_rate
from tieline.model.command import name_of
from tieline.model.runs.facts import DecisionMade
from tieline.model.views.views import Window
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages

TenantCommand = AddTenant | PauseTenant | ResumeTenant | LimitTenant


def _told(command: TenantCommand) -> DecisionMade:
    by = command.by
    name = name_of(type(command))
    return DecisionMade(name, f"tenant:{command.name}", by.actor, by.reason)


def _limits(command: LimitTenant) -> dict[str, object]:
    count, per_us = command.rate_count, command.rate_us
    rate = None if count is None or per_us is None else spoken_rate(count, per_us)
    return {"rate": rate, "at_once": command.at_once, "queue": command.queue}


def _note(command: AddTenant) -> dict[str, object]:
    return {"name": command.name, "note": command.note}


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.tenants import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.tenants import cli

    app.add_typer(cli.app, name="tenants")


def _pages() -> "Pages":
    from tieline.features.tenants import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink, paused

    return Pages(
        pages.routes,
        menu=(
            MenuItem(
                "System",
                MenuLink("/tenants", "Tenants", "people", tone="wait", says="paused"),
                paused("tenant"),
            ),
        ),
        told={
            "tenant-added": "The tenant is added: its deliveries are taken from now on.",
            "tenant-paused": "The tenant is paused. Its deliveries are still taken; its runs wait.",
            "tenant-resumed": "The tenant goes on: its runs are taken again.",
            "tenant-limited": "The tenant's budget is changed.",
        },
    )


TENANTS = Feature(
    name="tenants",
    says="Knows on whose behalf the hub works; adds, limits, pauses and resumes tenants.",
    commands=(
        Handles(
            AddTenant,
            store.add,
            Permission.OPERATE,
            call="/tenants",
            body=_note,
            facts=_told,
        ),
        Handles(
            PauseTenant,
            store.pause,
            Permission.OPERATE,
            call="/tenants/{name}/pause",
            inverse=ResumeTenant,
            facts=_told,
        ),
        Handles(
            ResumeTenant,
            store.resume,
            Permission.OPERATE,
            call="/tenants/{name}/resume",
            inverse=PauseTenant,
            facts=_told,
        ),
        Handles(
            LimitTenant,
            store.limit,
            Permission.OPERATE,
            call="/tenants/{name}/limit",
            body=_limits,
            facts=_told,
        ),
        Handles(DeclareTenants, store.declare),
    ),
    questions=(
        Answers(ListTenants, reading.tenants, needs=Permission.READ),
        Answers(ShowTenant, reading.tenant, needs=Permission.READ),
        Answers(ReadBook, reading.book),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    finds={NAME: reading.with_name},
    known_by={"tenant": lambda name: ListTenants(Window(limit=1), name)},
    tables=("tenant",),
    on_path=on_path,
)
