"""Bulk: a decision about every run of a filter comes in; it is made bite by bite, whatever
happens to the process that began, and can be seen and stopped meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tieline.features.decisions import bulk_plan
from tieline.model.base.by import By
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import Micros
from tieline.model.command import OperatorCommand
from tieline.model.people.decisions import BULK_ACTIONS, DecideMany
from tieline.model.plans.plan import Plan
from tieline.model.replays.operation import BulkFilter, MoveOperation, StartOperation
from tieline.model.views.operations import ListOperations, OperationRow
from tieline.model.views.plans import PlanDecisions
from tieline.model.views.rows import DeadRow
from tieline.operations.planning import PlanParts
from tieline.ports.journal import Journal
from tieline.ports.views import Views
from tieline.rules.runs.decided import DECISIONS

BITE = 100


def check(action: str, wanted: BulkFilter) -> None:
    """Raises CommandRefused for what cannot be done with the target."""
    allowed = BULK_ACTIONS.get(wanted.target, ())
    if action not in allowed:
        raise CommandRefused(
            f"{wanted.target} cannot be decided by {action!r}; use {', '.join(allowed)}"
        )
    narrow = (wanted.kind, wanted.issue, wanted.connection)
    if wanted.target == "held" and any(part is not None for part in narrow):
        raise CommandRefused("held runs are told apart by flow and tenant only")


async def start(journal: Journal, order: StartOperation, made: Plan) -> None:
    """Record what was planned as *made*. Raises CommandRefused for nothing."""
    check(order.action, order.filter)
    if not made.would:
        raise CommandRefused("nothing of this waits for a decision")
    await journal.commit(replace(order, total=made.found, plan=made))


async def plan(parts: PlanParts, asked: PlanDecisions) -> Plan:
    """What deciding would do. Raises CommandRefused for what cannot be done with the target."""
    if asked.filter is not None:
        check(asked.action, asked.filter)
    elif asked.action not in DECISIONS:
        raise CommandRefused(f"{asked.action!r} is not one of {', '.join(DECISIONS)}")
    return await bulk_plan.plan(parts, asked)


async def bulk_pass(
    journal: Journal, views: Views, after: Callable[[OperatorCommand[Any]], None], now_us: Micros
) -> int:
    """Give every running operation its next bite; returns how many go on."""
    running = (await views.read(ListOperations("running"))).rows
    for row in running:
        await _bite(journal, views, row, after, now_us)
    return len(running)


async def _bite(
    journal: Journal,
    views: Views,
    row: OperationRow,
    after: Callable[[OperatorCommand[Any]], None],
    now_us: Micros,
) -> None:
    page = await bulk_plan.page_of(views, row.filter, row.cursor or None, BITE)
    ids = tuple(one.run_id if isinstance(one, DeadRow) else one.id for one in page.rows)
    decision = DecideMany(row.action, ids, By(row.actor, row.reason, now_us)) if ids else None
    bite = MoveOperation(
        id=row.id,
        after=row.cursor,
        cursor=page.cursor or row.cursor,
        decision=decision,
        finished=page.cursor is None,
        at_us=now_us,
    )
    decided = await journal.commit(bite)
    if decision is not None and decided.done:
        after(decision)
