"""Runs: executions of flows, what they remember, what they wait for."""

import typer

from tieline.model.base.ids import ReplayId, RunId
from tieline.model.base.payload import Json
from tieline.model.hub.flow import HubSpec
from tieline.model.runs.run import AttemptRecord, RunState
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import AuditRow, RunRow, StepRow
from tieline.model.views.views import ListRuns, ShowRun
from tieline.operations import decide
from tieline.operations import redaction as visible
from tieline.operations.why import why
from tieline.rules.formats.labels import STATES_ASKED, label, labels, state_label
from tieline.rules.formats.plain import plain
from tieline.rules.formats.plain_time import span
from tieline.rules.privacy.hidden_key import hidden_value, readable_lane
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, Output, exactly, when, whose
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Runs: one execution of a flow for one event.")

COLUMNS: tuple[Column[RunRow], ...] = (
    Column("RUN", lambda row: row.id),
    Column("MADE (UTC)", lambda row: when(row.created_us)),
    Column("FLOW", lambda row: row.flow),
    Column("TENANT", lambda row: whose(row.tenant), is_rare=True),
    Column("STATE", lambda row: state_label(row.state, row.waits_on)),
    Column("LANE", lambda row: row.lane and readable_lane(row.lane)),
    Column("DUE (UTC)", lambda row: when(row.due_us)),
    Column("REASON", lambda row: row.reason),
)
STEP_COLUMNS: tuple[Column[StepRow], ...] = (
    Column("STEP", lambda row: row.name),
    Column("KEY", lambda row: hidden_value(row.key)),
    Column("STATE", lambda row: row.state),
    Column("EFFECT", lambda row: label(row.effect)),
    Column("ATTEMPTS", lambda row: row.tries),
    Column("BYTES", lambda row: row.result_bytes),
    Column("IDEMPOTENCY KEY", lambda row: row.effect_key),
)
ATTEMPT_COLUMNS: tuple[Column[AttemptRecord], ...] = (
    Column("AT (UTC)", lambda row: when(row.at_us)),
    Column("STEP", lambda row: row.step),
    Column("ATTEMPT", lambda row: row.number),
    Column("OUTCOME", lambda row: label(row.outcome)),
    Column("ANSWER", lambda row: row.status),
    Column("TOOK", lambda row: span(row.took_us)),
    Column("AGAIN (UTC)", lambda row: when(row.retry_us)),
    Column("DETAIL", lambda row: row.detail),
)
AUDIT_COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("AT (UTC)", lambda row: when(row.at_us)),
    Column("WHO", lambda row: row.actor),
    Column("DID", lambda row: label(row.action)),
    Column("TO", lambda row: row.subject),
    Column("REASON", lambda row: row.reason),
)


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    flow: o.Flow = None,
    state: o.RunState = None,
    replay: str | None = typer.Option(None, help="Only of this replay."),
    issue: o.Issue = None,
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List runs, newest first."""
    session = o.session_of(context)
    o.one_of("--state", state, [*labels(RunState), *STATES_ASKED])
    window = session.window(ListSpan(since, until, cursor, limit), prefix="run_")
    replay_id = None if replay is None else ReplayId(replay)
    issue_id = o.issue_of(issue)
    page = session.pages(
        lambda part: ListRuns(flow, o.state_of(state), replay_id, part, issue_id, tenant=tenant),
        window,
    )
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def show(context: typer.Context, run_id: str) -> None:
    """Show one run: why it waits, its steps, attempts, keys and what people did."""
    session = o.session_of(context)
    detail = session.ask(ShowRun(RunId(run_id)))
    now_us = session.now_us()
    if session.paper.is_json:
        hub = session.hub_if_any()
        values = session.run(_values(session, hub, detail))
        session.paper.json(_document(detail, why(detail, now_us), hub, values))
    else:
        _tell(session.paper, detail, why(detail, now_us))


@app.command()
def cancel(context: typer.Context, run_id: str, *, reason: o.Reason = None) -> None:
    """End a live run now; what it has done stays done."""
    session = o.session_of(context)
    by = session.by(reason)
    session.change(lambda journal: decide.cancel(journal, RunId(run_id), by))
    session.done(f"{run_id} is cancelled", run=run_id)


async def _values(session: CliSession, hub: HubSpec | None, detail: RunDetail) -> tuple[str, ...]:
    async with session.views() as views:
        return await visible.sensitive_values(views, hub, detail.run.event_id)


def _document(
    detail: RunDetail, words: str, hub: HubSpec | None, values: tuple[str, ...]
) -> dict[str, object]:
    run = plain(detail.run)
    return {
        **(run if isinstance(run, dict) else {}),
        "why": words,
        "event": detail.event,
        "steps": [_step(step, hub, values) for step in detail.steps],
        "attempts": detail.attempts,
        "references": [{"kind": m.kind, "key": m.key} for m in detail.mentions],
        "dead": detail.dead,
        "evidence": detail.evidence,
        "lane_head": detail.lane_head,
        "issues": detail.issues,
        "exchanges": detail.exchanges,
        "audit": detail.audit,
    }


def _step(step: StepRow, hub: HubSpec | None, values: tuple[str, ...]) -> dict[str, Json]:
    shown = plain(step)
    members = shown if isinstance(shown, dict) else {}
    return {**members, "result": visible.step_result(step.result, step.result_bytes, hub, values)}


def _tell(paper: Output, detail: RunDetail, words: str) -> None:
    run = detail.run
    paper.fields(
        (
            ("run", run.id),
            ("tenant", whose(run.tenant)),
            ("flow", run.flow),
            ("state", state_label(run.state, run.waits_on)),
            ("why", words),
            ("event", f"{detail.event.id} ({detail.event.type} of {detail.event.source})"),
            ("made", exactly(run.created_us)),
            ("moved", exactly(run.moved_us)),
            ("due", exactly(run.due_us)),
            ("deadline", exactly(run.deadline_us)),
            ("lane", run.lane and readable_lane(run.lane)),
            ("replay", run.replay_id),
            ("side effects repeated", run.generation or None),
            ("issues", ", ".join(detail.issues) or None),
            ("keys", ", ".join(f"{m.kind}:{m.key}" for m in detail.mentions) or None),
        )
    )
    paper.section("Steps", STEP_COLUMNS, detail.steps)
    paper.section("Attempts", ATTEMPT_COLUMNS, detail.attempts)
    for exchange in detail.exchanges:
        paper.heading(f"Sent and answered: {exchange.step}, attempt {exchange.number}")
        for line in [*exchange.request.splitlines(), "", *(exchange.answer or "").splitlines()]:
            paper.say("  " + line)
    paper.section("What people did", AUDIT_COLUMNS, detail.audit)
    if detail.evidence:
        paper.heading("Stack trace")
        for line in detail.evidence.splitlines():
            paper.say("  " + line)
