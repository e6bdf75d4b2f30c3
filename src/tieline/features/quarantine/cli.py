"""Quarantine: deliveries against their contract, until they are replayed or discarded."""

from dataclasses import replace
from typing import Annotated

import typer

from tieline.features.quarantine.plan import waiting
from tieline.features.replays import cli as replay
from tieline.model.base.by import By
from tieline.model.base.errors import CommandRefused, SettingsError
from tieline.model.base.ids import IssueId, ReceiptId, RunId
from tieline.model.commands import CloseDeliveries, Decided
from tieline.model.people.decisions import MOST_DECIDED
from tieline.model.views.plans import PlanClosing
from tieline.model.views.rows import ReceiptRow
from tieline.model.views.views import ListReceipts, ShowReceipt, Window
from tieline.operations.planning import check_unchanged
from tieline.ports.journal import Journal
from tieline.rules.formats.labels import label
from tieline.rules.inbound.batch import count_of
from tieline.rules.plans.end import DONE, alike, ending
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli import plans
from tieline.surfaces.cli.output import Column, when
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Quarantine: deliveries against their contract, until they are replayed or discarded.")

COLUMNS: tuple[Column[ReceiptRow], ...] = (
    Column("DELIVERY", lambda row: row.id),
    Column("RECEIVED (UTC)", lambda row: when(row.received_us)),
    Column("TENANT", o.tenant_of, is_rare=True),
    Column("SOURCE", lambda row: row.source),
    Column("EVENT", lambda row: _event(row)),
    Column("DECIDED", lambda row: row.decision and label(row.decision)),
    Column("REASON", lambda row: row.reason),
)


def _event(row: ReceiptRow) -> str | None:
    """Which event it is about; of a batch, ``deliveries show`` tells all."""
    many = count_of(row.reason)
    return row.event_id if many is None else f"{many} events"


Ids = Annotated[list[str] | None, typer.Argument(help="Deliveries by id; else by the options.")]


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    decided: Annotated[bool, typer.Option("--decided", help="Those that are decided.")] = False,
    source: o.Source = None,
    issue: o.Issue = None,
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List deliveries that wait for a decision, newest first."""
    session = o.session_of(context)
    window = session.window(ListSpan(since, until, cursor, limit), prefix="rct_")
    page = session.pages(
        lambda part: replace(
            _listed(source, o.issue_of(issue), part, decided=decided), tenant=tenant
        ),
        window,
    )
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command("discard")
def close(  # noqa: PLR0913 - which ones, and how
    context: typer.Context,
    receipt_ids: Ids = None,
    *,
    source: o.Source = None,
    issue: o.Issue = None,
    tenant: o.Tenant = None,
    plan: plans.PlanOnly = False,
    as_planned: plans.AsPlanned = None,
    reason: o.Reason = None,
) -> None:
    """Discard deliveries: the named ones, or all that wait of a source, issue or tenant."""
    session = o.session_of(context)
    asked = PlanClosing(tuple(map(_id, receipt_ids or ())), source, o.issue_of(issue), tenant)
    if not asked.receipt_ids and {source, issue, tenant} == {None}:
        right = "give ids such as rct_…, --source, --issue or --tenant"
        raise SettingsError("the deliveries", "", right)
    if plan:
        plans.tell(session.paper, plans.made(session, asked))
        return
    by = session.by(reason)
    planned = plans.made(session, asked)
    check_unchanged(as_planned, planned)
    ids = asked.receipt_ids or _waiting(session, asked)
    closed = session.change(lambda journal: _closed(journal, ids, by))
    if not closed.done:
        why = closed.refused[0][1] if closed.refused else "no delivery like this waits"
        raise CommandRefused(f"nothing was discarded: {why}")
    end = ending(len(ids), len(closed.done), {}, alike(closed.refused))
    words = f"{len(closed.done)} discarded"
    if end.state != DONE:
        words += f": {end.state}; {end.words}"
    session.done(words, closed=closed.done, refused=closed.refused, more=False, state=end.state)
    if end.state != DONE:
        raise typer.Exit(replay.PARTLY_MADE)


async def _closed(journal: Journal, ids: tuple[ReceiptId, ...], by: By) -> Decided:
    """All of them, as many at once as one command takes."""
    done: list[ReceiptId | RunId] = []
    refused: list[tuple[ReceiptId | RunId, str]] = []
    for first in range(0, len(ids), MOST_DECIDED):
        command = CloseDeliveries(ids[first : first + MOST_DECIDED], by)
        decided = await journal.commit(command)
        done += decided.done
        refused += decided.refused
    return Decided(tuple(done), tuple(refused))


@app.command("replay")
def replay_(  # noqa: PLR0913 - what may be replayed, and how
    context: typer.Context,
    receipt_ids: Ids = None,
    *,
    source: o.Source = None,
    issue: o.Issue = None,
    tenant: o.Tenant = None,
    flow: o.Flow = None,
    since: o.Since = None,
    until: o.Until = None,
    per_second: replay.Pace = 10,
    as_planned: plans.AsPlanned = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it to its end.")] = True,
    reason: o.Reason = None,
) -> None:
    """Run them, once the contract is fixed: a plan first, as with ``tieline replay run``."""
    session = o.session_of(context)
    events: list[str] = []
    for text in receipt_ids or ():
        detail = session.ask(ShowReceipt(_id(text)))
        events += [row.id for row in detail.events]
    if receipt_ids and not events:
        raise CommandRefused("these deliveries have recorded no event; there is nothing to run")
    replay.run(
        context,
        events or None,
        source=source,
        flow=flow,
        state=["quarantined"],
        issue=issue,
        tenant=tenant,
        since=since,
        until=until,
        per_second=per_second,
        as_planned=as_planned,
        yes=yes,
        wait=wait,
        reason=reason,
    )


def _waiting(session: CliSession, asked: PlanClosing) -> tuple[ReceiptId, ...]:
    """All that wait of a source, an issue or a tenant."""

    async def read() -> tuple[ReceiptId, ...]:
        async with session.views() as views:
            return tuple([id_ async for id_, _ in waiting(views, asked)])

    return session.run(read())


def _listed(
    source: str | None, issue: IssueId | None, window: Window, *, decided: bool
) -> ListReceipts:
    return ListReceipts(source, "quarantined", window, issue=issue, decided=decided)


def _id(text: str) -> ReceiptId:
    if not text.startswith("rct_"):
        raise SettingsError("the delivery", text, "use ids such as rct_…")
    return ReceiptId(text)
