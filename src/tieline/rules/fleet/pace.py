"""Pace: what the last look found comes in; how long to rest before the next goes out."""

BUSY_S = 0.05
"""The first rest after something was found."""
IDLE_S = 1.0
"""The longest rest, before jitter."""
JITTER = 0.25
"""Of the rest, up or down, so that many processes do not look in step."""


def next_rest(before_s: float, *, found: bool) -> float:
    """The next rest without jitter: short after a find, then twice as long each time."""
    if found:
        return BUSY_S
    return min(max(2 * before_s, BUSY_S), IDLE_S)


def jittered(rest_s: float, chance: float) -> float:
    """*rest_s* and up to a quarter more or less, by a *chance* from 0 to 1."""
    return rest_s * (1 - JITTER + 2 * JITTER * chance)
