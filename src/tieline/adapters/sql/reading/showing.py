"""Showing: the id of one thing comes in; the thing with everything about it goes out."""

from collections.abc import Iterable, Sequence

from tieline.adapters.sql.reading.listing import run_row, run_rows
from tieline.adapters.sql.runs.timing import rows_of
from tieline.adapters.sql.statement import Steps, ask, ask_set
from tieline.model.base.errors import NotFound
from tieline.model.base.ids import EventId, IssueId
from tieline.model.inbound.event import Event, Mention
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.runs.run import AttemptRecord, ExchangeRecord, RunState
from tieline.model.views import views as v
from tieline.model.views.details import EventDetail, ReceiptDetail, RunDetail
from tieline.model.views.rows import (
    AuditRow,
    ConnectionStateRow,
    DeadRow,
    EventRow,
    PauseRow,
    ReceiptRow,
    RunRow,
    StepRow,
)

MOST_CAUSED = 200
RUNS_COUNTED = 100_000


def receipt(q: v.ShowReceipt) -> Steps[ReceiptDetail]:
    """A delivery, with the events it made, or the one that it repeats."""
    found = yield from ask("receipt_show", id=q.id)
    if not found:
        raise NotFound("receipt", q.id)
    row = found[0]
    kept = Receipt._make((*row[:4], Verdict(row[4]), *row[5:]))
    made = yield from events_of_receipt(kept.id, kept.event_id, is_repeat=_is_repeat(kept.verdict))
    ((_, decision),) = yield from ask("receipt_standing", id=q.id)
    return ReceiptDetail(kept, made, decision)


def event(q: v.ShowEvent) -> Steps[EventDetail]:
    """An event, with what came of it."""
    found = yield from ask("event_show", id=q.id)
    if not found:
        raise NotFound("event", q.id)
    shown, body = Event._make(found[0][:12]), found[0][12]
    receipts = yield from receipts_of([shown.receipt_id])
    repeats = yield from repeats_of([shown.id])
    runs = yield from runs_of([shown.id])
    mentions = yield from mentions_of([shown.id])
    causes = {shown.id, *(run.id for run in runs)}
    related = yield from events_of_correlation(shown.correlation, MOST_CAUSED)
    caused = tuple(row for row in related if row.cause in causes)
    first = receipts[0] if receipts else None
    return EventDetail(shown, body, first, repeats, runs, mentions, caused)


def event_wait(q: v.ReadEventWait) -> Steps[EventDetail | None]:
    """The event that ended a wait, or that ends it."""
    wait, met = q.wait, q.id
    if met is None:
        rows = yield from ask_set("event_met", [(wait.tenant, *row) for row in rows_of(wait)])
        if not rows:
            return None
        met = EventId(rows[0][0])
    found = yield from ask("event_show", id=met)
    if not found:
        return None
    return EventDetail(Event._make(found[0][:12]), found[0][12], None, (), (), (), ())


def run_alone(q: v.ReadRun) -> Steps[RunRow | None]:
    """A run, as lists show it."""
    found = yield from ask_set("run_rows", [(q.id,)])
    return run_row(*found[0]) if found else None


def run(q: v.ShowRun) -> Steps[RunDetail]:
    """A run, with all that it remembers and what holds it."""
    found = yield from ask_set("run_rows", [(q.id,)])
    if not found:
        raise NotFound("run", q.id)
    shown = run_row(*found[0])
    events = yield from events_of([shown.event_id])
    steps = yield from ask("step_show", run_id=q.id)
    attempts = yield from attempts_of([q.id])
    mentions = yield from mentions_of([shown.event_id])
    died = yield from dead_of([q.id])
    evidence = yield from ask("dead_evidence", run_id=q.id)
    head = yield from _lane_head(shown)
    pauses = yield from ask("pause_list")
    audit = yield from audit_of([q.id])
    exchanges = yield from ask("exchange_rows", run_id=q.id)
    issues = yield from ask("issues_of_run", run_id=q.id)
    is_held_back = shown.state in {RunState.READY, RunState.WAITING}
    states = (yield from ask("standing_list")) if is_held_back else ()
    return RunDetail(
        run=shown,
        event=events[0],
        steps=tuple(StepRow(*row) for row in steps),
        attempts=attempts,
        mentions=tuple(m for m in mentions if m.run_id in {"", q.id}),
        dead=died[0] if died else None,
        evidence=evidence[0][0] if evidence else None,
        lane_head=head,
        pauses=tuple(PauseRow(*row) for row in pauses),
        audit=audit,
        exchanges=tuple(ExchangeRecord._make(row) for row in exchanges),
        issues=tuple(IssueId(row[0]) for row in issues),
        states=tuple(ConnectionStateRow(*row) for row in states),
    )


