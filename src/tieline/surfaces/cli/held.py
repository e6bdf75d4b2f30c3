"""Held: runs that wait for a person, because nobody else can know what happened."""

from typing import Annotated

import typer

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import RunId
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ListRuns
from tieline.operations import decide
from tieline.operations.decide import Decision
from tieline.rules.privacy.hidden_key import readable_lane
from tieline.surfaces.cli import bulk, runs
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, when, whose
from tieline.surfaces.cli.session import ListSpan

app = o.noun("Held runs: the outcome of a write is not known; a person says what happened.")

COLUMNS: tuple[Column[RunRow], ...] = (
    Column("RUN", lambda row: row.id),
    Column("HELD (UTC)", lambda row: when(row.moved_us)),
    Column("TENANT", lambda row: whose(row.tenant), is_rare=True),
    Column("FLOW", lambda row: row.flow),
    Column("LANE", lambda row: row.lane and readable_lane(row.lane)),
    Column("OUTCOME UNKNOWN OF", lambda row: " ".join(row.step_in_doubt or ()) or None),
    Column("REASON", lambda row: row.reason),
)

app.command("show")(runs.show)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    flow: o.Flow = None,
    tenant: o.Tenant = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List held runs, newest first."""
    session = o.session_of(context)
    window = session.window(ListSpan(None, None, cursor, limit), prefix="run_")
    page = session.pages(lambda part: ListRuns(flow, "held", None, part, tenant=tenant), window)
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def resolve(  # noqa: PLR0913 - three answers, the result of one, of which runs, and why
    context: typer.Context,
    run_id: o.RunOrAll = None,
    *,
    done: Annotated[bool, typer.Option("--done", help="It happened: go on behind it.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="It did not: attempt it again.")] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="End the run here.")] = False,
    result: Annotated[
        str | None, typer.Option(help="With --done: the JSON that the step returns.")
    ] = None,
    is_all: o.All = False,
    flow: o.Flow = None,
    tenant: o.Tenant = None,
    yes: o.Yes = False,
    reason: o.Reason = None,
) -> None:
    """Say what happened, or what to do."""
    every = bulk.BulkTarget(run_id, is_all, flow, target="held", tenant=tenant)
    every.check()
    chosen = [
        decision
        for decision, is_chosen in (
            (Decision.DONE, done),
            (Decision.RETRY, retry),
            (Decision.GIVE_UP, give_up),
        )
        if is_chosen
    ]
    if len(chosen) != 1:
        named = ", ".join(f"--{one}" for one in chosen) or "nothing"
        raise SettingsError("the decision", named, "give one of --done, --retry, --give-up")
    session = o.session_of(context)
    by = session.by(reason)
    if run_id is None:
        if chosen == [Decision.DONE]:
            wanted = "what happened is said run by run; with --all give --retry or --give-up"
            raise SettingsError("--done", "with --all", wanted)
        bulk.decide_all(session, f"resolve-{chosen[0]}", every, by, yes=yes)
        return
    answer = None if result is None else result.encode(errors="surrogateescape")
    session.change(
        lambda journal: decide.resolve(journal, RunId(run_id), by, chosen[0], result=answer)
    )
    session.done(f"{run_id} is resolved: {chosen[0]}", run=run_id, decision=chosen[0])
