"""Deciding: what a person wants done with a run comes in with a reason; it is done and noted."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field

from tieline.model.base.by import NOBODY
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import RunId
from tieline.model.commands import Cancel, DiscardDead, RetryDead
from tieline.model.people.decisions import MOST_DECIDED, BulkAction, Decided, DecideMany
from tieline.model.plans.plan import Plan
from tieline.operations import decide
from tieline.operations.planning import check_unchanged
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import AsPlanned, NotifyingJournal, Reason, Why
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST


class Retrying(Why):
    """How to retry."""

    as_new_action: bool = Field(
        False,  # noqa: FBT003
        description="Make effects that happened before once more, under new keys.",
    )


class Editing(Why):
    """The whole new payload, or fields to replace."""

    payload: Any = Field(None, description="The whole new payload.")
    changes: dict[str, Any] = Field({}, description="New values by `path.to.field`.")


class Resolving(Why):
    """What happened to the effect whose outcome is unknown, or whether its flow may go on."""

    decision: Literal["done", "continue", "retry", "give-up"]
    result: Any = Field(None, description="With `done`: what the step returns.")


class PlanMany(ApiBody):
    """A decision, and the runs that are meant."""

    action: BulkAction
    run_ids: list[Annotated[str, Field(max_length=LONGEST)]] = Field(
        min_length=1, max_length=MOST_DECIDED
    )


class Deciding(PlanMany):
    """One decision about many runs."""

    reason: Reason
    as_planned: AsPlanned = None


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


async def cancel(ask: ApiRequest) -> Done:
    """End a live run now; what it has done stays done."""
    run_id = RunId(ask.path["id"])
    await ask.parts.carry_out(Cancel(run_id, ask.by(ask.body.reason)))
    return Done(done=True, run=run_id)


async def retry(ask: ApiRequest) -> Done:
    """Try a dead run again; effects that happened are not repeated."""
    run_id = RunId(ask.path["id"])
    body: Retrying = ask.body
    await ask.parts.carry_out(RetryDead(run_id, ask.by(body.reason), body.as_new_action))
    return Done(done=True, run=run_id)


async def discard(ask: ApiRequest) -> Done:
    """Close a dead run without success; its lane goes on."""
    run_id = RunId(ask.path["id"])
    await ask.parts.carry_out(DiscardDead(run_id, ask.by(ask.body.reason)))
    return Done(done=True, run=run_id)


async def edit(ask: ApiRequest) -> EditedRun:
    """Retry a dead run with another payload, as a new recorded event."""
    body: Editing = ask.body
    run_id, by = RunId(ask.path["id"]), ask.by(body.reason)
    has_payload = "payload" in body.model_fields_set
    if has_payload == bool(body.changes):
        given = "both" if has_payload else "neither"
        raise CommandRefused(f"give either payload or changes; there is {given}")
    desk = decide.EditParts(NotifyingJournal(ask), ask.parts.views, ask.parts.admitter)
    if has_payload:
        document = orjson.dumps(body.payload)
    else:
        changes = [(tuple(path.split(".")), value) for path, value in body.changes.items()]
        document = await decide.patched(ask.parts.views, run_id, changes)
    edited = await decide.edit(desk, run_id, document, by)
    return EditedRun(done=True, run=edited.run_id, event=edited.event_id, replaces=run_id)


async def resolve(ask: ApiRequest) -> Done:
    """Say what happened to the effect in doubt, or let a run pass that its flow holds."""
    body: Resolving = ask.body
    run_id = RunId(ask.path["id"])
    has_result = "result" in body.model_fields_set
    result = orjson.dumps(body.result) if has_result else None
    decision = decide.Decision(body.decision)
    by = ask.by(body.reason)
    await decide.resolve(NotifyingJournal(ask), run_id, by, decision, result=result)
    return Done(done=True, run=run_id)


async def plan_many(ask: ApiRequest) -> Plan:
    """What one decision about many runs would do; changes nothing."""
    body: PlanMany = ask.body
    return await ask.parts.plan_of(DecideMany(body.action, _ids(body), NOBODY))


async def decide_many(ask: ApiRequest) -> Decided:
    """One decision about many runs; each has its own line in the audit log."""
    body: Deciding = ask.body
    command = DecideMany(body.action, _ids(body), ask.by(body.reason))
    if body.as_planned is not None:
        check_unchanged(body.as_planned, await ask.parts.plan_of(command))
    decided: Decided = await ask.parts.carry_out(command)
    return decided


def _ids(body: PlanMany) -> tuple[RunId, ...]:
    return tuple(RunId(text) for text in dict.fromkeys(body.run_ids))


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE = ("not-found", "conflict", "refused")
ENDPOINTS = (
    Endpoint("POST", "/runs/decide", _OPERATE, "Decide many runs at once", decide_many, Decided,
             body=Deciding, problems=("refused", "conflict")),
    Endpoint("POST", "/runs/plan", _READ, "Say what deciding many runs would do", plan_many, Plan,
             body=PlanMany, problems=("refused",)),
    Endpoint("POST", "/runs/{id}/cancel", _OPERATE, "End a live run", cancel, Done, body=Why,
             problems=_CHANGE),
    Endpoint("POST", "/held-runs/{id}/resolve", _OPERATE, "Decide a held run", resolve, Done,
             body=Resolving, problems=_CHANGE),
    Endpoint("POST", "/dead-letters/{id}/retry", _OPERATE, "Retry a dead run", retry, Done,
             body=Retrying, problems=_CHANGE),
    Endpoint("POST", "/dead-letters/{id}/discard", _OPERATE, "Discard a dead run", discard, Done,
             body=Why, problems=_CHANGE),
    Endpoint("POST", "/dead-letters/{id}/edit", _OPERATE, "Retry with another payload", edit,
             EditedRun, body=Editing, problems=_CHANGE),
)  # fmt: skip
