"""Flows: what is declared, how its work stands, and pausing it."""

from typing import Annotated

import typer

from tieline.features.flows import declared_lines as overview
from tieline.model.base.errors import NotFound
from tieline.model.commands import Pause
from tieline.model.views.declared import AskFlows, FlowLine
from tieline.model.views.views import CountWork, ListPauses
from tieline.operations import decide
from tieline.rules.formats.labels import label
from tieline.rules.people.pausing import end_of, end_words, paused_words
from tieline.rules.runs.lines import lines_of
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column
from tieline.surfaces.cli.payload import json_of
from tieline.surfaces.cli.session import CliSession

app = o.noun("Flows: declared in the hub, with how their work stands.")

COLUMNS: tuple[Column[FlowLine], ...] = (
    Column("FLOW", lambda line: line.name),
    Column("SOURCE", lambda line: line.source),
    Column("TYPE", lambda line: line.type),
    Column("AT ONCE/PROCESS", lambda line: line.concurrency),
    Column("QUEUED", lambda line: line.count.ready),
    Column("BEHIND", lambda line: line.count.behind),
    Column("RUNNING", lambda line: line.count.running),
    Column("RETRYING", lambda line: line.count.retrying),
    Column("WAITING", lambda line: line.count.waiting),
    Column("HELD", lambda line: line.count.held),
    Column("DEAD", lambda line: line.count.dead),
    Column("", lambda line: _mark(line)),
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List flows with their numbers."""
    session = o.session_of(context)
    lines, exact = _lines(session)
    session.paper.table(COLUMNS, lines)
    if not exact:
        session.paper.hint("there is more than was counted: the numbers are lower bounds")


@app.command()
def show(context: typer.Context, name: str) -> None:
    """Show one flow."""
    session = o.session_of(context)
    line = next((line for line in _lines(session)[0] if line.name == name), None)
    if line is None:
        raise NotFound("flow", name)
    if session.paper.is_json:
        session.paper.json(line)
        return
    session.paper.fields(
        (
            ("flow", line.name),
            ("owner", line.owner),
            ("source", line.source),
            ("type", line.type),
            ("ordered by", line.ordered_by),
            ("calls", ", ".join(line.uses) or None),
            ("paused", None if line.paused is None else _mark(line)),
            ("what it does", line.doc),
        )
    )
    session.paper.heading("Unfinished")
    session.paper.table(COLUMNS, (line,))


@app.command()
def run(
    context: typer.Context,
    name: str,
    *,
    event: Annotated[str, typer.Option(help="The event's data as JSON, or @FILE with it.")],
    type_: Annotated[
        str | None, typer.Option("--type", help="Its type, where the flow takes several.")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="On whose behalf.")] = None,
) -> None:
    """While you write it: run it once for an event, on a store no hub has open; calls are real."""
    session = o.session_of(context)
    given = json_of(event, "--event")
    detail = session.build.flow_run(session.overrides, name, given, type_, tenant)
    if session.paper.is_json:
        session.paper.json(detail.run)
    else:
        reason = f": {detail.run.reason}" if detail.run.reason else ""
        session.paper.say(f"{detail.run.id} of {name} is {label(detail.run.state)}{reason}")
        for line in lines_of(detail.steps):
            session.paper.say(f"  {line.words}")
        session.paper.hint(f"its steps: tieline runs show {detail.run.id}")
    if detail.run.state != "done":
        raise typer.Exit(1)


@app.command()
def pause(
    context: typer.Context, name: str, *, for_: o.PauseFor = None, reason: o.Reason = None
) -> None:
    """Start no run of it until it is resumed; deliveries are still taken."""
    pause_named(o.session_of(context), "flow", name, for_, reason)


@app.command()
def resume(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """End its pause: its work goes on."""
    resume_named(o.session_of(context), "flow", name, reason)


def _lines(session: CliSession) -> tuple[tuple[FlowLine, ...], bool]:
    counted = session.ask(CountWork())
    if session.far is not None:
        return session.ask(AskFlows()), counted.exact
    lines = overview.flows(session.hub_if_any(), counted, session.ask(ListPauses()))
    return lines, counted.exact


def _mark(line: FlowLine) -> str | None:
    if line.paused is not None:
        return paused_words(line.paused.actor, line.paused.reason, line.paused.until_us)
    return "not declared any more" if line.declared is False else None


def pause_named(
    session: CliSession, kind: str, name: str, for_: str | None, reason: str | None
) -> None:
    by = session.by(reason)
    until_us = end_of(for_, by.at_us, name="--for")
    if session.far is not None:  # which knows itself what it has
        paused = session.change(lambda journal: journal.commit(Pause(kind, name, by, until_us)))
        fresh = paused.count > 0
    else:
        hub = session.load_hub()
        fresh = session.change(lambda journal: decide.pause(journal, hub, kind, name, by, until_us))
    words = f"is paused{end_words(until_us)}"
    if not fresh:
        words = "was paused already, and is for the first reason and time given"
    session.done(f"{kind} {name} {words}", **{kind: name})


def resume_named(session: CliSession, kind: str, name: str, reason: str | None) -> None:
    by = session.by(reason)
    session.change(lambda journal: decide.resume(journal, kind, name, by))
    session.done(f"{kind} {name} goes on", **{kind: name})
