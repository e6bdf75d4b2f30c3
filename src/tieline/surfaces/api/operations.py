"""Operations: long work that goes on behind the answer, with its progress and a way to stop it."""

from typing import Literal

from pydantic import Field

from tieline.model.replays.operation import PREFIX as BULK
from tieline.model.replays.operation import BulkFilter, CancelOperation
from tieline.model.views.rows import ReplayRow
from tieline.model.views.views import Window
from tieline.operations import bulk as long_work
from tieline.operations.in_progress import CURSOR, KINDS, REPLAY, LongWork, under_way
from tieline.operations.in_progress import show as one
from tieline.rules.people.access import Permission
from tieline.surfaces.api import replays
from tieline.surfaces.api.deciding import NotifyingJournal, Why
from tieline.surfaces.api.endpoint import PREFIX, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, Listed, TimedListing, check_cursor, span_of
from tieline.surfaces.api.replays import Operation, operation_of


class OperationQuery(TimedListing):
    """Which operations; of all kinds, unless one is named."""

    kind: Literal["replay", "decision"] | None = None
    state: Literal["running", "done", "cancelled"] | None = None


class Bulk(Why):
    """One decision about every run that waits for it."""

    target: Literal["dead-letters", "held"]
    action: Literal["retry", "discard", "resolve-retry", "resolve-give-up", "cancel"]
    flow: str | None = Field(None, max_length=LONGEST)
    kind: str | None = Field(None, max_length=LONGEST)
    issue: str | None = Field(None, max_length=LONGEST)
    connection: str | None = Field(None, max_length=LONGEST)
    tenant: str | None = Field(None, max_length=LONGEST)


async def start(ask: ApiRequest) -> Operation:
    """Record it; it is made bite by bite behind the answer."""
    body: Bulk = ask.body
    wanted = BulkFilter(body.target, body.flow, body.kind, body.issue, body.connection, body.tenant)
    id_ = BULK + ask.parts.ids.replay().partition("_")[2]
    by = ask.by(body.reason)
    await long_work.start(NotifyingJournal(ask), ask.parts.views, id_, (body.action, wanted), by)
    return _shown(await one(ask.parts.views, id_))


async def list_operations(ask: ApiRequest) -> Listed[Operation]:
    """Long work, newest first."""
    query: OperationQuery = ask.query
    check_cursor(query.cursor, CURSOR)
    since_us, until_us = span_of(ask)
    kinds = KINDS if query.kind is None else (query.kind,)
    part = Window(since_us, until_us, query.cursor, query.limit)
    page = await under_way(ask.parts.views, part, state=query.state, kinds=kinds)
    return Listed(tuple(_shown(row) for row in page.rows), page.cursor)


async def show(ask: ApiRequest) -> Operation:
    """How far one is."""
    return _shown(await one(ask.parts.views, ask.path["id"]))


async def cancel(ask: ApiRequest) -> Operation:
    """Stop it; what is done stays done."""
    if ask.path["id"].startswith(REPLAY):
        await replays.cancel(ask)
        return await show(ask)
    command = CancelOperation(ask.path["id"], ask.by(ask.body.reason))
    await ask.parts.carry_out(command)
    return await show(ask)


def _shown(row: LongWork) -> Operation:
    if isinstance(row, ReplayRow):
        return operation_of(row)
    return Operation(
        id=row.id,
        kind="decision",
        state=row.state,
        progress=row.state,
        waiting=0,
        total=row.total,
        done=row.done,
        refused=row.refused,
        started_us=row.started_us,
        moved_us=row.moved_us,
        about=f"{PREFIX}/audit-entries?subject={row.id}",
    )


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE = ("not-found", "conflict", "refused")
ENDPOINTS = (
    Endpoint("GET", "/operations", _READ, "List long work", list_operations, Listed[Operation],
             query=OperationQuery),
    Endpoint("POST", "/operations", _OPERATE, "Decide every run of a filter", start, Operation,
             body=Bulk, status=202, location="/operations/{id}", problems=("refused",)),
    Endpoint("GET", "/operations/{id}", _READ, "Show how far long work is", show, Operation,
             problems=("not-found",)),
    Endpoint("POST", "/operations/{id}/cancel", _OPERATE, "Stop long work", cancel, Operation,
             body=Why, problems=_CHANGE),
)  # fmt: skip
