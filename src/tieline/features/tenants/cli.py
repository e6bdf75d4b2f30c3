"""Tenants: whom the hub works for, and adding, limiting, pausing and resuming them."""

from typing import Annotated

import typer

from tieline.features.tenants.labels import budget, mark, origin
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
from tieline.rules.inbound.tenant_name import tenant_named
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.columns import AUDIT_COLUMNS
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import ListSpan

app = o.noun("Tenants: on whose behalf the hub works.")


COLUMNS: tuple[Column[TenantRow], ...] = (
    Column("TENANT", lambda row: row.name),
    Column("KNOWN", origin),
    Column("QUEUED", lambda row: row.queued),
    Column("WAITING", lambda row: row.waiting),
    Column("RUNNING", lambda row: row.running),
    Column("HELD", lambda row: row.held),
    Column("DEAD", lambda row: row.dead),
    Column("LAST EVENT (UTC)", lambda row: when(row.last_us)),
    Column("BUDGET", budget),
    Column("", mark),
)


@app.command("list")
def list_(context: typer.Context, *, limit: o.Limit = o.MANY, cursor: o.Cursor = None) -> None:
    """List tenants by name: declared, added, or known by their events."""
    session = o.session_of(context)
    window = session.window(ListSpan(None, None, cursor, limit), prefix="")
    page = session.pages(ListTenants, window)
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def show(context: typer.Context, name: str) -> None:
    """Show one tenant: how its work stands, what it may take, and what people did about it."""
    session = o.session_of(context)
    detail = session.ask(ShowTenant(name))
    row, paper = detail.tenant, session.paper
    if paper.is_json:
        paper.json(detail)
        return
    paper.fields(
        (
            ("tenant", row.name),
            ("known", origin(row)),
            ("added", exactly(row.added_us)),
            ("by", row.added_by),
            ("note", row.note),
            ("paused", mark(row)),
            ("goes on with", f"tieline tenants resume {row.name}" if row.paused_us else None),
            ("its own budget", budget(row) or "none: as the code says"),
            ("queued", row.queued),
            ("waiting", row.waiting),
            ("running", row.running),
            ("held", row.held),
            ("dead", row.dead),
            ("last event", exactly(row.last_us)),
            ("unmatched", detail.unmatched or None),
        )
    )
    paper.section("What people did", AUDIT_COLUMNS, detail.audit)


@app.command()
def add(
    context: typer.Context,
    name: str,
    *,
    note: Annotated[str | None, typer.Option(help="Who that is; shown beside the name.")] = None,
    reason: o.Reason = None,
) -> None:
    """Make a tenant known: its deliveries are taken from then on."""
    session = o.session_of(context)
    tenant = tenant_named(name)
    command = AddTenant(tenant, session.by(reason), note)
    session.change(lambda journal: journal.commit(command))
    session.done(f"tenant {tenant} is added: its deliveries are taken from now on", tenant=tenant)
    unmatched = session.ask(ShowTenant(tenant)).unmatched
    if unmatched:
        session.paper.hint(
            f"{unmatched} of its deliveries came before, and no flow took them; to replay them: "
            f"tieline replay run --state unmatched --tenant {tenant} --reason …"
        )


@app.command()
def pause(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """Let its runs wait until it is resumed; deliveries are still taken."""
    session = o.session_of(context)
    command = PauseTenant(name, session.by(reason))
    session.change(lambda journal: journal.commit(command))
    session.done(f"tenant {name} is paused", tenant=name)


@app.command()
def resume(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """End its pause: its runs are taken again."""
    session = o.session_of(context)
    command = ResumeTenant(name, session.by(reason))
    session.change(lambda journal: journal.commit(command))
    session.done(f"tenant {name} goes on", tenant=name)


@app.command()
def limit(  # noqa: PLR0913 - the numbers of one budget
    context: typer.Context,
    name: str,
    *,
    rate: Annotated[
        str | None, typer.Option(help="Deliveries that are taken: 100/s, 600/10m, 5000/h.")
    ] = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, help="Runs at the same time, over all processes.")
    ] = None,
    queue: Annotated[
        int | None, typer.Option(min=1, help="Runs that may wait; beyond, senders are told to.")
    ] = None,
    reason: o.Reason = None,
) -> None:
    """Give it a budget of its own; what is not given is again as the code says."""
    session = o.session_of(context)
    count, per_us = (None, None) if rate is None else rate_of(rate)
    command = LimitTenant(name, session.by(reason), count, per_us, at_once, queue)
    session.change(lambda journal: journal.commit(command))
    said = budget(session.ask(ShowTenant(name)).tenant)
    words = "may take what the code says" if said is None else f"has a budget of its own: {said}"
    session.done(f"tenant {name} {words}", tenant=name)
