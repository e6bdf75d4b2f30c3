"""Connections: accounts at other systems, how their latest calls went, and pausing them."""

import typer

from tieline.features.flows import declared_lines as overview
from tieline.features.flows.cli.flows import pause_named, resume_named
from tieline.model.base.errors import NotFound
from tieline.model.views.declared import AskConnections, ConnectionLine
from tieline.model.views.work_lists import ListConnections
from tieline.rules.formats.labels import label
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import CliSession

app = o.noun("Connections: accounts at other systems, and how their latest calls went.")

COLUMNS: tuple[Column[ConnectionLine], ...] = (
    Column("CONNECTION", lambda line: line.name),
    Column("CONNECTOR", lambda line: line.connector),
    Column("ATTEMPTS", lambda line: line.calls and line.calls.tries),
    Column("FAILURES", lambda line: line.calls and line.calls.failures),
    Column("LAST (UTC)", lambda line: line.calls and when(line.calls.last_us)),
    Column("OUTCOME", lambda line: line.calls and label(line.calls.last_outcome)),
    Column("ANSWER", lambda line: line.calls and line.calls.last_status),
    Column("WAIT FOR IT", lambda line: line.waiting or None),
    Column("", lambda line: _mark(line)),
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List connections with how their latest attempts went."""
    session = o.session_of(context)
    session.paper.table(COLUMNS, _lines(session))


@app.command()
def show(context: typer.Context, name: str) -> None:
    """Show one connection; never its secret."""
    session = o.session_of(context)
    line = next((line for line in _lines(session) if line.name == name), None)
    if line is None:
        raise NotFound("connection", name)
    if session.paper.is_json:
        session.paper.json(line)
        return
    calls = line.calls
    session.paper.fields(
        (
            ("connection", line.name),
            ("connector", line.connector),
            ("base URL", line.base_url),
            ("credential", line.credential),
            ("used by", ", ".join(line.used_by) or None),
            ("note", _mark(line)),
            ("runs that wait for it", _waiting(line) if line.waiting else None),
            ("latest attempts", calls and f"{calls.tries}, of which {calls.failures} failed"),
            ("last attempt", calls and exactly(calls.last_us)),
            ("last outcome", calls and label(calls.last_outcome)),
            ("last answer", calls and calls.last_status),
            ("last detail", calls and calls.last_detail),
        )
    )


@app.command()
def pause(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """Make no call on it until it is resumed; runs that need it wait."""
    pause_named(o.session_of(context), "connection", name, reason)


@app.command()
def resume(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """End its pause: its calls go on."""
    resume_named(o.session_of(context), "connection", name, reason)


def _lines(session: CliSession) -> tuple[ConnectionLine, ...]:
    if session.far is not None:
        return session.ask(AskConnections())
    hub = session.hub_if_any()
    found = session.ask(ListConnections(() if hub is None else tuple(sorted(hub.connections))))
    return overview.connections(hub, found, session.now_us())


def _waiting(line: ConnectionLine) -> str:
    return f"{line.waiting}; tieline runs list --waits-for 'connection {line.name}'"


def _mark(line: ConnectionLine) -> str | None:
    if line.paused is not None:
        return f"paused by {line.paused.actor}: {line.paused.reason}"
    if line.shut is not None:
        return line.shut
    return "not declared any more" if line.declared is False else None
