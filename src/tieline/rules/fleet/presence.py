"""Presence: what a process last said of itself comes in; whether it is at work goes out."""

from enum import StrEnum

from tieline.model.base.ids import Micros
from tieline.model.views.rows import WorkerRow
from tieline.rules.formats.plain_time import span


class Presence(StrEnum):
    """Of a process that the store knows of."""

    AT_WORK = "running"
    SILENT = "silent"
    STOPPED = "stopped"


def presence(worker: WorkerRow, now_us: Micros) -> Presence:
    """Where *worker* stands at *now_us*, by its own limit."""
    if worker.stopped_us is not None:
        return Presence.STOPPED
    is_silent = now_us - worker.beat_us > worker.silent_us
    return Presence.SILENT if is_silent else Presence.AT_WORK


def is_at_work(worker: WorkerRow, now_us: Micros) -> bool:
    """Whether it beats."""
    return presence(worker, now_us) is Presence.AT_WORK


def told(worker: WorkerRow, now_us: Micros) -> str:
    """The same for people, in a cell of a table."""
    state = presence(worker, now_us)
    if state is Presence.SILENT:
        return f"{state} for {span(now_us - worker.beat_us)}"
    return str(state)


def clock_told(worker: WorkerRow) -> str | None:
    """How far its machine's clock is off, for people; None: nobody knows."""
    if worker.ahead_us is None:
        return None
    return f"{worker.ahead_us / 1e6:+.1f} s"
