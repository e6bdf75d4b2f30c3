"""Find: what somebody typed into the search box comes in; what it may mean goes out."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tieline.adapters.sql.reading.listing import LOOK, replay_row, run_rows
from tieline.adapters.sql.reading.showing import events_of, receipts_of
from tieline.adapters.sql.reading.tracing import events_named, kinds_of_key, of_correlation
from tieline.adapters.sql.statement import Steps, ask, ask_set
from tieline.model.base.ids import NO_TENANT, TenantId, kind_of
from tieline.model.inbound.event import Reference
from tieline.model.views import work_lists as v
from tieline.model.views.rows import EventRow
from tieline.model.views.views import FindKey
from tieline.rules.formats.labels import label

MOST_MATCHES = 50
LONGEST = 512
REFERENCE_EVENTS = 50
NAME = "name"
"""Instead of the kind of an id: what is called as people call it."""
MOST_TENANTS = 1_000
"""Among whose events a sender's own id is looked for."""

Matches = list[v.Match]
Finds = Callable[[str], Steps[Matches]]
"""Finds what has this id."""


def find(q: v.Find, also: Mapping[str, Finds]) -> Steps[tuple[v.Match, ...]]:
    """Everything that the text may mean; ids and business names first.

    *also* finds what features have, by the kind of the id; of ``NAME``, by a name.
    """
    text = q.text.strip()
    if not text or len(text) > LONGEST:
        return ()
    kind = kind_of(text) or ""
    look = BY_ID.get(kind) or also.get(kind)
    found: Matches = [] if look is None else (yield from look(text))
    if look is None:
        found += yield from _references(text)
        found += yield from _by_name(text, also)
        found += yield from _identities(text)
    found += yield from _correlation(text)
    distinct = {(match.kind, match.id, match.tenant): match for match in reversed(found)}
    ordered = [
        match for match in found if distinct.get((match.kind, match.id, match.tenant)) is match
    ]
    return tuple(ordered[:MOST_MATCHES])


# --- ids --------------------------------------------------------------------------------------


def _event(text: str) -> Steps[Matches]:
    return [_of_event(row) for row in (yield from events_of([text]))]


def _of_event(row: EventRow) -> v.Match:
    return v.Match("event", row.id, f"{row.type} of {row.source}", row.recorded_us)


def _run(text: str) -> Steps[Matches]:
    rows = run_rows((yield from ask_set("run_rows", [(text,)])))
    return [
        v.Match("run", row.id, f"{row.flow}, {label(row.state)}", row.created_us) for row in rows
    ]


def _receipt(text: str) -> Steps[Matches]:
    return [
        v.Match(
            "receipt", row.id, f"{label(row.verdict)} delivery of {row.source}", row.received_us
        )
        for row in (yield from receipts_of([text]))
    ]


def _replay(text: str) -> Steps[Matches]:
    rows = [replay_row(*row) for row in (yield from ask("replay_show", id=text))]
    return [
        v.Match("replay", row.id, f"replay of {row.planned} events, {row.state}", row.started_us)
        for row in rows
    ]


BY_ID: Mapping[str, Finds] = {
    "event": _event,
    "run": _run,
    "receipt": _receipt,
    "replay": _replay,
}


# --- names and other people's ids -------------------------------------------------------------


def _by_name(text: str, also: Mapping[str, Finds]) -> Steps[Matches]:
    look = also.get(NAME)
    return [] if look is None else (yield from look(text))


def _references(text: str) -> Steps[Matches]:
    """``kind:key``, or a key of any kind, also as it is written in small letters."""
    wanted: list[Reference] = []
    kind, colon, key = text.partition(":")
    if colon and key:
        named = Reference(kind.strip(), key.strip())
        meant = yield from kinds_of_key(FindKey(named.key))
        wanted += [one for one in meant if one.kind == named.kind] or [named]
    for form in dict.fromkeys((text, text.lower())):
        wanted += yield from kinds_of_key(FindKey(form))
    found: Matches = []
    for reference in wanted:
        found += yield from _reference(reference)
    return found


def _reference(reference: Reference) -> Steps[Matches]:
    """One of each tenant: two shops' order 7777 are two stories."""
    ids = yield from events_named(reference, REFERENCE_EVENTS)
    if not ids:
        return []
    rows = yield from events_of(ids)
    of_tenants: dict[TenantId, list[EventRow]] = {}
    for row in sorted(rows, key=lambda row: row.id, reverse=True):
        of_tenants.setdefault(row.tenant, []).append(row)
    if len(of_tenants) < 2:
        return [_named(reference, len(ids), rows[:1], None)]
    return [_named(reference, len(own), own, tenant) for tenant, own in of_tenants.items()]


def _named(
    reference: Reference, count: int, latest: Sequence[EventRow], tenant: TenantId | None
) -> v.Match:
    kind, key = reference
    whose = "" if tenant is None else f" of {'nobody' if tenant == NO_TENANT else tenant}"
    counted = f"{count} or more" if count == REFERENCE_EVENTS else str(count)
    words = f"{kind} {key}{whose}, in {counted} event{'' if count == 1 else 's'}"
    at_us = latest[0].recorded_us if latest else None
    return v.Match("reference", str(reference), words, at_us, tenant)


def _identities(text: str) -> Steps[Matches]:
    """A sender's own id of an event, or a trace: by what is indexed, then among the latest."""
    known = yield from ask(
        "event_of_identity", tenants=MOST_TENANTS, identity=text, limit=MOST_MATCHES
    )
    events = list((yield from events_of([row[0] for row in known])))
    late = yield from ask("event_search", look=LOOK, text=text, limit=MOST_MATCHES)
    events += [EventRow(*row) for row in late]
    distinct: Iterable[EventRow] = {row.id: row for row in events}.values()
    return [_of_event(row) for row in distinct]


def _correlation(text: str) -> Steps[Matches]:
    rows = yield from of_correlation(text)
    if not rows:
        return []
    words = f"{len(rows)} event{'' if len(rows) == 1 else 's'} with this correlation"
    return [v.Match("correlation", text, words, max(row.recorded_us for row in rows))]
