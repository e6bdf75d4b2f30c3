"""Sources: where events come from, how often, and which of them have fallen silent."""

import typer

from tieline.model.inbound.receipt import LIMITED
from tieline.model.views.series import ListSources, SourceRow
from tieline.rules.formats.plain import plain
from tieline.rules.formats.plain_time import span
from tieline.rules.inbound.cadence import silent_ones
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, when

app = o.noun("Sources: entry points, as they were heard of.")


def _columns(silent: frozenset[str]) -> tuple[Column[SourceRow], ...]:
    return (
        Column("SOURCE", lambda row: row.name),
        Column("LAST (UTC)", lambda row: when(row.last_us or None)),
        Column("INTERVAL", lambda row: None if row.gap_us is None else span(row.gap_us)),
        Column("SILENT", lambda row: row.name in silent),
        Column("ACCEPTED", lambda row: row.counts["accepted"]),
        Column("REPEATS", lambda row: row.counts["duplicate"]),
        Column("UNMATCHED", lambda row: row.counts["unmatched"]),
        Column("QUARANTINED", lambda row: row.counts["quarantined"]),
        Column("REJECTED", lambda row: row.counts["refused"]),
        Column("OF THEM OVER RATE", lambda row: row.counts.get(LIMITED) or None, is_rare=True),
    )


@app.command("list")
def list_(context: typer.Context) -> None:
    """List sources, with what they delivered in the last 24 hours."""
    session = o.session_of(context)
    now_us = session.now_us()
    rows = session.ask(ListSources(now_us))
    silent = silent_ones(rows, session.hub_if_any(), now_us)
    if session.paper.is_json:
        for row in rows:
            whole = plain(row)
            members = whole if isinstance(whole, dict) else {}
            session.paper.json({**members, "silent": row.name in silent})
        return
    session.paper.table(_columns(silent), rows)
