"""Cadence: what is known of a source and when it was heard come in; its new rhythm goes out, and
whether it is silent.
"""

from collections.abc import Iterable
from datetime import timedelta

from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.commands import DeliveryTime
from tieline.model.hub.flow import HubSpec
from tieline.model.views.series import HOUR_US, MINUTE_US, SourceRow

WEIGHT = 0.05
"""What one delivery changes of the usual pause: about twenty are remembered."""
HALVED_US = 14 * 86_400_000_000
"""A longest pause counts half as much after this time, so that a holiday is forgotten."""

FEWEST_HEARD = 20
LEARNED_OVER_US = HOUR_US
"""A rhythm counts from so many deliveries on, over so long: a burst of a minute says nothing."""
FLOOR_US = 15 * MINUTE_US
"""A source that was learned to be busy may still rest for so long."""
MICROSECOND = timedelta(microseconds=1)


@value
class Cadence:
    """How often a source delivers."""

    last_us: Micros
    gap_us: int | None
    """The usual pause; None: it delivered only once."""
    longest_us: int | None
    """The longest pause of late."""
    heard: int


def heard_again(known: Cadence | None, heard: DeliveryTime) -> Cadence:
    """The rhythm with some more deliveries in it; in whatever order processes tell of them."""
    between = heard.last_us - heard.first_us
    if known is None:
        gap_us = between // (heard.times - 1) if heard.times > 1 else None
        return Cadence(heard.last_us, gap_us, gap_us, heard.times)
    elapsed = max(heard.last_us - known.last_us, 0)
    if not elapsed:
        return Cadence(known.last_us, known.gap_us, known.longest_us, known.heard + heard.times)
    mean = elapsed / heard.times
    kept = (1 - WEIGHT) ** heard.times
    gap = mean if known.gap_us is None else known.gap_us * kept + mean * (1 - kept)
    pause = max(heard.first_us - known.last_us, 0)
    faded = (known.longest_us or 0) * 0.5 ** (elapsed / HALVED_US)
    longest = int(max(pause, mean, faded))
    return Cadence(heard.last_us, int(gap), longest, known.heard + heard.times)


def longest_pause_us(row: SourceRow | None, declared: timedelta | None) -> int | None:
    """How long a source may pause: as declared, else far longer than any pause of late.

    None: neither declared nor learned yet.
    """
    if declared is not None:
        return declared // MICROSECOND
    if row is None or row.gap_us is None or row.longest_us is None or row.first_us is None:
        return None
    if row.heard < FEWEST_HEARD or row.last_us - row.first_us < LEARNED_OVER_US:
        return None
    return max(2 * row.longest_us, 10 * row.gap_us, FLOOR_US)


def silent_ones(rows: Iterable[SourceRow], hub: HubSpec | None, now_us: Micros) -> frozenset[str]:
    """The names of those that pause for longer than they may; *hub* says what is declared."""
    sources = {} if hub is None else hub.heard()
    found = set()
    for row in rows:
        declared = sources[row.name].expect_every if row.name in sources else None
        pause_us = longest_pause_us(row, declared)
        if row.last_us and pause_us is not None and now_us - row.last_us > pause_us:
            found.add(row.name)
    return frozenset(found)
