"""Wait limit: how long anything may wait; longer is a slip of units, refused where it is made."""

from datetime import timedelta

LONGEST = timedelta(days=3660)
"""Ten years: what is longer was meant in another unit, and its end could not be shown."""


def wait_of(name: str, duration: timedelta) -> timedelta:
    """*duration*, if anything may wait for so long. Raises ValueError."""
    if duration > LONGEST:
        raise ValueError(
            f"{name} is {duration.days:,} days; use ten years at most (are these milliseconds "
            "that were taken for seconds?)"
        )
    return duration
