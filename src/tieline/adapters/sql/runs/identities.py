"""Identities: events come in; which of them are new, repeats, or neither for sure, goes out."""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter

from tieline.adapters.sql.statement import Steps, ask_set, put
from tieline.model.base.ids import EventId, WorkerId
from tieline.model.base.value import value
from tieline.model.commands import Admission
from tieline.rules.inbound.identity import identity_of_change, is_same, other_body, other_name

Identity = tuple[str, str, str]
"""Tenant, source, and a name there."""
_Row = tuple[str, str, str, EventId, int, bytes | None]


@value
class ClaimedAdmission:
    """One admission, and the worker that will execute its runs at once if it may."""

    admission: Admission
    worker: WorkerId | None = None


@value
class IdentityVerdict:
    """What an admission turned out to be."""

    entry: ClaimedAdmission
    """As it is stored: under another name, and without runs, where there is a doubt."""
    repeats: EventId | None = None
    """The event that is known by this name; nothing of the entry is stored."""
    doubt: str | None = None
    """Why it may be a repeat of what it does not look like, or is none of what it is named like."""
    is_renamed: bool = False


@value
class _Met:
    """What a name stands for."""

    event_id: EventId
    digest: bytes | None


def identify(entries: Sequence[ClaimedAdmission]) -> Steps[list[IdentityVerdict]]:
    """Take the names of the entries; returns what each is, in their order."""
    wanted = [row for entry in entries for row in _rows(entry)]
    rows = {row[:3]: row for row in reversed(wanted)}
    taken = yield from put("dedupe_insert", list(rows.values()))
    if taken == len(wanted):  # nothing of it was known: nearly always
        return [IdentityVerdict(entry) for entry in entries]
    met = yield from _met(list(rows))
    found = [_judged(entry, met) for entry in entries]
    return (yield from _each_once(found))


def _rows(entry: ClaimedAdmission) -> list[_Row]:
    admission = entry.admission
    event, expires_us = admission.event, admission.expires_us
    row = (event.tenant, event.source, event.identity, event.id, expires_us, admission.digest)
    if admission.by_body is None:
        return [row]
    return [row, (event.tenant, event.source, admission.by_body, event.id, expires_us, None)]


def _met(names: Sequence[Identity]) -> Steps[dict[Identity, _Met]]:
    """The names that stand for events which were stored before."""
    found = yield from ask_set("dedupe_find", names)
    # In the order of ids, as with event_load.
    ids = sorted({(row[0], row[3]) for row in found}, key=itemgetter(1))
    stored = {row[0] for row in (yield from ask_set("event_known", ids))}
    return {row[:3]: _Met(row[3], row[4]) for row in found if row[3] in stored}


def _judged(entry: ClaimedAdmission, met: dict[Identity, _Met]) -> IdentityVerdict:
    """What *entry* is by what was met so far; from then on it was met too."""
    name, *second = [row[:3] for row in _rows(entry)]
    event, digest = entry.admission.event, entry.admission.digest
    first = met.get(name)
    if first is not None:
        if is_same(first.digest, digest):
            return IdentityVerdict(entry, repeats=first.event_id)
        why = other_body(event.identity, first.event_id)
        return IdentityVerdict(_renamed(entry), doubt=why, is_renamed=True)
    met[name] = _Met(event.id, digest)
    known = met.setdefault(second[0], _Met(event.id, None)) if second else None
    if known is None or known.event_id == event.id:
        return IdentityVerdict(entry)
    return IdentityVerdict(_idle(entry), doubt=other_name(event.identity, known.event_id))


def _idle(entry: ClaimedAdmission) -> ClaimedAdmission:
    """Kept, and nothing begins or goes on by it."""
    return ClaimedAdmission(replace(entry.admission, runs=(), wakes=()))


def _renamed(entry: ClaimedAdmission) -> ClaimedAdmission:
    """Under a name of its own, which says all that there is to tell."""
    admission = entry.admission
    name = identity_of_change(admission.event.identity, admission.digest or b"")
    event = admission.event._replace(identity=name)
    return _idle(ClaimedAdmission(replace(admission, event=event, digest=None, by_body=None)))


def _each_once(found: list[IdentityVerdict]) -> Steps[list[IdentityVerdict]]:
    """Of those that came under the name of another, each that was not kept before."""
    places = [place for place, one in enumerate(found) if one.is_renamed]
    if not places:
        return found
    again = yield from identify([found[place].entry for place in places])
    for place, one in zip(places, again, strict=True):
        found[place] = replace(found[place], entry=one.entry, repeats=one.repeats)
    return found
