"""Store time: when a store was asked and what time it said come in; how wrong we are goes out."""

from tieline.model.base.ids import Micros


def corrected(known_us: int, *, asked_us: Micros, answered_us: Micros, store_us: Micros) -> int:
    """What to add to our clock so that it agrees with the store's; *known_us* so far.

    The store looked at its clock at some moment between the question and the answer, so any
    correction between two bounds fits; one that fits already is kept, so that an answer that took
    long changes nothing.
    """
    return min(max(known_us, store_us - answered_us), store_us - asked_us)
