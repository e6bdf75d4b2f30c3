"""Pausing: the length of a pause as a person typed it comes in; its end and its words go out."""

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import Micros
from tieline.rules.formats.plain_time import UNITS_US, length, short

LONGEST_US = 366 * UNITS_US["d"]
"""What holds for longer is no pause that somebody will remember."""
LIFTED_BY = "tieline"
OVER = "its time is over"
"""The reason that the audit log has of a pause that ended by itself."""


def end_of(text: str | None, now_us: Micros, *, name: str) -> Micros | None:
    """When a pause of *text*, such as ``1h``, is over; None: when somebody resumes. Raises
    SettingsError."""
    if text is None:
        return None
    us = length(text)
    if us is None or not 0 < us <= LONGEST_US:
        wanted = "use a span such as 30m, 2h or 7d, of a year at most; without one it has no end"
        raise SettingsError(name, text[:80], wanted)
    return now_us + us


def as_length(until_us: Micros | None, at_us: Micros) -> str | None:
    """How long a pause that began then lasts, as ``end_of`` reads it."""
    return None if until_us is None else f"{max(1, (until_us - at_us) // UNITS_US['s'])}s"


def end_words(until_us: Micros | None) -> str:
    """`` until 2026-01-01 00:00:00 UTC``, or nothing."""
    return "" if until_us is None else f" until {short(until_us)} UTC"


def paused_words(actor: str | None, reason: str | None, until_us: Micros | None) -> str:
    """``paused by ana until …: month end``."""
    return f"paused by {actor}{end_words(until_us)}: {reason}"
