"""Policy: the numbers that decide how a connection's calls are repeated, paced and bounded."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Drift(StrEnum):
    """What happens when a remembered step is asked for with other arguments."""

    HOLD = "hold"
    """A person decides; the default for writes."""
    RERUN = "rerun"
    """The step runs again with the new arguments; the default for reads."""
    KEEP = "keep"
    """The remembered result is returned."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept; the dedupe window is how long a repeat is recognised."""

    payloads: timedelta = timedelta(days=30)
    runs: timedelta = timedelta(days=90)
    dedupe: timedelta = timedelta(days=30)
