"""Tracing: a business name or an id comes in; every row that belongs to the same story goes out."""

from collections.abc import Iterable, Sequence

from tieline.adapters.sql.reading.listing import run_rows
from tieline.adapters.sql.reading.showing import (
    attempts_of,
    audit_of,
    dead_of,
    events_of,
    events_of_correlation,
    events_of_receipt,
    mentions_of,
    receipts_of,
    repeats_of,
    runs_of,
)
from tieline.adapters.sql.statement import Steps, ask, ask_set
from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.base.ids import NO_TENANT, kind_of
from tieline.model.inbound.event import Reference
from tieline.model.views import views as v
from tieline.model.views.details import Trail
from tieline.model.views.rows import EventRow, ReceiptRow, StepRow
from tieline.rules.privacy.hidden_key import after, beginning_asked, forms_asked

MOST_EVENTS = 200
"""A story of more events is cut, and says so."""
MOST_HIDDEN = 20
"""Hidden keys that one short form may mean."""


def kinds_of_key(q: v.FindKey) -> Steps[tuple[Reference, ...]]:
    """The names with this key, hidden ones too, also by their short form."""
    names: list[Reference] = []
    for key in forms_asked(q.key):
        found = yield from ask("reference_kinds", key=key)
        names += [Reference(row[0], key) for row in found]
    return tuple(names) or (yield from _hidden(q.key))


def events_named(reference: Reference, most: int, tenant: str | None = None) -> Steps[list[str]]:
    """The events that go by a name, the latest first; a hidden one is asked for as it is known.

    A short form that may mean several finds nothing: they would be told as one.
    """
    kind, asked = reference
    for key in forms_asked(asked):
        found = yield from ask("reference_find", kind=kind, key=key, tenant=tenant, limit=most)
        if found:
            return [row[0] for row in found]
    meant = [one for one in (yield from _hidden(asked)) if one.kind == kind]
    if len(meant) != 1:
        return []
    key = meant[0].key
    found = yield from ask("reference_find", kind=kind, key=key, tenant=tenant, limit=most)
    return [row[0] for row in found]


def _hidden(asked: str) -> Steps[tuple[Reference, ...]]:
    """The hidden keys that a short form may mean."""
    low = beginning_asked(asked)
    if low is None:
        return ()
    found = yield from ask("records.hidden_key_find", low=low, high=after(low), limit=MOST_HIDDEN)
    return tuple(Reference(*row) for row in found)


def trail(q: v.ReadTrail) -> Steps[Trail]:
    """All rows of a story. Raises NotFound when there is none."""
    seeds = yield from _seeds(q)
    lone = yield from _lone_receipts(q) if not seeds else _nothing()
    kind, key = q.reference or (_kind(q.id or ""), q.id or "")
    first = [row for row in (yield from events_of(seeds[: MOST_EVENTS + 1])) if _is_whose(row, q)]
    if not first and not [row for row in lone if q.tenant in {None, row.tenant}]:
        raise NotFound(kind, key)
    tenants = sorted({row.tenant for row in first})
    if len(tenants) > 1:
        raise CommandRefused(_of_several(str(q.reference or key), tenants))
    events = yield from _family(first)
    return (yield from _around(events, lone))


def _kind(text: str) -> str:
    return kind_of(text) or "correlation"


def _seeds(q: v.ReadTrail) -> Steps[list[str]]:
    """The events that the story is asked by."""
    if q.reference is not None:
        return (yield from events_named(q.reference, MOST_EVENTS + 1, q.tenant))
    text = q.id or ""
    match kind_of(text):
        case "event":
            return [row.id for row in (yield from events_of([text]))]
        case "run":
            found = yield from ask_set("run_rows", [(text,)])
            return [run.event_id for run in run_rows(found)]
        case _:
            return [row.id for row in (yield from of_correlation(text))]


def _lone_receipts(q: v.ReadTrail) -> Steps[tuple[ReceiptRow, ...]]:
    """A receipt that made no event is a story too: it was refused."""
    return (yield from receipts_of([q.id]))


def _nothing() -> Steps[tuple[ReceiptRow, ...]]:
    yield from ()
    return ()


def _is_whose(row: EventRow, q: v.ReadTrail) -> bool:
    return q.tenant is None or row.tenant == q.tenant


def _of_several(about: str, tenants: Sequence[str]) -> str:
    """Which story is meant, a person has to say."""
    named = [f"nobody ({NO_TENANT})" if one == NO_TENANT else one for one in tenants]
    listed = f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{about!r} is known of {listed}; say whose, such as --tenant {tenants[-1]}"


def _family(seeds: Sequence[EventRow]) -> Steps[dict[str, EventRow]]:
    """The events, and all of the same tenant that carry the same correlation: emitted ones and
    edited copies."""
    events: dict[str, EventRow] = {row.id: row for row in seeds}
    tenants = {row.tenant for row in seeds}
    for correlation in dict.fromkeys(row.correlation for row in events.values()):
        if len(events) > MOST_EVENTS:
            break
        for row in (yield from of_correlation(correlation)):
            if row.tenant in tenants:
                events[row.id] = row
    return events


def of_correlation(correlation: str) -> Steps[list[EventRow]]:
    """Events of one correlation; it is the receipt's id unless the sender gave its own."""
    found = list((yield from events_of_correlation(correlation, MOST_EVENTS + 1)))
    for receipt in (yield from receipts_of([correlation])):
        is_repeat = receipt.verdict == "duplicate"
        found += yield from events_of_receipt(receipt.id, receipt.event_id, is_repeat=is_repeat)
    return found


def _around(events: dict[str, EventRow], lone: Iterable[ReceiptRow]) -> Steps[Trail]:
    """Everything that hangs on the events."""
    ids = sorted(events)[:MOST_EVENTS]
    receipts = yield from receipts_of(events[id_].receipt_id for id_ in ids)
    repeats = yield from repeats_of(ids)
    runs = yield from runs_of(ids)
    run_ids = [run.id for run in runs]
    steps = yield from ask_set("step_rows", [(run_id,) for run_id in run_ids])
    attempts = yield from attempts_of(run_ids)
    mentions = yield from mentions_of(ids)
    died = yield from dead_of(run_ids)
    audit = yield from audit_of([*run_ids, *(run.replay_id for run in runs)])
    return Trail(
        receipts=(*lone, *receipts, *repeats),
        events=tuple(events[id_] for id_ in ids),
        runs=runs,
        steps=tuple(StepRow(*row) for row in steps),
        attempts=attempts,
        mentions=mentions,
        dead=died,
        audit=audit,
        whole=len(events) <= MOST_EVENTS,
    )
