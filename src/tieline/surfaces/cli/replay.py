"""Replay: recorded events run again, planned first, paced, below live traffic."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import EventId, ReplayId
from tieline.model.commands import ReplayFilter
from tieline.model.views.details import ReplayDetail
from tieline.model.views.replay_plan import AskPlan, Example, Plan
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import CheckStore, ListReplays, ShowReplay
from tieline.operations import replay
from tieline.rules.formats.labels import kind_label, label, labels, state_of_label
from tieline.rules.formats.plain import plain
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, Output, exactly, when
from tieline.surfaces.cli.runs import AUDIT_COLUMNS
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Replay: run recorded events again, planned first, paced, below live traffic.")

LOOK_S = 0.5

COLUMNS: tuple[Column[ReplayRow], ...] = (
    Column("REPLAY", lambda row: row.id),
    Column("STARTED (UTC)", lambda row: when(row.started_us)),
    Column("STATE", lambda row: row.progress),
    Column("EVENTS", lambda row: row.planned),
    Column("RUNS", lambda row: row.admitted),
    Column("PER SECOND", lambda row: row.per_second),
    Column("SIDE EFFECTS REPEATED", lambda row: row.as_new_action),
    Column("WHAT", lambda row: _words(row.filter)),
)
EXAMPLE_COLUMNS: tuple[Column[Example], ...] = (
    Column("EVENT", lambda one: one.event_id),
    Column("RECORDED (UTC)", lambda one: when(one.recorded_us)),
    Column("SOURCE", lambda one: one.source),
    Column("TYPE", lambda one: one.type),
    Column("FLOWS", lambda one: ", ".join(one.flows) or None),
    Column("WHY NOT", lambda one: one.why_not),
)

Ids = Annotated[list[str] | None, typer.Argument(help="Events by id; else by the options.")]
States = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        help="Only events with a run in this state, or a delivery of this status; may be repeated.",
    ),
]
Pace = Annotated[int, typer.Option(min=replay.SLOWEST, max=replay.FASTEST, help="Events a second.")]


@app.command("plan")
def plan_(  # noqa: PLR0913 - what may be replayed
    context: typer.Context,
    event_ids: Ids = None,
    *,
    source: o.Source = None,
    type_: o.Type = None,
    flow: o.Flow = None,
    state: States = None,
    issue: o.Issue = None,
    kind: o.Kind = None,
    connection: o.Connection = None,
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    as_new_action: o.AsNewAction = False,
) -> None:
    """Say what a replay would do; changes nothing."""
    session = o.session_of(context)
    window = session.window(ListSpan(since, until, None, 1), prefix="")
    wanted = _filter(event_ids, (source, type_, flow), state, (window.since_us, window.until_us))
    wanted = replace(wanted, issue=o.issue_of(issue), kind=o.kind_of(kind))
    wanted = replace(wanted, connection=connection, tenant=tenant)
    _tell_plan(session.paper, _plan(session, wanted, as_new_action=as_new_action))


@app.command()
def run(  # noqa: PLR0913 - what may be replayed, and how
    context: typer.Context,
    event_ids: Ids = None,
    *,
    source: o.Source = None,
    type_: o.Type = None,
    flow: o.Flow = None,
    state: States = None,
    issue: o.Issue = None,
    kind: o.Kind = None,
    connection: o.Connection = None,
    tenant: o.Tenant = None,
    since: o.Since = None,
    until: o.Until = None,
    per_second: Pace = 10,
    as_new_action: o.AsNewAction = False,
    yes_effects_again: o.EffectsAgain = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it to its end.")] = True,
    reason: o.Reason = None,
) -> None:
    """Plan a replay, ask, start it, and show how far it is."""
    session = o.session_of(context)
    window = session.window(ListSpan(since, until, None, 1), prefix="")
    wanted = _filter(event_ids, (source, type_, flow), state, (window.since_us, window.until_us))
    wanted = replace(wanted, issue=o.issue_of(issue), kind=o.kind_of(kind))
    wanted = replace(wanted, connection=connection, tenant=tenant)
    by = session.by(reason)
    made = _plan(session, wanted, as_new_action=as_new_action)
    if not session.paper.is_json:
        _tell_plan(session.paper, made)
    if made.runs:
        _confirm(session, made, yes=yes, yes_effects_again=yes_effects_again)
    if session.far is None:
        id_ = session.target().ids.replay()
        session.change(lambda journal: replay.start(journal, id_, made, per_second, by))
    else:
        id_ = session.there(lambda hub: hub.start_replay(made, per_second, by.reason))
    session.done(f"{id_} is started", replay=id_, planned=made.events)
    if wait and not session.paper.is_json:
        session.run(_watch(session, id_))


@app.command("list")
def list_(
    context: typer.Context,
    *,
    state: Annotated[str | None, typer.Option(help="running, done or cancelled.")] = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List replays, newest first."""
    session = o.session_of(context)
    o.one_of("--state", state, ("running", "done", "cancelled"))
    window = session.window(ListSpan(None, None, cursor, limit), prefix="rpl_")
    page = session.pages(lambda part: ListReplays(state, part), window)
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


