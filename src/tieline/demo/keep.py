"""Keep: a stage after its play comes in; it goes on at a walking pace, for looking around."""

import asyncio
import sys

from tieline.demo.parts import DemoParts
from tieline.demo.scenario import STREAMS

PER_SECOND = 1.0
DAY_S = 86_400
AFTER = 500_000
"""The numbers of what is made up now begin so far behind those of the play."""


def console(stage: DemoParts) -> str:
    """Where people look at it, and how they get in."""
    hub = stage.hub
    if hub.log_in is None:
        return f"console: {hub.console}"
    entry = f"log in as {hub.log_in.name} with the password {hub.log_in.password}"
    return f"console: {hub.console}  ({entry})"


async def keep_on(stage: DemoParts) -> None:
    """Light traffic until somebody ends it."""
    for name in {stream.vendor for stream in STREAMS}:
        await stage.vendors[name].misbehave(())
    for stream in STREAMS:
        vendor = stage.vendors[stream.vendor]
        per_second = PER_SECOND * stream.share
        count = round(per_second * DAY_S)
        await vendor.generate(stream.kind, count, per_second, stage.first_number + AFTER)
    sys.stdout.write(f"\nthe hub goes on until you press Ctrl-C; {console(stage)}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
