"""Decision reading: a question about operations comes in; how far they are goes out."""

from dataclasses import replace

import orjson

from tieline.adapters.sql.statement import RowOut, Steps, ask
from tieline.model.base.errors import NotFound
from tieline.model.replays import operation as o
from tieline.model.views import operations as v
from tieline.model.views.views import MOST_ROWS, Page
from tieline.rules.plans.end import end_words
from tieline.rules.plans.stored import read_back


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
