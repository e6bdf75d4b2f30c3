"""Runs: executions of flows, what they remember, what they wait for."""

import typer

from tieline.features.records.why import why
from tieline.model.base.errors import Conflict
from tieline.model.base.ids import ReplayId, RunId
from tieline.model.base.payload import Json
from tieline.model.commands import ForgetStep
from tieline.model.hub.flow import HubSpec
from tieline.model.runs.run import AttemptRecord, RunState
from tieline.model.views.details import RunDetail
from tieline.model.views.plans import PlanForgetting
from tieline.model.views.rows import RunLine, RunRow, StepRow
from tieline.model.views.views import ListRuns, ShowRun
from tieline.operations import decide
from tieline.operations import redaction as visible
from tieline.rules.formats.labels import STATES_ASKED, label, labels, state_label
from tieline.rules.formats.plain import plain
from tieline.rules.formats.plain_time import span
from tieline.rules.privacy.hidden_key import hidden_value, readable_lane
from tieline.rules.runs.lines import is_line, lines_of
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli import plans
from tieline.surfaces.cli.columns import AUDIT_COLUMNS, RUN_COLUMNS
from tieline.surfaces.cli.output import Column, Output, exactly, when
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Runs: one execution of a flow for one event.")

STEP_COLUMNS: tuple[Column[StepRow], ...] = (
    Column("STEP", lambda row: row.name),
    Column("KEY", lambda row: hidden_value(row.key)),
    Column("STATE", lambda row: row.state),
    Column("EFFECT", lambda row: label(row.effect)),
    Column("ATTEMPTS", lambda row: row.tries),
    Column("BYTES", lambda row: row.result_bytes),
    Column("IDEMPOTENCY KEY", lambda row: row.effect_key),
)
LINE_COLUMNS: tuple[Column[RunLine], ...] = (
    Column("AT (UTC)", lambda row: when(row.at_us)),
    Column("TO", lambda row: "customer" if row.said else "log"),
    Column("WORDS", lambda row: row.words),
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


@app.command("list")
def list_(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    flow: o.Flow = None,
    state: o.RunState = None,
    replay: str | None = typer.Option(None, help="Only of this replay."),
    issue: o.Issue = None,
    tenant: o.Tenant = None,
    waits_for: o.WaitsFor = None,
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
    waits = o.waits_of(waits_for)
    page = session.pages(
        lambda part: ListRuns(
            flow, o.state_of(state), replay_id, part, issue_id, waits, tenant=tenant
        ),
        window,
    )
    session.paper.table(RUN_COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def show(context: typer.Context, run_id: str) -> None:
    """Show one run: why it waits, its steps, attempts, keys and what people did."""
    session = o.session_of(context)
    detail = session.ask(ShowRun(RunId(run_id)))
    now_us = session.now_us()
    hub = session.hub_if_any()
    spec = None if hub is None else hub.flows.get(detail.run.flow)
    words = why(detail, now_us, () if spec is None else spec.uses)
    if session.paper.is_json:
        values = session.run(_values(session, hub, detail))
        session.paper.json(_document(detail, words, hub, values))
    else:
        _tell(session.paper, detail, words)


@app.command()
def cancel(context: typer.Context, run_id: str, *, reason: o.Reason = None) -> None:
    """End a live run now; what it has done stays done."""
    session = o.session_of(context)
    by = session.by(reason)
    session.change(lambda journal: decide.cancel(journal, RunId(run_id), by))
    session.done(f"{run_id} is cancelled", run=run_id)


@app.command("forget-step")
def forget_step(  # noqa: PLR0913 - one step of one run, and a plan of it
    context: typer.Context,
    run_id: str,
    step: str,
    *,
    key: str = typer.Option("#1", "--key", help="Its key, as runs show names it."),
    plan: plans.PlanOnly = False,
    as_planned: plans.AsPlanned = None,
    yes: o.Yes = False,
    reason: o.Reason = None,
) -> None:
    """Forget one remembered step, so that it is made or read again when its flow asks for it."""
    session = o.session_of(context)
    detail = session.ask(ShowRun(RunId(run_id)))
    shown = (one for one in detail.steps if one.name == step and hidden_value(one.key) == key)
    meant = next(shown, None)
    stored = key if meant is None else meant.key
    if plan:
        plans.tell(session.paper, plans.made(session, PlanForgetting(RunId(run_id), step, stored)))
        return
    command = ForgetStep(RunId(run_id), step, stored, session.by(reason))
    made = plans.agreed(session, command, plans.PlanAnswer(yes, as_planned=as_planned))
    if not made.would:
        raise Conflict(f"{step} of {run_id} cannot be forgotten: {made.left_out[0].why}")
    session.change(
        lambda journal: decide.forget_step(journal, command.run_id, step, stored, command.by)
    )
    session.done(f"{run_id} has forgotten {step} ({key})", run=run_id)


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
        "steps": [_step(step, hub, values) for step in detail.steps if not is_line(step.name)],
        "lines": lines_of(detail.steps),
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


def _exit(run: RunRow) -> str | None:
    """How a held run goes on."""
    if run.state != "held":
        return None
    ways = "--continue|--retry" if run.step_in_doubt is None else "--done|--retry"
    return f"tieline held resolve {run.id} {ways}|--give-up --reason …"


def _tell(paper: Output, detail: RunDetail, words: str) -> None:
    run = detail.run
    paper.fields(
        (
            ("run", run.id),
            ("tenant", o.tenant_of(run)),
            ("flow", run.flow),
            ("state", state_label(run.state, run.waits)),
            ("why", words),
            ("decide", _exit(run)),
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
    paper.section("Steps", STEP_COLUMNS, [one for one in detail.steps if not is_line(one.name)])
    paper.section("What it wrote down", LINE_COLUMNS, lines_of(detail.steps))
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
