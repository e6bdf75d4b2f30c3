"""Retry budget: a connection's calls and retries come in; whether one more retry may go, goes out.

Retries may be at most 20 % of the first tries of the last minute plus a floor of 10, so they cannot
multiply an outage, and a quiet connection can still retry. Hot path: one counter a call.
"""

from tieline.model.base.ids import Micros
from tieline.rules.outbound import window as counting
from tieline.rules.outbound.window import OLDER_SLOTS, SLOT_US, CountWindow, Slot

FIRST_TRIES_PER_RETRY = 5
FLOOR = 10

UNSPENT = counting.EMPTY


def saw_call(spent: CountWindow, now_us: Micros) -> CountWindow:
    """The count after a first try."""
    return counting.count(spent, now_us)


def saw_retry(spent: CountWindow, now_us: Micros) -> CountWindow:
    """The count after a repeated try."""
    return counting.count_marked(spent, now_us)


def may_retry(spent: CountWindow, now_us: Micros) -> tuple[bool, Micros | None]:
    """Whether a retry may go out now; if not, when enough old ones will have left the window."""
    present = counting.roll(spent, now_us)
    tries, retries = counting.totals(present)
    if _within(tries, retries):
        return True, None
    return False, _room_again(present, tries, retries)


def room(present: CountWindow) -> int:
    """How many more retries fit, of a count that is rolled to the present."""
    tries, retries = counting.totals(present)
    return max(0, FLOOR + (tries - retries) // FIRST_TRIES_PER_RETRY - retries)


def _within(tries: int, retries: int) -> bool:
    """Whether one more retry fits; *tries* counts every call, first ones and repeats."""
    return retries < FLOOR + (tries - retries) // FIRST_TRIES_PER_RETRY


def _room_again(present: CountWindow, tries: int, retries: int) -> Micros:
    slots: tuple[Slot, ...] = (*reversed(present.older), (present.seen, present.marked))
    for passed, (seen, marked) in enumerate(slots, start=1):
        tries -= seen
        retries -= marked
        if _within(tries, retries):
            return (present.slot + passed) * SLOT_US
    return (present.slot + OLDER_SLOTS + 1) * SLOT_US
