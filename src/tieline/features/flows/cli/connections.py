"""Connections: accounts at other systems, how their latest calls went, and pausing them."""

import typer

from tieline.features.flows.cli.flows import pause_named, resume_named
from tieline.features.flows.connection_lines import connection_lines
from tieline.model.base.errors import NotFound
from tieline.model.views.declared import AskConnections, ConnectionLine
from tieline.rules.formats.labels import label
from tieline.rules.formats.plain_time import span
from tieline.rules.people.pausing import paused_words
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import CliSession

app = o.noun("Connections: accounts at other systems, and how their latest calls went.")

COLUMNS: tuple[Column[ConnectionLine], ...] = (
    Column("CONNECTION", lambda line: line.name),
    Column("CONNECTOR", lambda line: line.connector),
    Column("HEALTH", lambda line: line.health),
    Column("ATTEMPTS (1H)", lambda line: line.attempts),
    Column("FAILURES", lambda line: line.failures),
    Column("P95", lambda line: _took(line.p95_us)),
    Column("RATE USED", lambda line: _share(line.rate_use)),
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
            ("health", line.health),
            ("note", _mark(line)),
            ("breaker", line.breaker),
            ("calls at once", line.allowance and f"{line.allowance} of {line.at_once} declared"),
            ("rate", line.rate and f"{line.rate}, {_share(line.rate_use)} used in 5 minutes"),
            ("last hour", f"{line.attempts} attempts, {line.failures} failed, of all processes"),
            ("throttled (429)", line.throttled or None),
            ("median, p95", line.p95_us and f"{_took(line.p50_us)}, {_took(line.p95_us)}"),
            ("usual median", line.usual_us and _took(line.usual_us)),
            ("runs that wait for it", _waiting(line) if line.waiting else None),
            ("latest attempts", calls and f"{calls.tries}, of which {calls.failures} failed"),
            ("last attempt", calls and exactly(calls.last_us)),
            ("last outcome", calls and label(calls.last_outcome)),
            ("last answer", calls and calls.last_status),
            ("last detail", calls and calls.last_detail),
        )
    )


@app.command()
def pause(
    context: typer.Context, name: str, *, for_: o.PauseFor = None, reason: o.Reason = None
) -> None:
    """Make no call on it until it is resumed; runs that need it wait."""
    pause_named(o.session_of(context), "connection", name, for_, reason)


@app.command()
def resume(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """End its pause: its calls go on."""
    resume_named(o.session_of(context), "connection", name, reason)


def _lines(session: CliSession) -> tuple[ConnectionLine, ...]:
    if session.far is not None:
        return session.ask(AskConnections())
    hub, now_us = session.hub_if_any(), session.now_us()

    async def read() -> tuple[ConnectionLine, ...]:
        async with session.views() as views:
            return await connection_lines(views, hub, now_us)

    return session.run(read())


def _took(took_us: int | None) -> str | None:
    return None if took_us is None else span(took_us)


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _waiting(line: ConnectionLine) -> str:
    return f"{line.waiting}; tieline runs list --waits-for 'connection {line.name}'"


def _mark(line: ConnectionLine) -> str | None:
    if line.paused is not None:
        return paused_words(line.paused.actor, line.paused.reason, line.paused.until_us)
    if line.shut is not None:
        return line.shut
    return "not declared any more" if line.declared is False else None
