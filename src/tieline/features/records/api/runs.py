"""Runs: executions with their steps and attempts; the held and the dead."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from tieline.features.records.why import why
from tieline.model.base.errors import NotFound
from tieline.model.base.ids import IssueId, ReplayId, RunId
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import AttemptRecord, ExchangeRecord
from tieline.model.runs.waits import read_waits
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import AuditRow, DeadRow, EventRow, PauseRow, RunRow, StepRow
from tieline.model.views.views import ListDead, ListRuns, ShowRun
from tieline.model.views.work_lists import AttemptRow, ListAttempts
from tieline.operations import redaction as visible
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import (
    LONGEST,
    NUMBER,
    Listed,
    Listing,
    TimedListing,
    in_order,
    listed,
    window,
)

State = Literal["ready", "running", "retrying", "waiting", "held", "done", "dead", "cancelled"]


class RunQuery(TimedListing):
    """Which runs."""

    flow: str | None = Field(None, max_length=LONGEST)
    state: State | None = None
    replay: str | None = Field(None, max_length=LONGEST)
    issue: str | None = Field(None, max_length=LONGEST)
    waits_for: str | None = Field(
        None, max_length=LONGEST, description="A kind and a key, such as `connection billing`."
    )
    tenant: str | None = Field(None, max_length=LONGEST)
    correlation: str | None = Field(None, max_length=LONGEST)


class HeldQuery(TimedListing):
    """Which held runs."""

    flow: str | None = Field(None, max_length=LONGEST)
    tenant: str | None = Field(None, max_length=LONGEST)


class DeadQuery(TimedListing):
    """Which dead letters."""

    flow: str | None = Field(None, max_length=LONGEST)
    kind: str | None = Field(None, max_length=LONGEST)
    decided: bool = Field(False, description="Those that somebody has decided.")  # noqa: FBT003
    issue: str | None = Field(None, max_length=LONGEST)
    connection: str | None = Field(None, max_length=LONGEST)
    tenant: str | None = Field(None, max_length=LONGEST)


class AttemptQuery(TimedListing):
    """Which attempts."""

    connection: str | None = Field(None, max_length=LONGEST)
    flow: str | None = Field(None, max_length=LONGEST)
    outcome: str | None = Field(None, max_length=LONGEST, description="Exact, or `failed`.")


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


async def list_runs(ask: ApiRequest) -> Listed[RunRow]:
    """Runs, newest first."""
    q: RunQuery = ask.query
    question = ListRuns(
        q.flow,
        q.state,
        None if q.replay is None else ReplayId(q.replay),
        await window(ask, "run_"),
        issue=None if q.issue is None else IssueId(q.issue),
        waits=None if q.waits_for is None else read_waits(q.waits_for, name="waits_for"),
        tenant=q.tenant,
        correlation=q.correlation,
    )
    return listed(await ask.parts.views.read(question))


async def list_held(ask: ApiRequest) -> Listed[RunRow]:
    """Runs that wait for a person."""
    q: HeldQuery = ask.query
    question = ListRuns(q.flow, "held", None, await window(ask, "run_"), tenant=q.tenant)
    return listed(await ask.parts.views.read(question))


async def list_dead(ask: ApiRequest) -> Listed[DeadRow]:
    """Dead letters, newest first."""
    q: DeadQuery = ask.query
    question = ListDead(
        q.flow,
        q.kind,
        q.decided,
        await window(ask, "run_"),
        issue=None if q.issue is None else IssueId(q.issue),
        connection=q.connection,
        tenant=q.tenant,
    )
    return listed(await ask.parts.views.read(question))


async def list_attempts(ask: ApiRequest) -> Listed[AttemptRow]:
    """Tries, newest first."""
    q: AttemptQuery = ask.query
    question = ListAttempts(q.connection, q.flow, q.outcome, await window(ask, NUMBER))
    return listed(await ask.parts.views.read(question))


async def show_run(ask: ApiRequest) -> RunShown:
    """One run."""
    detail = await _detail(ask)
    flow = ask.parts.hub.flows.get(detail.run.flow)
    return RunShown(
        run=detail.run,
        why=why(detail, ask.now_us(), () if flow is None else flow.uses),
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


async def show_dead(ask: ApiRequest) -> RunShown:
    """One dead letter: a run that is dead, or was until somebody decided."""
    shown = await show_run(ask)
    if shown.dead is None:
        raise NotFound("dead letter", shown.run.id)
    return shown


async def list_steps(ask: ApiRequest) -> Listed[StepShown]:
    """What it remembers, in the order in which it happened."""
    return in_order(ask, await _steps(ask, await _detail(ask)))


async def list_tries(ask: ApiRequest) -> Listed[AttemptRecord]:
    """What it tried, in the order in which it happened."""
    return in_order(ask, (await _detail(ask)).attempts)


async def _detail(ask: ApiRequest) -> RunDetail:
    return await ask.parts.views.read(ShowRun(RunId(ask.path["id"])))


async def _steps(ask: ApiRequest, detail: RunDetail) -> tuple[StepShown, ...]:
    parts = ask.parts
    values = await visible.sensitive_values(parts.views, parts.hub, detail.run.event_id)
    return tuple(_step(ask, step, values) for step in detail.steps)


def _step(ask: ApiRequest, step: StepRow, values: tuple[str, ...]) -> StepShown:
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


_READ = Permission.READ
ENDPOINTS = (
    Endpoint("GET", "/runs", _READ, "List runs", list_runs, Listed[RunRow], query=RunQuery),
    Endpoint("GET", "/runs/{id}", _READ, "Show a run", show_run, RunShown,
             problems=("not-found",)),
    Endpoint("GET", "/runs/{id}/steps", _READ, "List the steps of a run", list_steps,
             Listed[StepShown], query=Listing, problems=("not-found",)),
    Endpoint("GET", "/runs/{id}/attempts", _READ, "List the attempts of a run", list_tries,
             Listed[AttemptRecord], query=Listing, problems=("not-found",)),
    Endpoint("GET", "/attempts", _READ, "List attempts", list_attempts, Listed[AttemptRow],
             query=AttemptQuery),
    Endpoint("GET", "/held-runs", _READ, "List runs that wait for a person", list_held,
             Listed[RunRow], query=HeldQuery),
    Endpoint("GET", "/dead-letters", _READ, "List dead letters", list_dead, Listed[DeadRow],
             query=DeadQuery),
    Endpoint("GET", "/dead-letters/{id}", _READ, "Show a dead letter", show_dead, RunShown,
             problems=("not-found",)),
)  # fmt: skip
