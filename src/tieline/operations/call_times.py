"""Call times: what was counted of connections is read; those that are slow against their past."""

from collections.abc import Mapping

from tieline.model.base.ids import Micros
from tieline.model.views.series import HOUR_US, MINUTE_US, Point, ReadSums
from tieline.ports.views import Views
from tieline.rules.watch.slow_calls import CallTimes, slow_now

SPAN_US = 5 * MINUTE_US
"""So much is now."""
LATELY_US = 3 * HOUR_US
DAY_US = 24 * HOUR_US


async def slow_connections(
    views: Views, now: Mapping[str, Point], now_us: Micros
) -> dict[str, CallTimes]:
    """Over all processes, by name; *now* is what was counted in ``SPAN_US``.

    Past is the day before the last hours, or else these: a vendor that stays slow is slow for
    hours, and then it is usual.
    """
    hour_us = now_us - now_us % HOUR_US
    day = await views.read(ReadSums("connection", hour_us - DAY_US, hour_us - LATELY_US))
    lately = await views.read(ReadSums("connection", now_us - LATELY_US, now_us - SPAN_US))
    found = {name: slow_now(point, day.get(name), lately.get(name)) for name, point in now.items()}
    return {name: times for name, times in found.items() if times is not None}
