"""Rhythm: what is known of a source and when it was heard come in; its new rhythm goes out."""

from tieline.model.commands import Heard
from tieline.model.ids import Micros
from tieline.model.value import value

WEIGHT = 0.05
"""What one delivery changes of the usual pause: about twenty are remembered."""
HALVED_US = 14 * 86_400_000_000
"""A longest pause counts half as much after this time, so that a holiday is forgotten."""


@value
class Rhythm:
    """How often a source delivers."""

    last_us: Micros
    gap_us: int | None
    """The usual pause; None: it delivered only once."""
    longest_us: int | None
    """The longest pause of late."""
    heard: int


def heard_again(known: Rhythm | None, heard: Heard) -> Rhythm:
    """The rhythm with some more deliveries in it; in whatever order processes tell of them."""
    between = heard.last_us - heard.first_us
    if known is None:
        gap_us = between // (heard.times - 1) if heard.times > 1 else None
        return Rhythm(heard.last_us, gap_us, gap_us, heard.times)
    elapsed = max(heard.last_us - known.last_us, 0)
    if not elapsed:
        return Rhythm(known.last_us, known.gap_us, known.longest_us, known.heard + heard.times)
    mean = elapsed / heard.times
    kept = (1 - WEIGHT) ** heard.times
    gap = mean if known.gap_us is None else known.gap_us * kept + mean * (1 - kept)
    pause = max(heard.first_us - known.last_us, 0)
    faded = (known.longest_us or 0) * 0.5 ** (elapsed / HALVED_US)
    longest = int(max(pause, mean, faded))
    return Rhythm(heard.last_us, int(gap), longest, known.heard + heard.times)
