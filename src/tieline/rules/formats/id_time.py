"""Id time: a kind of id and a moment come in; the smallest id that can be made then goes out.

Ids are UUIDs of version 7: their first twelve digits are the milliseconds since 1970. So a span of
time is a range of ids, and lists by time need no index of their own.
"""

from tieline.model.base.ids import PREFIXES, Micros

AFTER_ALL = "~"
"""Sorts behind every digit."""
SLACK_US = 60_000_000
"""An id is made a little later than the time that is stored with it; far less than this."""


def first_id(kind: str, since_us: Micros | None) -> str:
    """No id of *kind* that is stored with a time of *since_us* or later is smaller."""
    prefix = PREFIXES[kind]
    if since_us is None:
        return prefix
    return f"{prefix}{max(since_us, 0) // 1000:012x}"


def end_id(kind: str, until_us: Micros | None) -> str:
    """Every id of *kind* that is stored with a time before *until_us* is smaller."""
    if until_us is None:
        return PREFIXES[kind] + AFTER_ALL
    return first_id(kind, until_us + SLACK_US)


def made_us(id_: str) -> Micros:
    """When *id_* was made, to the millisecond. Raises ValueError for an id that does not say."""
    return int(id_.partition("_")[2][:12], 16) * 1000
