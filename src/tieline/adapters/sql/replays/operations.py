"""Operations: operations are recorded, moved on and stopped, and told."""

from dataclasses import asdict, replace

import orjson

from tieline.adapters.sql.runs.bulk_deciding import decide
from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import RowOut, Steps, ask, do
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.commands import Counted, Decided
from tieline.model.replays import operation as o
from tieline.model.views import operations as v
from tieline.model.views.views import MOST_ROWS, Page
from tieline.rules.plans.end import added, alike, end_words
from tieline.rules.plans.stored import read_back, written


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
    row = yield from shown(v.ShowOperation(command.id))
    if row.state != "running":
        raise Conflict(f"{command.id} is {row.state} already")
    yield from do("operation_cancel", id=command.id, at_us=command.by.at_us)
    yield from audit(command.by, "cancel-in-bulk", command.id)
    return Counted(1)


def shown(question: v.ShowOperation) -> Steps[v.OperationRow]:
    """One operation."""
    rows = yield from ask("operation_show", id=question.id)
    if not rows:
        raise NotFound("operation", question.id)
    return _row(rows[0])


def listed(question: v.ListOperations) -> Steps[Page[v.OperationRow]]:
    """Operations; people start them, so they are few."""
    limit = max(1, min(question.window.limit, MOST_ROWS))
    rows = yield from ask(
        "operation_page",
        before=question.window.before or "~",
        state=question.state,
        limit=limit,
    )
    made = tuple(_row(row) for row in rows)
    return Page(made, made[-1].id if len(made) == limit else None)


def _row(row: RowOut) -> v.OperationRow:
    made = v.OperationRow(*row)
    plan = read_back(None if made.plan is None else str(made.plan))
    not_made = orjson.loads(str(made.not_made or "{}"))
    told = {} if plan is None else {one.why: one.count for one in plan.left_out}
    return replace(
        made,
        filter=o.BulkFilter(**orjson.loads(str(made.filter))),
        not_made=not_made,
        plan=plan,
        ending=end_words(made.state, (made.would, made.done), told, not_made),
    )
