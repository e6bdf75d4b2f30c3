"""Held: runs that wait for a person, who alone can know what happened, or may let them pass."""

from typing import Annotated

import typer

from tieline.features.decisions.cli import bulk
from tieline.features.records.cli import runs
from tieline.model.base.by import By
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import RunId
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ListRuns
from tieline.operations import decide
from tieline.operations.decide import Decision
from tieline.rules.privacy.hidden_key import readable_lane
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli import plans
from tieline.surfaces.cli.output import Column, when
from tieline.surfaces.cli.session import ListSpan

app = o.noun("Held runs: a person says what became of a write, or lets a flow go on.")

COLUMNS: tuple[Column[RunRow], ...] = (
    Column("RUN", lambda row: row.id),
    Column("HELD (UTC)", lambda row: when(row.moved_us)),
    Column("TENANT", o.tenant_of, is_rare=True),
    Column("FLOW", lambda row: row.flow),
    Column("LANE", lambda row: row.lane and readable_lane(row.lane)),
    Column("OUTCOME UNKNOWN OF", lambda row: " ".join(row.step_in_doubt or ()) or None),
    Column("DECIDE BY", lambda row: "continue" if row.step_in_doubt is None else "done, retry"),
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


def _only(given: dict[Decision, bool]) -> Decision:
    """The one that was given. Raises SettingsError."""
    chosen = [decision for decision, is_chosen in given.items() if is_chosen]
    if len(chosen) != 1:
        named = ", ".join(f"--{one}" for one in chosen) or "nothing"
        raise SettingsError(
            "the decision", named, "give one of --done, --continue, --retry, --give-up"
        )
    return chosen[0]


@app.command()
def resolve(  # noqa: PLR0913 - four answers, the result of one, of which runs, and why
    context: typer.Context,
    run_id: o.RunOrAll = None,
    *,
    done: Annotated[bool, typer.Option("--done", help="It happened: go on behind it.")] = False,
    continue_: Annotated[
        bool, typer.Option("--continue", help="Its flow asks a person: let it pass.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="It did not: attempt it again.")] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="End the run here.")] = False,
    result: Annotated[
        str | None, typer.Option(help="With --done: the JSON that the step returns.")
    ] = None,
    is_all: o.All = False,
    flow: o.Flow = None,
    tenant: o.Tenant = None,
    plan: plans.PlanOnly = False,
    as_planned: plans.AsPlanned = None,
    yes: o.Yes = False,
    reason: o.Reason = None,
) -> None:
    """Say what happened, or what to do.

    Of a write whose outcome is unknown: --done or --retry. Of a run whose flow asks a person:
    --continue lets it pass, and --retry executes it again. Either ends with --give-up."""
    every = bulk.BulkTarget(run_id, is_all, flow, target="held", tenant=tenant)
    every.check()
    decision = _only(
        {
            Decision.DONE: done,
            Decision.CONTINUE: continue_,
            Decision.RETRY: retry,
            Decision.GIVE_UP: give_up,
        }
    )
    session = o.session_of(context)
    if is_all and decision is Decision.DONE and not plan:
        wanted = (
            "what happened is said run by run; with --all give --continue, --retry or --give-up"
        )
        raise SettingsError("--done", "with --all", wanted)
    asked = bulk.PlanAsked(plan, as_planned, yes, reason)

    def one(id_: RunId, by: By) -> None:
        answer = None if result is None else result.encode(errors="surrogateescape")
        session.change(lambda journal: decide.resolve(journal, id_, by, decision, result=answer))
        session.done(f"{id_} is resolved: {decision}", run=id_, decision=decision)

    bulk.decide(session, f"resolve-{decision}", every, asked, one)
