"""Work lists: tries, lanes that stand still, connections and workers come out, bounded."""

from collections.abc import Iterable, Sequence

import orjson

from tieline.adapters.sql.fleet import limits as sharing
from tieline.adapters.sql.reading import listing
from tieline.adapters.sql.reading.listing import END_OF_TIME, LOOK, run_rows
from tieline.adapters.sql.reading.showing import mentions_of
from tieline.adapters.sql.statement import RowOut, Steps, Value, ask, ask_set
from tieline.model.base.errors import NotFound
from tieline.model.inbound.event import Mention
from tieline.model.runs.waits import WaitKind
from tieline.model.views import work_lists as v
from tieline.model.views.rows import ConnectionStateRow, PauseRow, WorkerRow
from tieline.model.views.views import MOST_ROWS, CountCalls, ListConnectionStates, ListPauses, Page
from tieline.rules.runs.transitions import STUCK

MOST_LANES = 500
MOST_CONNECTIONS = 200
ERRORS_SHOWN = 5
RUNS_SHOWN = 200


def attempts(q: v.ListAttempts) -> Steps[Page[v.AttemptRow]]:
    """A page of tries; the failed ones of a connection have an index."""
    window = q.window
    limit = max(1, min(window.limit, MOST_ROWS))
    has_index = q.connection is not None and q.outcome not in {None, "done"}
    where: dict[str, Value] = {"flow": q.flow, "connection": q.connection, "outcome": q.outcome}
    is_filtered = any(value is not None for value in where.values())
    look = LOOK if is_filtered or window.since_us or window.until_us else limit + 1
    before = int(window.before) if window.before and window.before.isdigit() else END_OF_TIME
    answer = yield from ask(
        "attempt_page_failed" if has_index else "attempt_page",
        before=before,
        look=look,
        limit=limit,
        since_us=0 if window.since_us is None else window.since_us,
        until_us=END_OF_TIME if window.until_us is None else window.until_us,
        **where,
    )
    looked, last = answer[0][:2]
    rows = attempt_rows(row[2:] for row in answer if row[2] is not None)
    if len(rows) == limit:
        more = looked == look or rows[-1].seq != last
        return Page(rows, str(rows[-1].seq) if more else None)
    return Page(rows, str(last) if looked == look else None)


def attempt_rows(found: Iterable[RowOut]) -> tuple[v.AttemptRow, ...]:
    """Rows of tries."""
    return tuple(v.AttemptRow(*row) for row in found)


def mentions(q: v.ListMentions) -> Steps[tuple[Mention, ...]]:
    """Names of the events of one page."""
    return (yield from mentions_of(q.event_ids[:MOST_ROWS])) if q.event_ids else ()


def lanes(q: v.ListLanes) -> Steps[tuple[v.LaneRow, ...]]:
    """Lanes whose first run stands still."""
    limit = max(1, min(q.limit, MOST_LANES))
    dead = yield from ask("lane_dead", flow=q.flow, look=LOOK, limit=limit)
    parked = yield from ask("lane_parked", flow=q.flow, first=q.flow or "", look=LOOK)
    rows = [v.LaneRow(*row) for row in (*dead, *parked)]
    ordered = sorted(rows, key=lambda row: (row.state not in STUCK, row.state, row.since_us))
    kept: dict[str, list[v.LaneRow]] = {}
    for row in ordered:
        # Heads that a person has to decide about are shown even when nothing is behind them.
        if row.behind or row.state in STUCK:
            kept.setdefault(row.state, []).append(row)
    return tuple(row for same in kept.values() for row in same[:limit])


def connections(q: v.ListConnections) -> Steps[tuple[v.ConnectionHealth, ...]]:
    """Connections, by name."""
    calls = {one.connection: one for one in (yield from listing.calls(CountCalls()))}
    pauses = yield from listing.pauses(ListPauses())
    held: dict[str, PauseRow] = {p.name: p for p in pauses if p.kind == "connection"}
    standings: dict[str, list[ConnectionStateRow]] = {}
    for row in (yield from sharing.standings(ListConnectionStates())):
        standings.setdefault(row.connection, []).append(row)
    names = sorted({*q.names, *calls, *held, *standings})[:MOST_CONNECTIONS]
    errors = yield from _errors(names)
    asked = [(WaitKind.CONNECTION, name) for name in names]
    crowds: dict[str, int] = {row[1]: row[2] for row in (yield from ask_set("work_waiting", asked))}
    return tuple(
        v.ConnectionHealth(
            name,
            calls.get(name),
            held.get(name),
            crowds.get(name, 0),
            tuple(errors.get(name, ())),
            tuple(standings.get(name, ())),
        )
        for name in names
    )


def waiting(_: v.CountWaiting) -> Steps[tuple[tuple[str, int], ...]]:
    """How many runs wait for each connection."""
    rows = yield from ask("work_crowds")
    return tuple((str(name), int(count)) for name, count in rows)


def _errors(names: Sequence[str]) -> Steps[dict[str, list[v.AttemptRow]]]:
    found: dict[str, list[v.AttemptRow]] = {}
    if not names:
        return found
    rows = yield from ask("attempt_errors", names=orjson.dumps(names).decode(), limit=ERRORS_SHOWN)
    for row in sorted(attempt_rows(rows), key=lambda row: row.seq, reverse=True):
        found.setdefault(row.connection or "", []).append(row)
    return found


def worker(q: v.ShowWorker) -> Steps[v.WorkerDetail]:
    """A worker, with what it holds."""
    known = {row[0]: row for row in (yield from ask("worker_list"))}
    if q.id not in known:
        raise NotFound("worker", q.id)
    ids = yield from ask("work_of_worker", worker=q.id, limit=RUNS_SHOWN)
    rows = run_rows((yield from ask_set("run_rows", ids)))
    held = tuple(sorted(rows, key=lambda row: row.id))
    return v.WorkerDetail(WorkerRow(*known[q.id]), held)


def hands(_: v.CountHands) -> Steps[tuple[tuple[str, int], ...]]:
    """How many runs each worker holds."""
    rows = yield from ask("work_hands")
    return tuple((str(worker_id), int(count)) for worker_id, count in rows)
