"""Listing: a question for a list comes in; one bounded page of its rows, newest first, goes out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from tieline.adapters.sql.statement import RowOut, Steps, Value, ask
from tieline.model.base.ids import NO_TENANT
from tieline.model.inbound.receipt import Verdict
from tieline.model.views import views as v
from tieline.model.views.rows import (
    AuditRow,
    ConnectionCalls,
    DeadRow,
    EventRow,
    FlowCount,
    PauseRow,
    ReceiptRow,
    RunRow,
    WorkCount,
    WorkerRow,
)
from tieline.rules.formats.id_time import end_id, first_id
from tieline.rules.runs.transitions import ODD, UNFINISHED

R = TypeVar("R")

LOOK = 2_000
"""Rows that one page looks at, when few of them may match."""
COUNTED = 100_000
CALLS_LOOKED_AT = 2_000
BEGINNING_OF_TIME = 0
END_OF_TIME = 2**62
ODD_VERDICTS = frozenset({"duplicate", "refused", "quarantined", "unmatched", "challenge"})
CHOSEN = {
    "receipt_page_odd": ("verdict",),
    "receipt_page_of_issue": ("issue",),
    "run_page_odd": ("state",),
    "run_page_of_issue": ("issue",),
    "run_page_of_replay": ("replay_id",),
    "run_page_waiting": ("waits_kind", "waits_key"),
    "dead_page_of_issue": ("issue",),
    "receipt_page_of_tenant": ("tenant",),
    "event_page_of_tenant": ("tenant",),
    "run_page_of_tenant": ("tenant",),
    "dead_page_of_tenant": ("tenant",),
}
"""What an index has chosen already: every row that these look at is one."""


# --- pages ------------------------------------------------------------------------------------


def receipts(q: v.ListReceipts) -> Steps[v.Page[ReceiptRow]]:
    """Deliveries; those that were not accepted, or belong to an issue, have an index."""
    common: dict[str, Value] = {
        "source": q.source,
        "reason": q.reason,
        "tenant": q.tenant,
        "header": q.header,
    }
    where = {**common, "verdict": q.verdict}
    name = "receipt_page" if is_everybody(q.tenant) else "receipt_page_of_tenant"
    if q.verdict in ODD_VERDICTS:
        name = "receipt_page_odd"
    if q.verdict == Verdict.QUARANTINED:
        name = "receipt_page_quarantined"
        decided = None if q.decided is None else int(q.decided)
        where = {**common, "issue": q.issue, "decided": decided}
    elif q.issue is not None:
        name, where = "receipt_page_of_issue", where | {"issue": q.issue}
    return (yield from paged(name, "receipt", q.window, where, ReceiptRow))


def events(q: v.ListEvents) -> Steps[v.Page[EventRow]]:
    """Events."""
    where = {
        "source": q.source,
        "identity": q.identity,
        "tenant": q.tenant,
        **type_bounds(q.type),
    }
    name = "event_page" if is_everybody(q.tenant) else "event_page_of_tenant"
    return (yield from paged(name, "event", q.window, where, EventRow))


def runs(q: v.ListRuns) -> Steps[v.Page[RunRow]]:
    """Runs, from the smallest table or index that has the wanted ones."""
    where: dict[str, Value] = {
        "flow": q.flow,
        "state": q.state,
        "tenant": q.tenant,
        "waits_kind": None if q.waits is None else q.waits.kind,
        "waits_key": None if q.waits is None else q.waits.key,
    }
    name = "run_page"
    if q.issue is not None:
        name, where = "run_page_of_issue", where | {"issue": q.issue}
    elif q.replay is not None:
        name, where = "run_page_of_replay", where | {"replay_id": q.replay}
    elif q.waits is not None:
        name = "run_page_waiting"
    elif q.state in ODD:
        name = "run_page_odd"
    elif q.state in UNFINISHED:
        name = "run_page_live"
    elif not is_everybody(q.tenant):
        name = "run_page_of_tenant"
    return (yield from paged(name, "run", q.window, where, run_row))


def dead(q: v.ListDead) -> Steps[v.Page[DeadRow]]:
    """Dead letters; a run may die long after it was made, so no id says when."""
    name = "dead_page_open" if is_everybody(q.tenant) else "dead_page_of_tenant"
    if q.issue is not None:
        name = "dead_page_of_issue"
    if q.decided:
        name = "dead_page_decided"
    where: dict[str, Value] = {
        "flow": q.flow,
        "kind": q.kind,
        "issue": q.issue,
        "connection": q.connection,
        "tenant": q.tenant,
    }
    return (yield from paged(name, None, q.window, where, DeadRow))


def is_everybody(tenant: str | None) -> bool:
    """Whether no index begins with it: nobody is named, or the work on nobody's behalf is."""
    return tenant is None or tenant == NO_TENANT