@app.command()
def show(context: typer.Context, replay_id: str) -> None:
    """Show one replay and what became of its runs."""
    session = o.session_of(context)
    detail = session.ask(ShowReplay(ReplayId(replay_id)))
    row = detail.replay
    if session.paper.is_json:
        members = plain(row)
        whole = members if isinstance(members, dict) else {}
        session.paper.json({**whole, "states": dict(detail.states), "audit": detail.audit})
        return
    session.paper.fields(
        (
            ("replay", row.id),
            ("state", row.progress),
            ("what", _words(row.filter)),
            ("started", exactly(row.started_us)),
            ("moved", exactly(row.moved_us)),
            ("events planned", row.planned),
            ("runs made", row.admitted),
            ("runs now", _states(detail)),
            ("per second", row.per_second),
            ("side effects repeated", row.as_new_action),
        )
    )
    session.paper.section("What people did", AUDIT_COLUMNS, detail.audit)


@app.command()
def cancel(context: typer.Context, replay_id: str, *, reason: o.Reason = None) -> None:
    """Stop it, and cancel its runs that have not begun."""
    session = o.session_of(context)
    by = session.by(reason)
    ended = session.change(lambda journal: replay.cancel(journal, ReplayId(replay_id), by))
    words = f"{replay_id} is stopped; {ended} runs that had not begun are cancelled"
    session.done(words, replay=replay_id, cancelled=ended)


# --- planning ---------------------------------------------------------------------------------


def _filter(
    ids: list[str] | None,
    names: tuple[str | None, str | None, str | None],
    states: list[str] | None,
    times: tuple[int | None, int | None],
) -> ReplayFilter:
    bad = next((text for text in ids or () if not text.startswith("evt_")), None)
    if bad is not None:
        raise SettingsError("the event", bad, "use ids such as evt_…, or --type, --since, --state")
    return ReplayFilter(
        tuple(EventId(text) for text in ids or ()),
        *names,
        *times,
        tuple(state_of_label(state) for state in states or ()),
    )


def _plan(session: CliSession, wanted: ReplayFilter, *, as_new_action: bool) -> Plan:
    replay.check(wanted)
    if session.far is not None:
        return session.ask(AskPlan(wanted, as_new_action))
    admitter = session.build.admitter(session.load_hub(), session.overrides)
    now_us = session.now_us()

    async def look() -> Plan:
        async with session.views() as views:
            return await replay.plan(
                views, admitter, wanted, now_us=now_us, as_new_action=as_new_action
            )

    return session.run(look())


def _tell_plan(paper: Output, made: Plan) -> None:
    if paper.is_json:
        paper.json(made)
        return
    least = "" if made.exact else "at least "
    paper.fields((("events", f"{least}{made.events}"),))
    for flow, count in made.runs:
        paper.fields((("runs of " + flow, f"{least}{count}"),))
    if made.retries:
        words = f"{made.retries} dead runs, in their old places"
        paper.fields((("of these, retried", words),))
    effects = "would be REPEATED" if made.as_new_action else "happened and are not repeated"
    paper.fields((("effects", f"{made.effects_done} {effects}"),))
    for why, count in made.without_runs:
        paper.fields((("not run", f"{count}: {why}"),))
    for why, count in made.left_out:
        paper.fields((("left out", f"{count}: {why}"),))
    for queue in made.queues:
        state = label(queue.state)
        words = f"{queue.runs} of these runs would wait behind {queue.head}, which is {state}"
        paper.fields((("warning", words),))
    paper.section("For example", EXAMPLE_COLUMNS, made.examples)


def _confirm(session: CliSession, made: Plan, *, yes: bool, yes_effects_again: bool) -> None:
    if made.as_new_action and made.effects_done and not yes_effects_again:
        question = f"{made.effects_done} effects happened and would be repeated."
        if not session.confirm(question, "again"):
            wanted = "confirm it on a terminal, or with --yes-effects-again"
            raise SettingsError("--repeat-side-effects", "not confirmed", wanted)
    elif not yes and not session.confirm(f"{made.events} events would be run again.", "yes"):
        raise SettingsError("the replay", "not confirmed", "answer yes, or give --yes")


def _words(wanted: ReplayFilter) -> str:
    if wanted.event_ids:
        return f"{len(wanted.event_ids)} named events"
    parts = {
        "source": wanted.source,
        "type": wanted.type,
        "flow": wanted.flow,
        "state": ",".join(labels(wanted.states)) or None,
        "issue": wanted.issue,
        "kind": wanted.kind and kind_label(wanted.kind),
        "connection": wanted.connection,
        "tenant": wanted.tenant,
        "since": when(wanted.since_us),
        "until": when(wanted.until_us),
    }
    return " ".join(f"{name}={value}" for name, value in parts.items() if value is not None)


# --- watching ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """How far a replay is."""

    words: str
    is_over: bool


async def _watch(session: CliSession, id_: ReplayId) -> None:
    """Tell every change until it is over; ending the command does not end the replay."""
    told = ""
    async with session.views() as views:
        if not (await views.read(CheckStore())).is_open:
            session.paper.say("no hub is running: it goes on when one serves this store")
            return
        while True:
            seen = _seen(await views.read(ShowReplay(id_)))
            if seen.words != told:
                session.paper.say(seen.words)
                told = seen.words
            if seen.is_over:
                return
            await asyncio.sleep(LOOK_S)


def _seen(detail: ReplayDetail) -> ReplayProgress:
    row = detail.replay
    left = sum(n for state, n in detail.states if state in {"ready", "running"})
    words = f"{row.progress}: {row.admitted} runs made; {_states(detail)}"
    return ReplayProgress(words, row.state != "running" and left == 0)


def _states(detail: ReplayDetail) -> str:
    least = "" if detail.exact else "at least "
    counted = ", ".join(f"{count} {label(state)}" for state, count in detail.states)
    return f"{least}{counted}" if counted else "no runs yet"
