"""Batch: what is wrong with one event of many comes in; the words that say which one go out."""

import re
from collections.abc import Sequence

_NUMBERED = re.compile(r"^event \d+ of (\d+): ")


def numbered(fault: str, number: int, count: int) -> str:
    """*fault* of event *number* of a delivery that carries *count*."""
    return fault if count == 1 else f"event {number} of {count}: {fault}"


def untaken(taken: Sequence[bool]) -> str | None:
    """Which event of a delivery is the first that no flow takes; None: each is taken."""
    if all(taken):
        return None
    return numbered("no flow takes it", taken.index(False) + 1, len(taken))


def count_of(reason: str | None) -> int | None:
    """How many events the delivery carries whose reason this is; None: one, or it does not say."""
    found = _NUMBERED.match(reason or "")
    return None if found is None else int(found[1])