def audit(q: v.ListAudit) -> Steps[v.Page[AuditRow]]:
    """What people did."""
    window = q.window
    limit = _limit(window)
    before = int(window.before) if window.before else END_OF_TIME
    bounds: dict[str, int | str | None] = {"before": before, "limit": limit, **_times(window)}
    bounds |= {"actor": q.actor, "action": q.action, "logins": int(q.logins)}
    if q.subject is None:
        found = yield from ask("audit_page", **bounds)
    else:
        found = yield from ask("audit_page_of_subject", subject=q.subject, **bounds)
    cursor = str(found[-1][0]) if len(found) == limit else None
    return v.Page(tuple(AuditRow(*row) for row in found), cursor)


def type_bounds(pattern: str | None) -> dict[str, str | None]:
    """How a query bounds the event type: ``rules/routing.py`` in two parameters."""
    if pattern is None or pattern == "*":
        return {"type": None, "prefix": None}
    if pattern.endswith(".*"):
        return {"type": None, "prefix": pattern[:-1]}
    return {"type": pattern, "prefix": None}


def paged(
    name: str,
    kind: str | None,
    window: v.Window,
    where: Mapping[str, Value],
    make: Callable[..., R],
) -> Steps[v.Page[R]]:
    """Every page query answers (rows looked at, last of them, the match or nulls)."""
    limit = _limit(window)
    chosen = CHOSEN.get(name, ())
    is_filtered = any(value is not None for key, value in where.items() if key not in chosen)
    look = LOOK if is_filtered or window.since_us or window.until_us else limit + 1
    bounds: dict[str, Value] = {"limit": limit, "look": look, **_times(window)}
    if kind is not None:
        bounds["first"] = first_id(kind, window.since_us)
    before = end_id(kind, window.until_us) if kind is not None else "~"
    bounds["before"] = min(window.before, before) if window.before else before
    answer = yield from ask(name, **bounds, **where)
    looked, last = answer[0][:2]
    found = [row[2:] for row in answer if row[2] is not None]
    cursor = None
    if len(found) == limit:
        cursor = found[-1][0] if looked == look or found[-1][0] != last else None
    elif looked == look:
        cursor = last
    return v.Page(tuple(make(*row) for row in found), cursor)


def _limit(window: v.Window) -> int:
    return max(1, min(window.limit, v.MOST_ROWS))


def _times(window: v.Window) -> dict[str, int]:
    return {
        "since_us": BEGINNING_OF_TIME if window.since_us is None else window.since_us,
        "until_us": END_OF_TIME if window.until_us is None else window.until_us,
    }


# --- short lists and counts -------------------------------------------------------------------


def pauses(_: v.ListPauses) -> Steps[tuple[PauseRow, ...]]:
    """All pauses."""
    return tuple(PauseRow(*row) for row in (yield from ask("pause_list")))


def workers(_: v.ListWorkers) -> Steps[tuple[WorkerRow, ...]]:
    """All workers."""
    return tuple(WorkerRow(*row) for row in (yield from ask("worker_list")))


def work(_: v.CountWork) -> Steps[WorkCount]:
    """How much is unfinished."""
    alive = yield from ask("work_count", look=COUNTED)
    died = yield from ask("dead_count", look=COUNTED)
    first = yield from ask("run_oldest")
    counts: dict[str, FlowCount] = {}
    for flow, state, behind, count in alive:
        field = "behind" if state == "ready" and behind else state
        _add(counts, flow, field, count)
    for flow, count in died:
        _add(counts, flow, "dead", count)
    exact = sum(row[3] for row in alive) < COUNTED and sum(row[1] for row in died) < COUNTED
    ordered = tuple(counts[flow] for flow in sorted(counts))
    return WorkCount(ordered, run_row(*first[0]) if first else None, exact)


def _add(counts: dict[str, FlowCount], flow: str, field: str, count: int) -> None:
    known = counts.get(flow, FlowCount(flow))
    counts[flow] = replace(known, **{field: getattr(known, field) + count})


def calls(_: v.CountCalls) -> Steps[tuple[ConnectionCalls, ...]]:
    """How the latest tries went."""
    found = yield from ask("attempt_latest", look=CALLS_LOOKED_AT)
    return tuple(ConnectionCalls(*row[:7]) for row in found)


# --- rows -------------------------------------------------------------------------------------


def run_row(*row: object) -> RunRow:
    """A run's row; SQL has no truth values."""
    made = RunRow(*row)  # type: ignore[arg-type]
    return replace(made, behind=bool(made.behind))


def run_rows(found: Iterable[RowOut]) -> tuple[RunRow, ...]:
    """Rows of runs."""
    return tuple(run_row(*row) for row in found)
