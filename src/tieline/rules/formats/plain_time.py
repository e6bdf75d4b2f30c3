"""Plain time: stored times come in; what people read, and what they type, is turned both ways."""

import re
from datetime import UTC, datetime, timedelta

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import Micros

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_US = (datetime.min.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
LAST_US = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
"""The first and the last time that can be shown."""
UNITS_US = {
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_SPAN = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)


def iso(at_us: Micros) -> str:
    """``2026-01-01T00:00:00.000000Z``: exact, sortable, always UTC. What lies beyond the years that
    can be written is shown as the last, or first, of them: one row must not break a list."""
    shown_us = min(max(at_us, FIRST_US), LAST_US)
    return (EPOCH + timedelta(microseconds=shown_us)).isoformat(timespec="microseconds")[:-6] + "Z"


def short(at_us: Micros) -> str:
    """``2026-01-01 00:00:00``, in UTC."""
    return iso(at_us)[:19].replace("T", " ")


def span(us: int) -> str:
    """A duration in its two largest units: ``2h 5m``, ``34 ms``."""
    if abs(us) < UNITS_US["s"]:
        return f"{us // 1000} ms"
    words = []
    for unit in ("d", "h", "m", "s"):
        count, us = divmod(us, UNITS_US[unit])
        if count:
            words.append(f"{count}{unit}")
    return " ".join(words[:2])


def ago(at_us: Micros, now_us: Micros) -> str:
    """``5m 2s ago``; a time to come is ``in 5m 2s``."""
    return f"{span(now_us - at_us)} ago" if at_us <= now_us else f"in {span(at_us - now_us)}"


def until(due_us: Micros | None, now_us: Micros) -> str:
    """When something is due: ``in 5m``, ``as soon as there is room``, ``when somebody lets it``."""
    if due_us is None:
        return "when somebody lets it"
    return "as soon as there is room" if due_us <= now_us else f"in {span(due_us - now_us)}"


def length(text: str) -> int | None:
    """``90m`` in microseconds; None: it is no span."""
    found = _SPAN.fullmatch(text.strip())
    return int(found[1]) * UNITS_US[found[2]] if found else None


def moment(text: str, now_us: Micros, *, name: str) -> Micros:
    """What a person typed as a time: ``2h`` (ago), or ISO 8601. Raises SettingsError."""
    us = length(text)
    if us is not None:
        return max(0, now_us - us)
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        wanted = "use a span such as 30m, 2h or 7d, or a time such as 2026-01-31T08:00"
        raise SettingsError(name, text, wanted) from None
    at_us = max(0, (at.replace(tzinfo=at.tzinfo or UTC) - EPOCH) // MICROSECOND)
    if at_us > LAST_US:
        raise SettingsError(name, text, "use a time before the year 10000")
    return at_us
