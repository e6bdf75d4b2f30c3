"""Replay: recorded events run again, planned first, paced, below live traffic."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from tieline.features.replays import passes as replay
from tieline.features.replays.before import in_earlier_form
from tieline.model.base.by import NOBODY
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import EventId, ReplayId
from tieline.model.commands import ReplayFilter, StartReplay
from tieline.model.views.details import ReplayDetail
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import CheckStore, ListReplays, ListRuns, ShowReplay, ShowRun, Window
from tieline.ports.views import Views
from tieline.rules.formats.labels import kind_label, label, labels, state_of_label
from tieline.rules.formats.plain import plain
from tieline.rules.plans.end import PARTLY
from tieline.rules.runs.transitions import STUCK
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli import plans
from tieline.surfaces.cli.columns import AUDIT_COLUMNS
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import CliSession, ListSpan

app = o.noun("Replay: run recorded events again, planned first, paced, below live traffic.")

LOOK_S = 0.5
MOST_LOOKED_AT = 20
"""Of the runs that are left, to see whether they wait for a person."""
PARTLY_MADE = 5
"""The exit code when less was made than was planned."""

COLUMNS: tuple[Column[ReplayRow], ...] = (
    Column("REPLAY", lambda row: row.id),
    Column("STARTED (UTC)", lambda row: when(row.started_us)),
    Column("STATE", lambda row: row.progress),
    Column("EVENTS", lambda row: row.planned),
    Column("RUNS", lambda row: row.admitted),
    Column("PLANNED", lambda row: row.would),
    Column("PER SECOND", lambda row: row.per_second),
    Column("SIDE EFFECTS REPEATED", lambda row: row.as_new_action),
    Column("WHAT", lambda row: _words(row.filter)),
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
    made = plans.plan_of(session, _command(wanted, again=as_new_action))
    if session.paper.is_json:
        session.paper.json(in_earlier_form(made, wanted))
    else:
        plans.tell(session.paper, made)


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
    as_planned: plans.AsPlanned = None,
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
    order = replace(_command(wanted, again=as_new_action), per_second=per_second, by=by)
    made = plans.agreed(session, order, plans.PlanAnswer(yes, yes_effects_again, as_planned))
    if session.far is None:
        order = replace(order, id=session.target().ids.replay())
        session.change(lambda journal: replay.start(journal, order, made))
    else:
        far = order
        id_ = session.there(lambda hub: hub.start_replay(far, as_planned))
        order = replace(order, id=id_)
    id_ = order.id
    words = f"{id_} is started: tieline replay show {id_}"
    session.done(words, replay=id_, planned=made.found, would=made.would)
    if wait and not session.paper.is_json and session.run(_watch(session, id_)) == PARTLY:
        raise typer.Exit(PARTLY_MADE)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    state: Annotated[str | None, typer.Option(help="running, done, partly or cancelled.")] = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """List replays, newest first."""
    session = o.session_of(context)
    o.one_of("--state", state, ("running", "done", "partly", "cancelled"))
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
            ("ending", row.ending or None),
            ("what", _words(row.filter)),
            ("started", exactly(row.started_us)),
            ("moved", exactly(row.moved_us)),
            ("events planned", row.planned),
            ("runs planned", row.would),
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


def _command(wanted: ReplayFilter, *, again: bool) -> StartReplay:
    """The order, as far as a plan of it goes. Raises CommandRefused for one that names nothing."""
    replay.check(wanted)
    return StartReplay(ReplayId(""), wanted, 1, 0, again, NOBODY)


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


async def _watch(session: CliSession, id_: ReplayId) -> str | None:
    """Tell every change until it is over, and return how it ended; None: no hub is running.

    Ending the command does not end the replay."""
    told = ""
    async with session.views() as views:
        if not (await views.read(CheckStore())).is_open:
            session.paper.say("no hub is running: it goes on when one serves this store")
            return None
        while True:
            detail = await views.read(ShowReplay(id_))
            seen = _seen(detail)
            if seen.words != told:
                session.paper.say(seen.words)
                told = seen.words
            if seen.is_over:
                return detail.replay.state
            stands = await _stands(views, detail)
            if stands is not None:
                session.paper.say(stands)
                return PARTLY
            await asyncio.sleep(LOOK_S)


async def _stands(views: Views, detail: ReplayDetail) -> str | None:
    """Why nothing more will come of it until a person decides; None: it goes on by itself."""
    counts = dict(detail.states)
    if detail.replay.state == "running" or counts.get("running"):
        return None
    page = ListRuns(None, "ready", detail.replay.id, Window(limit=MOST_LOOKED_AT))
    rows = (await views.read(page)).rows
    heads: dict[str, str] = {}
    for row in rows:
        head = (await views.read(ShowRun(row.id))).lane_head if row.behind else None
        if head is None or head.state not in STUCK:
            return None
        heads[head.id] = head.state
    if not rows:
        return None
    named = ", ".join(f"{id_} ({label(state)})" for id_, state in sorted(heads.items()))
    many = counts["ready"]
    waits = f"{many} run{' waits' if many == 1 else 's wait'} in lanes"
    return f"it stands: {waits} behind {named}; they go on once that is decided"


def _seen(detail: ReplayDetail) -> ReplayProgress:
    row = detail.replay
    left = sum(n for state, n in detail.states if state in {"ready", "running"})
    made = row.ending or f"{row.admitted} runs made"
    words = f"{row.progress}: {made}; {_states(detail)}"
    return ReplayProgress(words, row.state != "running" and left == 0)


def _states(detail: ReplayDetail) -> str:
    least = "" if detail.exact else "at least "
    counted = ", ".join(f"{count} {label(state)}" for state, count in detail.states)
    return f"{least}{counted}" if counted else "no runs yet"
