"""Runs: executions with their steps and tries; the held and the dead; and decisions about them."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field

from tieline.model.commands import Cancel, DiscardDead, RetryDead
from tieline.model.errors import CommandRefused
from tieline.model.event import Mention
from tieline.model.ids import IssueId, ReplayId, RunId
from tieline.model.knowledge_commands import MOST_DECIDED, Decided, DecideMany
from tieline.model.run import AttemptRecord, ExchangeRecord
from tieline.model.view_details import RunDetail
from tieline.model.view_lists import AttemptRow, ListAttempts
from tieline.model.view_rows import AuditRow, DeadRow, EventRow, PauseRow, RunRow, StepRow
from tieline.model.views import ListDead, ListRuns, ShowRun
from tieline.operations import decide, visible
from tieline.operations.why import why
from tieline.rules.access import Permission
from tieline.surfaces.api.endpoint import Ask, Endpoint, Strict
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, TimedListing, listed, window

STATES = "ready|running|retrying|waiting|held|done|dead|cancelled"


class RunQuery(TimedListing):
    """Which runs."""

    flow: str | None = Field(None, max_length=LONGEST)
    state: str | None = Field(None, pattern=f"^({STATES})$", description=STATES.replace("|", ", "))
    replay: str | None = Field(None, max_length=LONGEST)
    issue: str | None = Field(None, max_length=LONGEST)
    waits_on: str | None = Field(
        None, max_length=LONGEST, description="Such as connection:billing."
    )
    tenant: str | None = Field(None, max_length=LONGEST)
    correlation: str | None = Field(None, max_length=LONGEST)


class HeldQuery(TimedListing):
    """Which held runs."""

    flow: str | None = Field(None, max_length=LONGEST)


class DeadQuery(TimedListing):
    """Which dead letters."""

    flow: str | None = Field(None, max_length=LONGEST)
    kind: str | None = Field(None, max_length=LONGEST)
    decided: bool = Field(False, description="Those that somebody has decided.")  # noqa: FBT003
    issue: str | None = Field(None, max_length=LONGEST)
    connection: str | None = Field(None, max_length=LONGEST)


class AttemptQuery(Listing):
    """Which tries."""

    connection: str | None = Field(None, max_length=LONGEST)
    flow: str | None = Field(None, max_length=LONGEST)
    outcome: str | None = Field(None, max_length=LONGEST, description="Exact, or `failed`.")


Reason = Annotated[
    str,
    Field(min_length=1, max_length=1000, pattern=r"\S", description="Goes into the audit log."),
]


class Why(Strict):
    """What a decision needs."""

    reason: Reason


class Retrying(Why):
    """How to try again."""

    as_new_action: bool = Field(
        False,  # noqa: FBT003
        description="Make effects that happened before once more, under new keys.",
    )


class Editing(Why):
    """The whole new payload, or fields to replace."""

    payload: Any = Field(None, description="The whole new payload.")
    changes: dict[str, Any] = Field({}, description="New values by `path.to.field`.")


class Resolving(Why):
    """What happened to the effect in doubt."""

    decision: Literal["done", "retry", "give-up"]
    result: Any = Field(None, description="With `done`: what the step returns.")


class Deciding(Why):
    """One decision about many runs."""

    action: Literal["retry", "discard", "cancel", "resolve-retry", "resolve-give-up"]
    run_ids: list[Annotated[str, Field(max_length=LONGEST)]] = Field(
        min_length=1, max_length=MOST_DECIDED
    )


@dataclass(frozen=True, slots=True)
class StepShown:
    """What is remembered of a step; its result redacted."""

    name: str
    key: str
    state: str
    effect: str
    effect_key: str | None
    tries: int
    started_us: int
    finished_us: int | None
    result_bytes: int | None
    result: Any


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run with all that it remembers and tried."""

    run: RunRow
    why: str
    """What it waits for, or how it ended, in a sentence."""
    event: EventRow
    steps: tuple[StepShown, ...]
    attempts: tuple[AttemptRecord, ...]
    exchanges: tuple[ExchangeRecord, ...]
    references: tuple[Mention, ...]
    dead: DeadRow | None
    evidence: str | None
    lane_head: RunRow | None
    pauses: tuple[PauseRow, ...]
    issues: tuple[IssueId, ...]
    audit: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What a decision came to."""

    done: bool
    run: RunId


@dataclass(frozen=True, slots=True)
class EditedRun:
    """What took a dead run's place."""

    done: bool
    run: RunId
    event: str
    replaces: RunId


