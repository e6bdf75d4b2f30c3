"""Operations: long work that goes on behind the answer, with its progress and a way to stop it."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from tieline.features.decisions import bulk as long_work
from tieline.model.base.by import NOBODY
from tieline.model.base.ids import ReplayId
from tieline.model.commands import CancelReplay
from tieline.model.people.decisions import BulkAction
from tieline.model.plans.plan import Plan
from tieline.model.replays.operation import PREFIX as BULK
from tieline.model.replays.operation import BulkFilter, CancelOperation, StartOperation
from tieline.model.views.views import Window
from tieline.operations.in_progress import CURSOR, KINDS, REPLAY, under_way
from tieline.operations.in_progress import show as one
from tieline.operations.planning import check_unchanged
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import AsPlanned, NotifyingJournal, Reason, Why
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, Listed, TimedListing, check_cursor, span_of
from tieline.surfaces.api.operation_shown import Operation, operation_of


class OperationQuery(TimedListing):
    """Which operations; of all kinds, unless one is named."""

    kind: Literal["replay", "decision"] | None = None
    state: Literal["running", "done", "partly", "cancelled"] | None = None


class BulkPlan(ApiBody):
    """A decision, and which of the runs that wait for it are meant."""

    target: Literal["dead-letters", "held"]
    action: BulkAction
    flow: str | None = Field(None, max_length=LONGEST)
    kind: str | None = Field(None, max_length=LONGEST)
    issue: str | None = Field(None, max_length=LONGEST)
    connection: str | None = Field(None, max_length=LONGEST)
    tenant: str | None = Field(None, max_length=LONGEST)


class Bulk(BulkPlan):
    """One decision about every run that waits for it."""

    reason: Reason
    as_planned: AsPlanned = None


async def plan(ask: ApiRequest) -> Plan:
    """What a decision would do; changes nothing."""
    return await ask.parts.plan_of(_order(ask.body))


async def start(ask: ApiRequest) -> Operation:
    """Plan, then record it; it is made bite by bite behind the answer."""
    body: Bulk = ask.body
    order = _order(body)
    made = await ask.parts.plan_of(order)
    check_unchanged(body.as_planned, made)
    id_ = BULK + ask.parts.ids.replay().partition("_")[2]
    order = replace(order, id=id_, by=ask.by(body.reason))
    await long_work.start(NotifyingJournal(ask), order, made)
    return operation_of(await one(ask.parts.views, id_))


def _order(body: BulkPlan) -> StartOperation:
    """As far as a plan of it goes."""
    wanted = BulkFilter(body.target, body.flow, body.kind, body.issue, body.connection, body.tenant)
    return StartOperation("", body.action, wanted, 0, NOBODY)


async def list_operations(ask: ApiRequest) -> Listed[Operation]:
    """Long work, newest first."""
    query: OperationQuery = ask.query
    check_cursor(query.cursor, CURSOR)
    since_us, until_us = span_of(ask)
    kinds = KINDS if query.kind is None else (query.kind,)
    part = Window(since_us, until_us, query.cursor, query.limit)
    page = await under_way(ask.parts.views, part, state=query.state, kinds=kinds)
    return Listed(tuple(operation_of(row) for row in page.rows), page.cursor)


async def show(ask: ApiRequest) -> Operation:
    """How far one is."""
    return operation_of(await one(ask.parts.views, ask.path["id"]))


async def cancel(ask: ApiRequest) -> Operation:
    """Stop it; what is done stays done."""
    id_, by = ask.path["id"], ask.by(ask.body.reason)
    is_replay = id_.startswith(REPLAY)
    await ask.parts.carry_out(
        CancelReplay(ReplayId(id_), by) if is_replay else CancelOperation(id_, by)
    )
    return await show(ask)


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE = ("not-found", "conflict", "refused")
ENDPOINTS = (
    Endpoint("GET", "/operations", _READ, "List long work", list_operations, Listed[Operation],
             query=OperationQuery),
    Endpoint("POST", "/operations", _OPERATE, "Decide every run of a filter", start, Operation,
             body=Bulk, status=202, location="/operations/{id}", problems=("refused", "conflict")),
    Endpoint("POST", "/operations/plan", _READ, "Say what a decision would do", plan, Plan,
             body=BulkPlan, problems=("refused",)),
    Endpoint("GET", "/operations/{id}", _READ, "Show how far long work is", show, Operation,
             problems=("not-found",)),
    Endpoint("POST", "/operations/{id}/cancel", _OPERATE, "Stop long work", cancel, Operation,
             body=Why, problems=_CHANGE),
)  # fmt: skip
