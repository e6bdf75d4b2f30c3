"""Window: things counted over the last minute come in and go out as seven small counters.

Ten-second slots, the running one and the six before it, so a count covers the last 60 to 70
seconds. A NamedTuple, because a new value is made for every call and it is made three times faster
than a frozen dataclass.
"""

from typing import NamedTuple

from tieline.model.base.ids import Micros

SLOT_US = 10_000_000
OLDER_SLOTS = 6

Slot = tuple[int, int]
_NOTHING: Slot = (0, 0)


class CountWindow(NamedTuple):
    """How many things happened, and how many of them were marked (failed, or were repeats)."""

    slot: int = 0
    """Number of the running slot: time divided by its length."""
    seen: int = 0
    marked: int = 0
    older: tuple[Slot, ...] = (_NOTHING,) * OLDER_SLOTS
    """(seen, marked) of the slots before it, newest first."""


EMPTY = CountWindow()


def count(window: CountWindow, now_us: Micros) -> CountWindow:
    """*window* with one more thing seen."""
    if now_us // SLOT_US != window.slot:
        window = roll(window, now_us)
    return CountWindow(window.slot, window.seen + 1, window.marked, window.older)


def count_marked(window: CountWindow, now_us: Micros) -> CountWindow:
    """*window* with one more thing seen, and marked."""
    if now_us // SLOT_US != window.slot:
        window = roll(window, now_us)
    return CountWindow(window.slot, window.seen + 1, window.marked + 1, window.older)


def roll(window: CountWindow, now_us: Micros) -> CountWindow:
    """*window* as it stands at *now_us*; a clock that went back leaves it as it is."""
    slot = now_us // SLOT_US
    gone = slot - window.slot
    if gone <= 0:
        return window
    passed = ((window.seen, window.marked), *window.older)
    older = (
        ((_NOTHING,) * (gone - 1) + passed)[:OLDER_SLOTS] if gone <= OLDER_SLOTS else EMPTY.older
    )
    return CountWindow(slot, 0, 0, older)


def totals(window: CountWindow) -> Slot:
    """(seen, marked) over the whole window; roll it to the present first."""
    seen, marked = window.seen, window.marked
    for older_seen, older_marked in window.older:
        seen += older_seen
        marked += older_marked
    return seen, marked


def plus(window: CountWindow, other: CountWindow) -> CountWindow:
    """Both together, as of the later of the two."""
    slot = max(window.slot, other.slot)
    one, two = _as_of(window, slot), _as_of(other, slot)
    older = tuple((a + c, b + d) for (a, b), (c, d) in zip(one.older, two.older, strict=True))
    return CountWindow(slot, one.seen + two.seen, one.marked + two.marked, older)


def minus(window: CountWindow, earlier: CountWindow) -> CountWindow:
    """What came to *window* since it was *earlier*."""
    base = _as_of(earlier, window.slot)
    older = tuple(
        (max(0, a - c), max(0, b - d))
        for (a, b), (c, d) in zip(window.older, base.older, strict=True)
    )
    return CountWindow(
        window.slot, max(0, window.seen - base.seen), max(0, window.marked - base.marked), older
    )


def _as_of(window: CountWindow, slot: int) -> CountWindow:
    return roll(window, slot * SLOT_US)
