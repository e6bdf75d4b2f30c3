"""Waiting: a store comes in; how many runs are left in it when all are done, or patience ends."""

import time

from benchmarks.stores import Store

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02


def until_finished(store: Store) -> int:
    """Wait until *store* has no unfinished run; returns how many are left all the same."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (left := store.unfinished()) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return left