def _lane_head(shown: RunRow) -> Steps[RunRow | None]:
    if shown.lane is None:
        return None
    head = yield from ask("run_lane_head", id=shown.id)
    if not head:
        return None
    found = yield from ask_set("run_rows", head)
    return run_row(*found[0]) if found else None


def _is_repeat(verdict: Verdict) -> bool:
    return verdict is Verdict.DUPLICATE


# --- what belongs to a thing, used by the trail too -------------------------------------------


def events_of(ids: Sequence[str]) -> Steps[tuple[EventRow, ...]]:
    """These events."""
    found = yield from ask_set("event_rows", _column(ids))
    return tuple(EventRow(*row) for row in found)


def events_of_receipt(
    receipt_id: str, first: str | None, *, is_repeat: bool
) -> Steps[tuple[EventRow, ...]]:
    """The events that a delivery made; that of a repeat is an earlier delivery's."""
    if first is None:
        return ()
    if is_repeat:
        return (yield from events_of([first]))
    found = yield from ask("event_of_receipt", first=first, receipt_id=receipt_id)
    return tuple(EventRow(*row) for row in found)


def events_of_correlation(correlation: str, limit: int) -> Steps[tuple[EventRow, ...]]:
    """Events that carry a correlation, but for those whose receipt is it."""
    found = yield from ask("event_of_correlation", correlation=correlation, limit=limit)
    return tuple(EventRow(*row) for row in found)


def receipts_of(ids: Iterable[str | None]) -> Steps[tuple[ReceiptRow, ...]]:
    """These receipts."""
    found = yield from ask_set("receipt_rows", _column(ids))
    return tuple(ReceiptRow(*row) for row in found)


def repeats_of(event_ids: Iterable[str]) -> Steps[tuple[ReceiptRow, ...]]:
    """Deliveries that were recognised as one of these events again."""
    found = yield from ask_set("receipt_repeats", _column(event_ids))
    return tuple(ReceiptRow(*row) for row in found)


def runs_of(event_ids: Iterable[str]) -> Steps[tuple[RunRow, ...]]:
    """The runs of these events."""
    return run_rows((yield from ask_set("run_of_events", _column(event_ids))))


def mentions_of(event_ids: Iterable[str]) -> Steps[tuple[Mention, ...]]:
    """The business names that these events and their runs carry."""
    found = yield from ask_set("reference_of_events", _column(event_ids))
    return tuple(Mention._make(row) for row in found)


def attempts_of(run_ids: Iterable[str]) -> Steps[tuple[AttemptRecord, ...]]:
    """The tries of these runs."""
    found = yield from ask_set("attempt_rows", _column(run_ids))
    return tuple(AttemptRecord._make(row) for row in found)


def dead_of(run_ids: Iterable[str]) -> Steps[tuple[DeadRow, ...]]:
    """What these runs died of."""
    found = yield from ask_set("dead_rows", _column(run_ids))
    return tuple(DeadRow(*row) for row in found)


def audit_of(subjects: Iterable[str | None]) -> Steps[tuple[AuditRow, ...]]:
    """What people did to these things."""
    found = yield from ask_set("audit_rows", _column(subjects))
    return tuple(AuditRow(*row) for row in found)


def _column(values: Iterable[str | None]) -> list[tuple[str]]:
    """The distinct values as a set of one column."""
    return [(value,) for value in dict.fromkeys(values) if value is not None]
