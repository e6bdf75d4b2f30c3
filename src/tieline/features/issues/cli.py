"""Issues: like failures as one thing, and what people say about it."""

from collections.abc import Coroutine, Sequence
from typing import Annotated, Any

import typer

from tieline.features.issues.model import (
    UNRESOLVED,
    AcknowledgeIssue,
    AffectedRecord,
    IssueRow,
    IssueState,
    ListIssues,
    MuteIssue,
    ReopenIssue,
    ResolveIssue,
    ShowIssue,
)
from tieline.features.issues.owners import owner_of
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import NO_TENANT, IssueId
from tieline.model.commands import By
from tieline.model.hub.flow import HubSpec
from tieline.ports.journal import Journal
from tieline.rules.formats.labels import kind_label
from tieline.rules.formats.plain import plain
from tieline.rules.formats.plain_time import moment
from tieline.rules.runs.failure import OF_TENANTS
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.columns import AUDIT_COLUMNS, DELIVERY_COLUMNS, RUN_COLUMNS
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import CliSession, ListSpan

ACCEPTED = frozenset({"quarantined", *OF_TENANTS})
"""Kinds of failures of deliveries that were kept, and whose senders were told so."""

app = o.noun("Issues: like failures grouped by what they have in common.")


def _answer(row: IssueRow) -> int | None:
    """What the other side was answered, or answered; what is kept aside was accepted."""
    return None if row.kind in ACCEPTED else row.status


COLUMNS: tuple[Column[IssueRow], ...] = (
    Column("ISSUE", lambda row: row.id),
    Column("STATE", lambda row: row.state),
    Column("LAST (UTC)", lambda row: when(row.last_us)),
    Column("COUNT", lambda row: row.count),
    Column("RUNS", lambda row: row.subjects),
    Column("WHERE", lambda row: row.flow or row.source),
    Column("CONNECTION", lambda row: row.connection),
    Column("KIND", lambda row: kind_label(row.kind)),
    Column("ANSWER", _answer),
    Column("REASON", lambda row: row.words),
)
RECORD_COLUMNS: tuple[Column[AffectedRecord], ...] = (
    Column("RECORD", lambda row: f"{row.kind}:{row.key}"),
    Column("EVENT", lambda row: row.event_id),
)
MOST_NAMED = 5
"""Tenants."""
STATES = (*UNRESOLVED, "resolved")
IssueArgument = Annotated[str, typer.Argument(metavar="ISSUE", help="An id: iss_…")]


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    state: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(STATES)}; may be repeated. Else all but resolved."),
    ] = None,
    flow: o.Flow = None,
    connection: o.Connection = None,
    source: o.Source = None,
    kind: o.Kind = None,
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List issues, the latest failure first."""
    session = o.session_of(context)
    unknown = next((word for word in state or () if word not in STATES), None)
    if unknown is not None:
        raise SettingsError("--state", unknown, f"use one of {', '.join(STATES)}")
    window = session.window(ListSpan(since, until, cursor, limit), prefix="")
    states = tuple(state) if state else UNRESOLVED
    page = session.pages(
        lambda part: ListIssues(
            states, flow, connection, source, o.kind_of(kind), part, tenant=tenant
        ),
        window,
    )
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def show(context: typer.Context, issue: IssueArgument) -> None:
    """Show one issue: what it touches, for whom, and what was done about it."""
    session = o.session_of(context)
    detail = session.ask(ShowIssue(_id(issue)))
    row = detail.issue
    owner = _owner(session.hub_if_any(), row)
    paper = session.paper
    if paper.is_json:
        whole = plain(detail)
        paper.json({**whole, "owner": owner} if isinstance(whole, dict) else whole)
        return
    least = "" if row.records_exact else "at least "
    paper.fields(
        (
            ("issue", row.id),
            ("state", row.state),
            ("until", exactly(row.until_us)),
            ("flow", row.flow),
            ("source", row.source),
            ("owner", owner),
            ("connection", row.connection),
            ("kind", kind_label(row.kind)),
            ("answer", _answer(row)),
            ("reason", row.words),
            ("failures", row.count),
            ("runs" if row.flow else "deliveries", row.subjects),
            ("waiting for a decision", detail.dead + detail.held or None),
            ("records", f"{least}{row.records}"),
            ("tenants", f"{least}{row.tenants}{_first(detail.tenants)}"),
            ("first", exactly(row.first_us)),
            ("last", exactly(row.last_us)),
            ("came back", row.regressions or None),
            ("changed", exactly(row.changed_us)),
            ("by", f"{row.actor}: {row.reason}" if row.actor else None),
        )
    )
    paper.section("Its latest runs", RUN_COLUMNS, detail.runs)
    paper.section("Its latest deliveries", DELIVERY_COLUMNS, detail.receipts)
    paper.section("Records that it touches", RECORD_COLUMNS, detail.records)
    paper.section("What people did", AUDIT_COLUMNS, detail.audit)


def _first(tenants: Sequence[tuple[str, int]]) -> str:
    """The tenants that it touches most, by name."""
    names = [name for name, _ in tenants if name != NO_TENANT]
    more = ", …" if len(names) > MOST_NAMED else ""
    return f": {', '.join(names[:MOST_NAMED])}{more}" if names else ""


def _owner(hub: HubSpec | None, row: IssueRow) -> str | None:
    return None if hub is None else owner_of(hub, row)


@app.command()
def ack(context: typer.Context, issue: IssueArgument, *, reason: o.Reason = None) -> None:
    """Say that you work on it."""
    session = o.session_of(context)
    command = AcknowledgeIssue(_id(issue), session.by(reason))
    _change(session, command, IssueState.ACKNOWLEDGED)


@app.command()
def resolve(context: typer.Context, issue: IssueArgument, *, reason: o.Reason = None) -> None:
    """Say that it is fixed; its next failure opens it again."""
    session = o.session_of(context)
    _change(session, ResolveIssue(_id(issue), session.by(reason)), IssueState.RESOLVED)


@app.command()
def mute(
    context: typer.Context,
    issue: IssueArgument,
    *,
    for_: Annotated[
        str | None, typer.Option("--for", help="30m, 8h, 7d; else until somebody reopens it.")
    ] = None,
    reason: o.Reason = None,
) -> None:
    """Keep it quiet, for a time or until it is reopened."""
    session = o.session_of(context)
    by = session.by(reason)
    _change(session, MuteIssue(_id(issue), by, _until(for_, by)), IssueState.MUTED)


@app.command()
def reopen(context: typer.Context, issue: IssueArgument, *, reason: o.Reason = None) -> None:
    """Open it again."""
    session = o.session_of(context)
    _change(session, ReopenIssue(_id(issue), session.by(reason)), IssueState.OPEN)


def _until(text: str | None, by: By) -> int | None:
    """``moment`` reads a span as time that has passed; a mute lies ahead by as much."""
    if text is None:
        return None
    if not text[:-1].isdigit():
        raise SettingsError("--for", text, "use 30m, 8h or 7d")
    return 2 * by.at_us - moment(text, by.at_us, name="--for")


def _change(
    session: CliSession,
    command: AcknowledgeIssue | ResolveIssue | MuteIssue | ReopenIssue,
    state: IssueState,
) -> None:
    def work(journal: Journal) -> Coroutine[Any, Any, object]:
        return journal.commit(command)

    session.change(work)
    session.done(f"{command.id} is {state}", issue=command.id, state=state)


def _id(text: str) -> IssueId:
    if not text.startswith("iss_"):
        raise SettingsError("the issue", text, "use an id such as iss_…, from tieline issues list")
    return IssueId(text)
