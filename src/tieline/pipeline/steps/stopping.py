"""Stopping: a step asks whether it may begin; what has stopped the execution, and whom, is kept."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from tieline.model.runs.run import Outcome, Returned
from tieline.pipeline.steps.in_flight import InFlight
from tieline.pipeline.steps.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SWALLOWED = 20
"""Stops that one task may catch; then its run is given up."""
MOST_UNSENT = 5
"""So many of the steps are named that are asked for too late."""


def nobody(*_: object) -> None:
    """Nobody is told."""


class Stopping:
    """What has stopped one execution.

    A stop ends the function and the branch that met it; parallel branches go on.
    """

    # Made when they are needed: few executions are stopped.
    unsent: tuple[str, ...] = ()
    """What was asked for once the run was stopped, in that order: a clean-up, say."""
    _swallowed: Counter[asyncio.Task[Any] | None] | None = None
    """How often each task has asked for more after it was stopped."""

    def __init__(self, flights: InFlight, run_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self.stops: list[Outcome] = []
        self.on_swallowed: Callable[[], None] = nobody
        """Is told once a task has swallowed too many stops."""
        self._flights = flights
        self._run_id = run_id
        self._loop = loop
        self._tasks: set[asyncio.Task[Any] | None] = set()
        """Those that met a stop."""

    def is_stopped_here(self) -> None:
        """This task met a stop."""
        self._tasks.add(asyncio.current_task(self._loop))

    def may_begin(self, asked: str = "") -> None:
        """Raises Stop where this execution begins nothing more, and notes what was *asked* for."""
        if self._flights.is_closed or (self.stops and self._concerns_this_task()):
            if asked and asked not in self.unsent and len(self.unsent) < MOST_UNSENT:
                self.unsent = (*self.unsent, asked)
            raise self._again()

    def may_sleep(self) -> None:
        """Raises Stop in a task that was stopped; others sleep beside it, so that none delays
        another."""
        if self._tasks and asyncio.current_task(self._loop) in self._tasks:
            raise self._again()

    def forget_tasks(self) -> None:
        """A task holds its run by its context; a run that held its task too would be left to the
        collector."""
        self._tasks.clear()
        self._swallowed = None
        self.on_swallowed = nobody

    def _concerns_this_task(self) -> bool:
        task = asyncio.current_task(self._loop)
        return task is self._flights.home or task in self._tasks

    def _again(self) -> Stop:
        task = asyncio.current_task(self._loop)
        if self._swallowed is None:
            self._swallowed = Counter()
        self._swallowed[task] += 1
        if self._swallowed[task] > MOST_SWALLOWED:
            self.on_swallowed()
        if self.stops:
            return Stop(self.stops[0])
        return Stop(Returned(), f"{self._run_id} has ended; a flow must await what it starts")
