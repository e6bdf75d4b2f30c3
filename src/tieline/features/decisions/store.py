"""Decision store: operations are recorded, moved on bite by bite, and stopped."""

from dataclasses import asdict

import orjson

from tieline.adapters.sql.runs.bulk_deciding import decide
from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import Steps, ask, do
from tieline.features.decisions.reading import shown
from tieline.model.base.errors import Conflict
from tieline.model.commands import Counted, Decided
from tieline.model.replays import operation as o
from tieline.model.views.operations import ShowOperation
from tieline.rules.plans.end import added, alike
from tieline.rules.plans.stored import written


def start(command: o.StartOperation) -> Steps[Counted]:
    """Record what is to be decided, and who asked."""
    yield from do(
        "operation_insert",
        id=command.id,
        action=command.action,
        filter=orjson.dumps(asdict(command.filter)).decode(),
        total=command.total,
        actor=command.by.actor,
        reason=command.by.reason,
        at_us=command.by.at_us,
        would=None if command.plan is None else command.plan.would,
        plan=None if command.plan is None else written(command.plan),
    )
    yield from audit(command.by, f"{command.action}-in-bulk", command.id)
    return Counted(1)


def move(command: o.MoveOperation) -> Steps[Decided]:
    """Decide, and note it, unless somebody else did."""
    moved = yield from do(
        "operation_move",
        id=command.id,
        after=command.after,
        cursor=command.cursor,
        state="done" if command.finished else "running",
        at_us=command.at_us,
    )
    if not moved or command.decision is None:
        return Decided((), ())
    decided = yield from decide(command.decision)
    ((before,),) = yield from ask("operation_not_made", id=command.id)
    not_made = added(orjson.loads(before or "{}"), alike(decided.refused).items())
    yield from do(
        "operation_note",
        id=command.id,
        done=len(decided.done),
        refused=len(decided.refused),
        not_made=orjson.dumps(not_made).decode() if not_made else None,
    )
    return decided


def cancel(command: o.CancelOperation) -> Steps[Counted]:
    """Stop it."""
    row = yield from shown(ShowOperation(command.id))
    if row.state != "running":
        raise Conflict(f"{command.id} is {row.state} already")
    yield from do("operation_cancel", id=command.id, at_us=command.by.at_us)
    yield from audit(command.by, "cancel-in-bulk", command.id)
    return Counted(1)
