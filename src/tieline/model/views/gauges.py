"""Gauges: how full, how long and how open things are at this moment, for whoever watches them."""

from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.people.alert import Signs
from tieline.model.views.rows import WorkCount


@dataclass(frozen=True, slots=True)
class GuardGauges:
    """How one connection stands in this process."""

    connection: str
    state: str
    """``paused``, ``unhealthy``, ``open``, ``probing`` or ``closed``."""
    in_flight: int
    allowance: int
    """Calls that may be out at once, as things are."""
    rate_use: float | None
    """The share of the rate limit's burst that is used up (0 to 1); None: there is no limit."""
    retry_use: float
    """The share of the retry budget that is spent (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """A look at the store and at this process."""

    at_us: Micros
    work: WorkCount
    signs: Signs
    guards: tuple[GuardGauges, ...]
    commands_waiting: int
    runs_busy: int
    disk_free_share: float | None
    """Of the disk that has the store's file; None: it is no file of ours."""
    waiting: tuple[tuple[str, int], ...] = ()
    """Runs that wait for a connection, by its name, counted up to 1,000."""
