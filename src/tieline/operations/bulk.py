"""Bulk: a decision about every run of a filter comes in; it is made bite by bite, whatever
happens to the process that began, and can be seen and stopped meanwhile."""

from collections.abc import Callable
from typing import Any

from tieline.model.base.by import By
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import IssueId, Micros
from tieline.model.command import OperatorCommand
from tieline.model.people.decisions import DEAD_ACTIONS, DecideMany
from tieline.model.replays.operation import BulkFilter, MoveOperation, StartOperation
from tieline.model.views.operations import ListOperations, OperationRow
from tieline.model.views.rows import DeadRow, RunRow
from tieline.model.views.views import ListDead, ListRuns, Page, Window
from tieline.ports.journal import Journal
from tieline.ports.views import Views

BITE = 100
MOST_COUNTED = 10_000
TARGETS = ("dead-letters", "held")
ACTIONS = {"dead-letters": DEAD_ACTIONS, "held": ("resolve-retry", "resolve-give-up", "cancel")}


def check(action: str, wanted: BulkFilter) -> None:
    """Raises CommandRefused for what cannot be done with the target."""
    allowed = ACTIONS.get(wanted.target, ())
    if action not in allowed:
        raise CommandRefused(
            f"{wanted.target} cannot be decided by {action!r}; use {', '.join(allowed)}"
        )
    narrow = (wanted.kind, wanted.issue, wanted.connection)
    if wanted.target == "held" and any(part is not None for part in narrow):
        raise CommandRefused("held runs are told apart by their flow only")


async def start(
    journal: Journal, views: Views, id_: str, decision: tuple[str, BulkFilter], by: By
) -> int:
    """Record it; returns how many runs it found. Raises CommandRefused for none."""
    action, wanted = decision
    check(action, wanted)
    total = await count(views, wanted)
    if not total:
        raise CommandRefused("nothing of this waits for a decision")
    await journal.commit(StartOperation(id_, action, wanted, total, by))
    return total


async def count(views: Views, wanted: BulkFilter) -> int:
    """How many runs it would decide now, up to 10,000."""
    found, cursor = 0, None
    while found < MOST_COUNTED:
        page = await _page(views, wanted, cursor, 500)
        found += len(page.rows)
        cursor = page.cursor
        if cursor is None:
            break
    return found


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
    page = await _page(views, row.filter, row.cursor or None, BITE)
    ids = tuple(one.run_id if isinstance(one, DeadRow) else one.id for one in page.rows)
    done = refused = 0
    if ids:
        command = DecideMany(row.action, ids, By(row.actor, row.reason, now_us))
        decided = await journal.commit(command)
        after(command)
        done, refused = len(decided.done), len(decided.refused)
    cursor = page.cursor or row.cursor
    finished = page.cursor is None
    await journal.commit(MoveOperation(row.id, row.cursor, cursor, done, refused, finished, now_us))


async def _page(
    views: Views, wanted: BulkFilter, cursor: str | None, limit: int
) -> Page[DeadRow] | Page[RunRow]:
    window = Window(before=cursor, limit=limit)
    if wanted.target == "held":
        return await views.read(ListRuns(wanted.flow, "held", None, window, tenant=wanted.tenant))
    issue = None if wanted.issue is None else IssueId(wanted.issue)
    return await views.read(
        ListDead(
            wanted.flow,
            wanted.kind,
            window=window,
            issue=issue,
            connection=wanted.connection,
            tenant=wanted.tenant,
        )
    )
