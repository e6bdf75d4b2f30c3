"""In flight: effects under way come in; a run that ends waits here until they have landed."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class InFlight:
    """The effects that one execution has begun and not yet remembered."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.home: asyncio.Task[Any] | None = None
        """The task that executes the flow function; others are tasks of the author's own."""
        self.is_closed = False
        """The execution has ended: no new step begins."""
        self.has_branches = False
        """Whether tasks of the author's own have carried out effects."""
        self._loop = loop
        self._count = 0
        self._landed: asyncio.Event | None = None
        self._apart: set[asyncio.Task[Any]] = set()

    async def fly(self, flight: Coroutine[Any, Any, T]) -> T:
        """Carry out *flight*, an effect with its memory.

        A task group cancels the siblings of what failed. Their effects go on all the same, since
        half a call is a doubt that nobody needs; the run waits for them before it ends.
        """
        self._count += 1
        if self.is_home():
            try:
                return await flight
            finally:
                self._land()
        self.has_branches = True
        task = self._loop.create_task(flight)
        self._apart.add(task)
        task.add_done_callback(self._land_apart)
        return await asyncio.shield(task)

    def is_home(self) -> bool:
        """Whether this is the task of the flow function itself."""
        return asyncio.current_task(self._loop) is self.home

    def _land_apart(self, task: asyncio.Task[Any]) -> None:
        self._apart.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; if that task was cancelled, nobody wants it
        self._land()

    def _land(self) -> None:
        self._count -= 1
        if self._count == 0 and self._landed is not None:
            self._landed.set()

    @property
    def any(self) -> bool:
        """Whether an effect is in flight."""
        return self._count > 0

    async def landed(self) -> None:
        """Return once no effect is in flight."""
        while self._count:
            self._landed = asyncio.Event()
            await self._landed.wait()

    def abandon(self) -> None:
        """There is no time left: cut off what the author's own tasks have begun."""
        for task in list(self._apart):
            task.cancel()
