"""Soak: how much more the long proofs try in ``make soak`` than in a usual run, and their seed.

``TIELINE_TEST_SOAK`` is how many times as much; ``TIELINE_TEST_SEED`` repeats a run's choices.
"""

import os
import sys
import time

SOAK = "TIELINE_TEST_SOAK"
SEED = "TIELINE_TEST_SEED"


def times(usual: int) -> int:
    """So many, where a usual run has *usual*; a light run has no time for any of it."""
    sys.audit("tests.needs", "time")
    return usual * int(os.environ.get(SOAK, "1"))


def seed(usual: int | None = None) -> int:
    """Of the choices of a test: what was asked for, or *usual*, or one of this moment."""
    asked = os.environ.get(SEED)
    if asked:
        return int(asked)
    return time.time_ns() // 1000 % 1_000_000_000 if usual is None else usual
