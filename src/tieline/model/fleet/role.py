"""ProcessRole: what one process of a hub does; together, the processes do all of it."""

from enum import StrEnum


class ProcessRole(StrEnum):
    """A share of a hub's work; a process has one or more."""

    INGEST = "ingest"
    """Takes deliveries in at the webhook door."""
    WORKER = "worker"
    """Executes runs."""
    SCHEDULER = "scheduler"
    """Fires schedules, sweeps, forgets what is old, and feeds replays."""
    CONSOLE = "console"
    """Serves the web surface: pages, API, metrics, health."""


ALL_ROLES = tuple(ProcessRole)
