"""Gauging: every few seconds the store and this process are looked at; what is seen is shown."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tieline.model.hub.flow import HubSpec
from tieline.model.people.alert import Signs
from tieline.model.views.gauges import Gauges
from tieline.model.views.rows import WorkCount
from tieline.model.views.views import CountWork, ReadSigns
from tieline.model.views.work_lists import CountWaiting
from tieline.pipeline.call import Calls
from tieline.ports.clock import Clock
from tieline.ports.views import Views

EVERY_S = 10.0
SPAN_US = 300_000_000
NO_WORK = WorkCount((), None, exact=True)
NO_SIGNS = Signs((), (), (), None)


@dataclass(frozen=True, slots=True)
class Gauged:
    """What is looked at."""

    hub: HubSpec
    views: Views | None
    """None: another process looks at the store."""
    calls: Calls
    clock: Clock
    commands_waiting: Callable[[], int]
    runs_busy: Callable[[], int]
    file: Path | None
    """The store's, where it is one."""


class Gauging:
    """Looks, and shows what it saw."""

    def __init__(self, gauged: Gauged, show: Callable[[Gauges], None]) -> None:
        self._gauged = gauged
        self._show = show

    async def pass_(self) -> float:
        """One look."""
        gauged = self._gauged
        now_us = gauged.clock.now_us()
        work, signs = NO_WORK, NO_SIGNS
        waiting: tuple[tuple[str, int], ...] = ()
        if gauged.views is not None:
            work = await gauged.views.read(CountWork())
            signs = await gauged.views.read(ReadSigns(now_us - SPAN_US))
            waiting = await gauged.views.read(CountWaiting())
        guards = tuple(
            gauged.calls.guard(spec).gauges(now_us) for spec in gauged.hub.connections.values()
        )
        free = None if gauged.file is None else await asyncio.to_thread(free_share, gauged.file)
        self._show(
            Gauges(
                now_us,
                work,
                signs,
                guards,
                gauged.commands_waiting(),
                gauged.runs_busy(),
                free,
                waiting,
            )
        )
        return EVERY_S


def free_share(file: Path) -> float | None:
    """The free share of the disk that has *file* (0 to 1); None: nobody can say."""
    try:
        usage = shutil.disk_usage(file.absolute().parent)
    except OSError:
        return None
    return usage.free / usage.total if usage.total else None
