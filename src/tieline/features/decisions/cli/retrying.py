"""Retrying: runs that wait for their next attempt, and a person who does not want to."""

import typer

from tieline.features.decisions.cli import bulk
from tieline.features.records.cli.runs import app
from tieline.model.base.by import By
from tieline.model.base.errors import Conflict
from tieline.model.base.ids import RunId
from tieline.model.people.decisions import DecideMany
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli import plans


@app.command("retry-now")
def retry_now(  # noqa: PLR0913 - one run, or all of a filter
    context: typer.Context,
    run_id: o.RunOrAll = None,
    *,
    is_all: o.All = False,
    flow: o.Flow = None,
    issue: o.Issue = None,
    tenant: o.Tenant = None,
    plan: plans.PlanOnly = False,
    as_planned: plans.AsPlanned = None,
    yes: o.Yes = False,
    reason: o.Reason = None,
) -> None:
    """Retry what failed and waits for its next attempt now; limits and breakers still count.

    What waits for a connection goes on with it: tieline connections probe."""
    session = o.session_of(context)
    chosen = bulk.BulkTarget(run_id, is_all, flow, issue=issue, target="retrying", tenant=tenant)
    chosen.check()
    asked = bulk.PlanAsked(plan, as_planned, yes, reason)

    def one(id_: RunId, by: By) -> None:
        decided = session.change(
            lambda journal: journal.commit(DecideMany("retry-now", (id_,), by))
        )
        for _, why_not in decided.refused:
            raise Conflict(why_not)
        session.done(f"{id_} is retried now", run=id_)

    bulk.decide(session, "retry-now", chosen, asked, one)
