"""Dialling: a URL comes in; an open link goes out, however long the server takes to come back."""

import asyncio
from collections.abc import Callable

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.url import StoreUrl
from tieline.model.base.errors import StoreLost

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0

Chance = Callable[[], float]
"""A random number from 0 to 1, so that many workers do not come back in step."""


def evenly() -> float:
    """For tests and tools that are alone."""
    return 0.5


async def dial(url: StoreUrl, *, patience_s: float, chance: Chance = evenly) -> PostgresConnection:
    """Connect, trying again for about *patience_s*. Raises StoreLost when that is over."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience_s
    pause = FIRST_PAUSE_S
    while True:
        try:
            return await PostgresConnection.dial(url)
        except StoreLost:
            rest = pause * (0.5 + chance())
            if loop.time() + rest > end:
                raise
            await asyncio.sleep(rest)
            pause = min(2 * pause, LONGEST_PAUSE_S)