# --- looking ----------------------------------------------------------------------------------


async def list_runs(ask: Ask) -> Listed[RunRow]:
    """Runs, newest first."""
    q: RunQuery = ask.query
    question = ListRuns(
        q.flow,
        q.state,
        None if q.replay is None else ReplayId(q.replay),
        window(ask, "run_"),
        issue=None if q.issue is None else IssueId(q.issue),
        waits_on=q.waits_on,
        tenant=q.tenant,
        correlation=q.correlation,
    )
    return listed(await ask.parts.views.read(question))


async def list_held(ask: Ask) -> Listed[RunRow]:
    """Runs that wait for a person."""
    question = ListRuns(ask.query.flow, "held", None, window(ask, "run_"))
    return listed(await ask.parts.views.read(question))


async def list_dead(ask: Ask) -> Listed[DeadRow]:
    """Dead letters, newest first."""
    q: DeadQuery = ask.query
    question = ListDead(
        q.flow,
        q.kind,
        q.decided,
        window(ask, "run_"),
        issue=None if q.issue is None else IssueId(q.issue),
        connection=q.connection,
    )
    return listed(await ask.parts.views.read(question))


async def list_attempts(ask: Ask) -> Listed[AttemptRow]:
    """Tries, newest first."""
    q: AttemptQuery = ask.query
    question = ListAttempts(q.connection, q.flow, q.outcome, window(ask, "#"))
    return listed(await ask.parts.views.read(question))


async def show_run(ask: Ask) -> RunShown:
    """One run."""
    detail = await _detail(ask)
    return RunShown(
        run=detail.run,
        why=why(detail, ask.now_us()),
        event=detail.event,
        steps=await _steps(ask, detail),
        attempts=detail.attempts,
        exchanges=detail.exchanges,
        references=detail.mentions,
        dead=detail.dead,
        evidence=detail.evidence,
        lane_head=detail.lane_head,
        pauses=detail.pauses,
        issues=detail.issues,
        audit=detail.audit,
    )


async def show_steps(ask: Ask) -> tuple[StepShown, ...]:
    """What it remembers."""
    return await _steps(ask, await _detail(ask))


async def show_attempts(ask: Ask) -> tuple[AttemptRecord, ...]:
    """What it tried."""
    return (await _detail(ask)).attempts


async def _detail(ask: Ask) -> RunDetail:
    return await ask.parts.views.read(ShowRun(RunId(ask.path["id"])))


async def _steps(ask: Ask, detail: RunDetail) -> tuple[StepShown, ...]:
    parts = ask.parts
    values = await visible.sensitive_values(parts.views, parts.hub, detail.run.event_id)
    return tuple(_step(ask, step, values) for step in detail.steps)


def _step(ask: Ask, step: StepRow, values: tuple[str, ...]) -> StepShown:
    return StepShown(
        step.name,
        step.key,
        step.state,
        step.effect,
        step.effect_key,
        step.tries,
        step.started_us,
        step.finished_us,
        step.result_bytes,
        visible.step_result(step.result, step.result_bytes, ask.parts.hub, values),
    )


# --- deciding ---------------------------------------------------------------------------------


async def cancel(ask: Ask) -> Done:
    """End a live run now; what it has done stays done."""
    run_id = RunId(ask.path["id"])
    await ask.parts.carry_out(Cancel(run_id, ask.by(ask.body.reason)))
    return Done(done=True, run=run_id)


async def retry(ask: Ask) -> Done:
    """Try a dead run again; effects that happened are not repeated."""
    run_id = RunId(ask.path["id"])
    body: Retrying = ask.body
    await ask.parts.carry_out(RetryDead(run_id, ask.by(body.reason), body.as_new_action))
    return Done(done=True, run=run_id)


async def discard(ask: Ask) -> Done:
    """Close a dead run without success; its lane goes on."""
    run_id = RunId(ask.path["id"])
    await ask.parts.carry_out(DiscardDead(run_id, ask.by(ask.body.reason)))
    return Done(done=True, run=run_id)


