"""Notify: what people must still be told comes in; whom to try now, and when again, goes out.

Each owner is told by a message of their own. One that cannot be delivered is tried again after
pauses that double, and no other owner waits for it or hears anything twice.
"""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from tieline.model.base.ids import Micros
from tieline.model.people.alert import AlertRow

FIRST_PAUSE_US = 20_000_000
LONGEST_PAUSE_US = 15 * 60_000_000
_MOST_DOUBLINGS = 10

Notes = Mapping[str, tuple[int, Micros]]
"""By owner: how often they were tried in vain so far, and when to try again."""


def notes_of(memory: str) -> Notes:
    """The notes in *memory*; none in what is no such text."""
    try:
        found = orjson.loads(memory or "{}")
        return {str(owner): (int(tries), int(at)) for owner, (tries, at) in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def memory_of(notes: Notes) -> str:
    """*notes* as they are stored."""
    return orjson.dumps(notes).decode() if notes else ""


def to_try(rows: Sequence[AlertRow], notes: Notes, now_us: Micros) -> tuple[AlertRow, ...]:
    """Of *rows*, those whose owners are tried now."""
    return tuple(row for row in rows if notes.get(row.owner, (0, 0))[1] <= now_us)


def tried(notes: Notes, owners: Iterable[str], now_us: Micros) -> Notes:
    """The notes while *owners* are being told: who dies meanwhile has tried as well."""
    after = dict(notes)
    for owner in owners:
        tries = after.get(owner, (0, 0))[0]
        pause_us = FIRST_PAUSE_US * 2 ** min(tries, _MOST_DOUBLINGS)
        after[owner] = (tries + 1, now_us + min(pause_us, LONGEST_PAUSE_US))
    return after


def reached(notes: Notes, owners: Iterable[str]) -> Notes:
    """The notes once *owners* were told."""
    gone = frozenset(owners)
    return {owner: note for owner, note in notes.items() if owner not in gone}
