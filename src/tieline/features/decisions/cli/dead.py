"""Dead: runs that will not succeed by themselves, and a person's decision about each."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tieline.features.decisions.cli import bulk
from tieline.features.records.cli import runs
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import RunId
from tieline.model.base.json_text import json_value
from tieline.model.commands import By, Edited
from tieline.model.views.rows import DeadRow
from tieline.model.views.views import CountEffects, ListDead, ShowRun
from tieline.operations import decide
from tieline.ports.journal import Journal
from tieline.rules.formats.labels import kind_label
from tieline.rules.privacy.hidden_key import readable_lane
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli import plans
from tieline.surfaces.cli.output import Column, when
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Dead letters: runs that failed for good and need a decision, with the reason.")

COLUMNS: tuple[Column[DeadRow], ...] = (
    Column("RUN", lambda row: row.run_id),
    Column("DIED (UTC)", lambda row: when(row.at_us)),
    Column("TENANT", o.tenant_of, is_rare=True),
    Column("FLOW", lambda row: row.flow),
    Column("KIND", lambda row: kind_label(row.kind)),
    Column("LANE", lambda row: row.lane and readable_lane(row.lane)),
    Column("REASON", lambda row: row.reason),
    Column("DECIDED", lambda row: row.resolution),
)

app.command("show")(runs.show)


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    flow: o.Flow = None,
    kind: o.Kind = None,
    decided: Annotated[bool, typer.Option("--decided", help="Those that are decided.")] = False,
    issue: o.Issue = None,
    connection: o.Connection = None,
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List the runs that failed for good and wait for a decision."""
    session = o.session_of(context)
    window = session.window(ListSpan(since, until, cursor, limit), prefix="run_")
    issue_id = o.issue_of(issue)
    page = session.pages(
        lambda part: ListDead(flow, o.kind_of(kind), decided, part, issue_id, connection, tenant),
        window,
    )
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def retry(  # noqa: PLR0913 - one run, or all of a filter
    context: typer.Context,
    run_id: o.RunOrAll = None,
    *,
    as_new_action: o.AsNewAction = False,
    yes_effects_again: o.EffectsAgain = False,
    is_all: o.All = False,
    flow: o.Flow = None,
    kind: o.Kind = None,
    issue: o.Issue = None,
    connection: o.Connection = None,
    tenant: o.Tenant = None,
    plan: plans.PlanOnly = False,
    as_planned: plans.AsPlanned = None,
    yes: o.Yes = False,
    reason: o.Reason = None,
) -> None:
    """Run it again; effects that happened are not repeated."""
    session = o.session_of(context)
    chosen = bulk.BulkTarget(
        run_id, is_all, flow, o.kind_of(kind), issue, connection, tenant=tenant
    )
    chosen.check()
    if is_all and as_new_action and not plan:
        wanted = "side effects are repeated run by run; leave it out, or --all"
        raise SettingsError("--repeat-side-effects", "with --all", wanted)
    asked = bulk.PlanAsked(plan, as_planned, yes, reason)

    def one(id_: RunId, by: By) -> None:
        if as_new_action and not yes_effects_again:
            _confirm(session, id_)
        session.change(lambda journal: decide.retry(journal, id_, by, as_new_action=as_new_action))
        session.done(f"{id_} is queued to run again", run=id_)

    bulk.decide(session, "retry", chosen, asked, one)


@app.command()
def discard(  # noqa: PLR0913 - one run, or all of a filter
    context: typer.Context,
    run_id: o.RunOrAll = None,
    *,
    is_all: o.All = False,
    flow: o.Flow = None,
    kind: o.Kind = None,
    issue: o.Issue = None,
    connection: o.Connection = None,
    tenant: o.Tenant = None,
    plan: plans.PlanOnly = False,
    as_planned: plans.AsPlanned = None,
    yes: o.Yes = False,
    reason: o.Reason = None,
) -> None:
    """Discard it: nothing more is done for it, and its lane goes on."""
    session = o.session_of(context)
    chosen = bulk.BulkTarget(
        run_id, is_all, flow, o.kind_of(kind), issue, connection, tenant=tenant
    )
    chosen.check()
    asked = bulk.PlanAsked(plan, as_planned, yes, reason)

    def one(id_: RunId, by: By) -> None:
        session.change(lambda journal: decide.discard(journal, id_, by))
        session.done(f"{id_} is discarded; its lane goes on", run=id_)

    bulk.decide(session, "discard", chosen, asked, one)


@app.command()
def edit(
    context: typer.Context,
    run_id: str,
    *,
    payload: Annotated[
        str | None, typer.Option(help="File with the whole new payload; - reads standard input.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=JSON, also PATH.FIELD=JSON; repeat.")
    ] = None,
    reason: o.Reason = None,
) -> None:
    """Retry it with another payload, as a new recorded event; effects keep their keys."""
    session = o.session_of(context)
    if (payload is None) == (not changes):
        raise SettingsError("the edit", payload or "", "give either --payload or --set")
    by = session.by(reason)
    if session.far is not None:
        _say(session, run_id, session.run(_edited_there(session, run_id, by, (payload, changes))))
        return
    admitter = session.build.admitter(session.load_hub(), session.overrides)
    document = None if payload is None else _read(payload)
    parsed = [_change(text) for text in changes or ()]

    async def work(journal: Journal) -> Edited:
        async with session.views() as views:
            desk = decide.EditParts(journal, views, admitter)
            new = document or await decide.patched(views, RunId(run_id), parsed)
            return await decide.edit(desk, RunId(run_id), new, by)

    edited = session.change(work)
    _say(session, run_id, edited)


def _say(session: CliSession, run_id: str, edited: Edited) -> None:
    words = f"{run_id} is replaced by {edited.run_id} for {edited.event_id}"
    session.done(words, run=edited.run_id, event=edited.event_id, replaces=run_id)


async def _edited_there(
    session: CliSession, run_id: str, by: By, asked: tuple[str | None, list[str] | None]
) -> Edited:
    """The hub elsewhere makes the new payload: only it may see the old one."""
    payload, changes = asked
    if payload is not None:
        try:
            change: dict[str, object] = {"payload": json_value(_read(payload))}
        except ValueError as error:
            raise SettingsError("--payload", payload, f"it is no JSON: {error}") from None
    else:
        parsed = [_change(text) for text in changes or ()]
        change = {"changes": {".".join(path): value for path, value in parsed}}
    async with session.hub_there() as hub:
        return await hub.edit(RunId(run_id), change, by.reason)


def _confirm(session: CliSession, run_id: str) -> None:
    run = session.ask(ShowRun(RunId(run_id))).run
    counted = session.ask(CountEffects((run.event_id,)))
    effects = sum(one.effects for one in counted if one.flow == run.flow)
    question = f"{effects} effects of {run_id} happened and would be repeated."
    if not session.confirm(question, "again"):
        wanted = "confirm it on a terminal, or with --yes-effects-again"
        raise SettingsError("--repeat-side-effects", "not confirmed", wanted)


def _read(place: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()
    except OSError as error:
        raise SettingsError("--payload", place, f"it cannot be read: {error.strerror}") from None


def _change(text: str) -> tuple[tuple[str, ...], object]:
    path, is_there, value = text.partition("=")
    try:
        if is_there and path:
            return tuple(path.split(".")), json_value(value)
    except ValueError:
        pass
    raise SettingsError("--set", text, "use FIELD=JSON, such as amount_cents=100 or 'name=\"Zoë\"'")