async def edit(ask: Ask) -> EditedRun:
    """Retry a dead run with another payload, as a new recorded event."""
    body: Editing = ask.body
    run_id, by = RunId(ask.path["id"]), ask.by(body.reason)
    has_payload = "payload" in body.model_fields_set
    if has_payload == bool(body.changes):
        raise CommandRefused("give either the whole payload, or changes")
    desk = decide.Desk(Reacting(ask), ask.parts.views, ask.parts.admitter)
    if has_payload:
        document = orjson.dumps(body.payload)
    else:
        changes = [(tuple(path.split(".")), value) for path, value in body.changes.items()]
        document = await decide.patched(ask.parts.views, run_id, changes)
    edited = await decide.edit(desk, run_id, document, by)
    return EditedRun(done=True, run=edited.run_id, event=edited.event_id, replaces=run_id)


async def resolve(ask: Ask) -> Done:
    """Say what happened to a held run's effect in doubt."""
    body: Resolving = ask.body
    run_id = RunId(ask.path["id"])
    has_result = "result" in body.model_fields_set
    result = orjson.dumps(body.result) if has_result else None
    decision = decide.Decision(body.decision)
    by = ask.by(body.reason)
    await decide.resolve(Reacting(ask), run_id, by, decision, result=result)
    return Done(done=True, run=run_id)


async def decide_many(ask: Ask) -> Decided:
    """One decision about many runs; each has its own line in the audit log."""
    body: Deciding = ask.body
    run_ids = tuple(RunId(text) for text in dict.fromkeys(body.run_ids))
    decided: Decided = await ask.parts.carry_out(
        DecideMany(body.action, run_ids, ask.by(body.reason))
    )
    return decided


class Reacting:
    """The journal as operations use it: the hub reacts to each command at once."""

    def __init__(self, ask: Ask) -> None:
        self.commit: Any = ask.parts.carry_out

    async def close(self) -> None:
        """It is the hub's."""


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE = ("not-found", "conflict", "refused")
ENDPOINTS = (
    Endpoint("GET", "/runs", _READ, "List runs", list_runs, Listed[RunRow], query=RunQuery),
    Endpoint("POST", "/runs/decide", _OPERATE, "Decide many runs at once", decide_many, Decided,
             body=Deciding, problems=("refused", "conflict")),
    Endpoint("GET", "/runs/{id}", _READ, "Show a run", show_run, RunShown,
             problems=("not-found",)),
    Endpoint("GET", "/runs/{id}/steps", _READ, "List what a run remembers", show_steps,
             tuple[StepShown, ...], problems=("not-found",)),
    Endpoint("GET", "/runs/{id}/attempts", _READ, "List what a run tried", show_attempts,
             tuple[AttemptRecord, ...], problems=("not-found",)),
    Endpoint("POST", "/runs/{id}/cancel", _OPERATE, "End a live run", cancel, Done, body=Why,
             problems=_CHANGE),
    Endpoint("GET", "/attempts", _READ, "List tries", list_attempts, Listed[AttemptRow],
             query=AttemptQuery),
    Endpoint("GET", "/held", _READ, "List runs that wait for a person", list_held,
             Listed[RunRow], query=HeldQuery),
    Endpoint("POST", "/held/{id}/resolve", _OPERATE, "Decide a held run", resolve, Done,
             body=Resolving, problems=_CHANGE),
    Endpoint("GET", "/dead-letters", _READ, "List dead letters", list_dead, Listed[DeadRow],
             query=DeadQuery),
    Endpoint("GET", "/dead-letters/{id}", _READ, "Show a dead run", show_run, RunShown,
             problems=("not-found",)),
    Endpoint("POST", "/dead-letters/{id}/retry", _OPERATE, "Try a dead run again", retry, Done,
             body=Retrying, problems=_CHANGE),
    Endpoint("POST", "/dead-letters/{id}/discard", _OPERATE, "Close a dead run", discard, Done,
             body=Why, problems=_CHANGE),
    Endpoint("POST", "/dead-letters/{id}/edit", _OPERATE, "Retry with another payload", edit,
             EditedRun, body=Editing, problems=_CHANGE),
)  # fmt: skip
