"""Operations: long work that goes on behind the answer, with its progress and a way to stop it."""

from typing import Literal

from pydantic import Field

from tieline.model.errors import NotFound
from tieline.model.ids import ReplayId
from tieline.model.operation import PREFIX as BULK
from tieline.model.operation import BulkFilter, CancelOperation
from tieline.model.view_operations import ListOperations, OperationRow, ShowOperation
from tieline.model.views import ListReplays
from tieline.operations import long_work
from tieline.rules.access import Permission
from tieline.surfaces.api import replays
from tieline.surfaces.api.deciding import Reacting, Why
from tieline.surfaces.api.endpoint import PREFIX, Ask, Endpoint, Reply
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, window
from tieline.surfaces.api.replays import Operation, of_replay, operation_of


class OperationQuery(Listing):
    """Which operations."""

    kind: Literal["replay", "decision"] = "replay"
    state: Literal["running", "done", "cancelled"] | None = None


class Bulk(Why):
    """One decision about every run that waits for it."""

    target: Literal["dead-letters", "held"]
    action: Literal["retry", "discard", "resolve-retry", "resolve-give-up", "cancel"]
    flow: str | None = Field(None, max_length=LONGEST)
    kind: str | None = Field(None, max_length=LONGEST)
    issue: str | None = Field(None, max_length=LONGEST)
    connection: str | None = Field(None, max_length=LONGEST)


async def start(ask: Ask) -> Reply:
    """Record it; it is made bite by bite behind the answer."""
    body: Bulk = ask.body
    wanted = BulkFilter(body.target, body.flow, body.kind, body.issue, body.connection)
    id_ = BULK + ask.parts.ids.replay().partition("_")[2]
    by = ask.by(body.reason)
    await long_work.start(Reacting(ask), ask.parts.views, id_, (body.action, wanted), by)
    row = await ask.parts.views.read(ShowOperation(id_))
    return Reply(_shown(row), 202, {"location": f"{PREFIX}/operations/{id_}"})


async def list_operations(ask: Ask) -> Listed[Operation]:
    """Long work of one kind, newest first."""
    query: OperationQuery = ask.query
    views = ask.parts.views
    if query.kind == "replay":
        page = await views.read(ListReplays(query.state, window(ask, "rpl_")))
        return Listed(tuple(operation_of(row) for row in page.rows), page.cursor)
    found = await views.read(ListOperations(query.state, window(ask, BULK)))
    return Listed(tuple(_shown(row) for row in found.rows), found.cursor)


async def show(ask: Ask) -> Operation:
    """How far one is."""
    id_ = ask.path["id"]
    if id_.startswith("rpl_"):
        return await of_replay(ask, ReplayId(id_))
    if not id_.startswith(BULK):
        raise NotFound("operation", id_[:80])
    return _shown(await ask.parts.views.read(ShowOperation(id_)))


async def cancel(ask: Ask) -> Operation:
    """Stop it; what is done stays done."""
    if ask.path["id"].startswith("rpl_"):
        return await replays.cancel(ask)
    command = CancelOperation(ask.path["id"], ask.by(ask.body.reason))
    await ask.parts.carry_out(command)
    return await show(ask)


def _shown(row: OperationRow) -> Operation:
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
             body=Bulk, status=202, problems=("refused",)),
    Endpoint("GET", "/operations/{id}", _READ, "Show how far long work is", show, Operation,
             problems=("not-found",)),
    Endpoint("POST", "/operations/{id}/cancel", _OPERATE, "Stop long work", cancel, Operation,
             body=Why, problems=_CHANGE),
)  # fmt: skip
