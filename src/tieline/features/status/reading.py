"""Status reading: a business name comes in; how the thing stands goes out."""

from tieline.adapters.sql.reading.showing import dead_of, events_of, runs_of
from tieline.adapters.sql.reading.tracing import events_named
from tieline.adapters.sql.statement import Steps, ask_set
from tieline.features.status.model import ReadStatus, StatusAnswer
from tieline.features.status.rules import status_of
from tieline.model.base.errors import CommandRefused, NotFound
from tieline.rules.runs.lines import words_of

MOST_EVENTS = 50
"""The latest of a name: a thing of which more happened has long been begun."""


def status(q: ReadStatus) -> Steps[StatusAnswer]:
    """How it stands now."""
    ids = yield from events_named(q.reference, MOST_EVENTS, q.tenant)
    events = [e for e in (yield from events_of(ids)) if q.tenant in {None, e.tenant}]
    if not events:
        raise NotFound(q.kind, q.key)
    if len({event.tenant for event in events}) > 1:
        raise CommandRefused(f"{q.kind} {q.key!r} is of several tenants; say whose by tenant=")
    runs = yield from runs_of(event.id for event in events)
    died = yield from dead_of(run.id for run in runs if run.state == "dead")
    undecided = [row.run_id for row in died if row.resolution is None]
    said = yield from ask_set("status.said", [(run.id,) for run in runs])
    latest = max(said, key=lambda row: int(row[1]), default=None)
    words = None if latest is None else words_of(str(latest[0]))
    return StatusAnswer(status_of([run.state for run in runs], undecided), words)
