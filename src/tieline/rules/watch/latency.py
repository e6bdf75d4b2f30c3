"""Latency: how long something took comes in; its bucket goes out, and from counts quantiles.

Buckets grow by factors of about two: a quantile read from them is at most that much off, and counts
of several minutes or processes can be added up.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

BOUNDS_US = (
    1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
    1_000_000, 2_000_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000, 300_000_000,
)  # fmt: skip
"""The upper ends of the buckets; the last one is open."""
PREFIX = "took-"
WORDS = tuple(f"{PREFIX}{number:02}" for number in range(len(BOUNDS_US) + 1))
_PLACES = {word: place for place, word in enumerate(WORDS)}
_STARTS = (0, *BOUNDS_US)


def bucket_of(took_us: int) -> str:
    """The word that a duration is counted under."""
    return WORDS[bisect_left(BOUNDS_US, took_us)]


def apart(counts: Mapping[str, int]) -> tuple[dict[str, int], list[int] | None]:
    """*counts* without those of buckets, and those in the order of their buckets, if there are any.

    Charts have thousands of points: one look at each count.
    """
    others: dict[str, int] = {}
    found: list[int] | None = None
    for word, count in counts.items():
        place = _PLACES.get(word)
        if place is None:
            others[word] = count
            continue
        if found is None:
            found = [0] * len(WORDS)
        found[place] = count
    return others, found


def quantiles(found: Sequence[int], *shares: float) -> tuple[int | None, ...]:
    """The durations that *shares* of what was counted stayed below, in microseconds.

    Counts stand in the order of their buckets, evenly spread inside each; of the open one it is
    the lower end. None: nothing was counted.
    """
    total = sum(found)
    return tuple(_quantile(found, share * total) if total else None for share in shares)


def _quantile(found: Sequence[int], left: float) -> int:
    for number, count in enumerate(found):
        if count and left <= count:
            if number == len(BOUNDS_US):
                break
            start, end = _STARTS[number], BOUNDS_US[number]
            return int(start + (end - start) * left / count)
        left -= count
    return BOUNDS_US[-1]
