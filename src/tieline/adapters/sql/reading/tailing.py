"""Tailing: a cursor comes in; what was stored since goes out once, however late it was committed.

Rows are numbered when they are written, and may be committed in another order. So a cursor holds
the highest number that was seen, and the numbers below it that were not: these are asked for again,
until they come or have been missing for so many looks that nobody can be writing them any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from tieline.adapters.sql.reading.listing import run_rows
from tieline.adapters.sql.reading.showing import runs_of
from tieline.adapters.sql.reading.work_lists import attempt_rows
from tieline.adapters.sql.statement import RowOut, Steps, ask, ask_set
from tieline.model.base.errors import CommandRefused
from tieline.model.views import work_lists as v
from tieline.model.views.rows import ReceiptRow, RunRow
from tieline.rules.runs.transitions import UNFINISHED

RECEIPTS = ("tail_receipts", "tail_receipts_late")
ATTEMPTS = ("tail_attempts", "tail_attempts_late")
"""The queries for what is new, and for what was missing."""
MOST = 500
PATIENCE = 60
"""Looks for a number that is missing: longer than a transaction may take, at one a second."""
MOST_GAPS = 100
MOST_WATCHED = 200

Gap = tuple[int, int, int]
"""(first, last, looks left)."""


@dataclass(frozen=True, slots=True)
class TableCursor:
    """How far one table was read."""

    top: int = -1
    """The highest number that was seen; -1: none yet."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come."""

    receipts: TableCursor = TableCursor()
    attempts: TableCursor = TableCursor()
    runs: dict[str, int] = field(default_factory=dict)
    """Live runs that were shown, and when they had moved."""

    def text(self) -> str:
        """For the reader to keep."""
        places = [[place.top, place.gaps] for place in (self.receipts, self.attempts)]
        return orjson.dumps([*places, self.runs]).decode()


def read_cursor(text: str | None) -> Cursor:
    """Raises CommandRefused for what is no cursor."""
    if text is None:
        return Cursor()
    try:
        receipts, attempts, runs = orjson.loads(text)
        return Cursor(_place(receipts), _place(attempts), {str(k): int(n) for k, n in runs.items()})
    except (ValueError, TypeError, AttributeError):
        raise CommandRefused(f"{text[:40]!r} is no cursor of a tail; begin without one") from None


def _place(told: Any) -> TableCursor:
    top, gaps = told
    return TableCursor(int(top), tuple((int(a), int(b), int(n)) for a, b, n in gaps[:MOST_GAPS]))


def tail(q: v.Tail) -> Steps[v.TailPage]:
    """What was stored since the cursor."""
    cursor = yield from _reachable(read_cursor(q.after))
    limit = max(1, min(q.limit, MOST))
    found = yield from _since(RECEIPTS, cursor.receipts, limit)
    tried = yield from _since(ATTEMPTS, cursor.attempts, limit)
    receipts = tuple(ReceiptRow(*row[1:]) for row in found)
    attempts = attempt_rows(tried)
    runs = yield from _runs(cursor, receipts, attempts)
    moved = tuple(run for run in runs if cursor.runs.get(run.id) != run.moved_us)
    live = [run for run in runs if run.state in UNFINISHED][-MOST_WATCHED:]
    after = Cursor(
        _advance(cursor.receipts, found, limit),
        _advance(cursor.attempts, tried, limit),
        {run.id: run.moved_us for run in live},
    )
    is_cut = limit in {len(found), len(tried)} and q.after is not None
    return v.TailPage(receipts, attempts, moved, after.text(), is_cut)


def _reachable(cursor: Cursor) -> Steps[Cursor]:
    """The cursor, begun afresh where all that it has seen was purged: a file then counts anew."""
    ((receipts, attempts),) = yield from ask("tail_tops")
    return replace(
        cursor,
        receipts=cursor.receipts if cursor.receipts.top <= (receipts or 0) else TableCursor(0),
        attempts=cursor.attempts if cursor.attempts.top <= (attempts or 0) else TableCursor(0),
    )


def _since(names: tuple[str, str], place: TableCursor, limit: int) -> Steps[list[RowOut]]:
    """The newest rows behind the place, and those that filled a gap; oldest first."""
    rows = yield from ask(names[0], after=place.top, limit=limit)
    late = yield from ask_set(names[1], [(first, last) for first, last, _ in place.gaps])
    return sorted({row[0]: row for row in (*rows, *late)}.values(), key=lambda row: int(row[0]))


def _advance(place: TableCursor, rows: Sequence[RowOut], limit: int) -> TableCursor:
    """The place behind *rows*, with what is missing before it."""
    seen = [int(row[0]) for row in rows]
    fresh = [number for number in seen if number > place.top]
    filled = set(seen)
    gaps = [
        part
        for first, last, left in place.gaps
        if left > 1
        for part in _missing(first, last, filled, left - 1)
    ]
    if fresh:
        begins = fresh[0] if len(fresh) >= limit else max(place.top, 0) + 1
        gaps += _missing(begins, fresh[-1], filled, PATIENCE)
    top = fresh[-1] if fresh else max(place.top, 0)
    return TableCursor(top, tuple(gaps[-MOST_GAPS:]))


def _missing(first: int, last: int, seen: Iterable[int], left: int) -> list[Gap]:
    """The stretches of *first* to *last* that are not among *seen*."""
    gaps: list[Gap] = []
    start = first
    for number in sorted(n for n in seen if first <= n <= last):
        if number > start:
            gaps.append((start, number - 1, left))
        start = number + 1
    if start <= last:
        gaps.append((start, last, left))
    return gaps


def _runs(
    cursor: Cursor, receipts: Sequence[ReceiptRow], attempts: Sequence[v.AttemptRow]
) -> Steps[tuple[RunRow, ...]]:
    """The runs of these, and the live ones from before; oldest first."""
    made = yield from runs_of(row.event_id for row in receipts if row.event_id is not None)
    known = {run.id: run for run in made}
    wanted = {*cursor.runs, *(row.run_id for row in attempts)} - set(known)
    others = yield from ask_set("run_rows", [(run_id,) for run_id in sorted(wanted)])
    known |= {run.id: run for run in run_rows(others)}
    return tuple(sorted(known.values(), key=lambda run: run.id))
