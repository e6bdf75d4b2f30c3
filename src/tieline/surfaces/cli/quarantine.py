"""Quarantine: deliveries against their contract, until they are replayed or discarded."""

from dataclasses import replace
from typing import Annotated

import typer

from tieline.model.base.errors import CommandRefused, SettingsError
from tieline.model.base.ids import IssueId, ReceiptId
from tieline.model.commands import CloseDeliveries, Decided
from tieline.model.people.decisions import MOST_DECIDED
from tieline.model.views.rows import ReceiptRow
from tieline.model.views.views import ListReceipts, ShowReceipt, Window
from tieline.ports.journal import Journal
from tieline.rules.formats.labels import label
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli import replay
from tieline.surfaces.cli.output import Column, when, whose
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Quarantine: deliveries against their contract, until they are replayed or discarded.")

COLUMNS: tuple[Column[ReceiptRow], ...] = (
    Column("DELIVERY", lambda row: row.id),
    Column("RECEIVED (UTC)", lambda row: when(row.received_us)),
    Column("TENANT", lambda row: whose(row.tenant), is_rare=True),
    Column("SOURCE", lambda row: row.source),
    Column("EVENT", lambda row: row.event_id),
    Column("DECIDED", lambda row: row.decision and label(row.decision)),
    Column("REASON", lambda row: row.reason),
)
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
def close(
    context: typer.Context,
    receipt_ids: Ids = None,
    *,
    source: o.Source = None,
    issue: o.Issue = None,
    reason: o.Reason = None,
) -> None:
    """Discard deliveries: the named ones, or all that wait of a source or issue."""
    session = o.session_of(context)
    by = session.by(reason)
    ids, more = _chosen(session, receipt_ids, source, o.issue_of(issue))

    async def do(journal: Journal) -> Decided:
        return await journal.commit(CloseDeliveries(ids, by))

    closed = session.change(do)
    if not closed.done:
        why = closed.refused[0][1] if closed.refused else "no delivery like this waits"
        raise CommandRefused(f"nothing was discarded: {why}")
    words = f"{len(closed.done)} discarded"
    if closed.refused:
        words += f"; {len(closed.refused)} were not: {closed.refused[0][1]}"
    if more:
        words += "; more wait: say it again"
    session.done(words, closed=closed.done, refused=closed.refused, more=more)


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
        yes=yes,
        wait=wait,
        reason=reason,
    )


def _chosen(
    session: CliSession, given: list[str] | None, source: str | None, issue: IssueId | None
) -> tuple[tuple[ReceiptId, ...], bool]:
    """Those that are named, or as many that wait as can be decided at once; and if more wait."""
    if given:
        return tuple(_id(text) for text in given), False
    if source is None and issue is None:
        raise SettingsError("the deliveries", "", "give ids such as rct_…, --source or --issue")
    whole = Window(limit=MOST_DECIDED)
    page = session.pages(lambda part: _listed(source, issue, part, decided=False), whole)
    return tuple(row.id for row in page.rows), page.cursor is not None


def _listed(
    source: str | None, issue: IssueId | None, window: Window, *, decided: bool
) -> ListReceipts:
    return ListReceipts(source, "quarantined", window, issue=issue, decided=decided)


def _id(text: str) -> ReceiptId:
    if not text.startswith("rct_"):
        raise SettingsError("the delivery", text, "use ids such as rct_…")
    return ReceiptId(text)
