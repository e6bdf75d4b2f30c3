"""Service: the loops of one process; each repeats one pass, and only here does anything wait."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from tieline.model.runs.facts import PassFailed
from tieline.ports.observer import Observer

LONGEST_PAUSE_S = 30.0
LONGEST_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Loop:
    """A pass that is repeated.

    ``pass_`` does one bounded thing and returns how long to rest before the next, in seconds;
    zero means there is more to do. ``wake`` ends a rest early. ``begin`` is awaited once, before
    anything comes in.
    """

    name: str
    pass_: Callable[[], Awaitable[float]]
    wake: asyncio.Event | None = None
    begin: Callable[[], Awaitable[None]] | None = None


class Service:
    """Keeps the loops of one process going until it is told to stop."""

    def __init__(self, loops: list[Loop], observer: Observer) -> None:
        self._loops = loops
        self._observer = observer
        self._stopping = False
        self._wakes: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Do what loops want done before anything comes in."""
        for loop in self._loops:
            if loop.begin is not None:
                await loop.begin()

    def start(self) -> None:
        """Start every loop."""
        for loop in self._loops:
            wake = loop.wake or asyncio.Event()
            self._wakes.append(wake)
            task = asyncio.create_task(self._repeat(loop, wake), name=f"loop {loop.name}")
            self._tasks.append(task)

    async def stop(self) -> None:
        """End every loop after the pass it is in: half a pass may leave a claim that nobody knows.

        One that takes too long is cut off.
        """
        self._stopping = True
        for wake in self._wakes:
            wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LONGEST_STOP_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, loop: Loop, wake: asyncio.Event) -> None:
        """A pass that raises is reported and repeated, after a pause that doubles."""
        failures = 0
        while not self._stopping:
            try:
                rest_s = await loop.pass_()
                failures = 0
            except Exception as error:  # noqa: BLE001 - a loop must outlive whatever one pass meets
                failures += 1
                rest_s = min(0.5 * 2 ** min(failures, 6), LONGEST_PAUSE_S)
                self._observer.saw(PassFailed(loop.name, f"{type(error).__name__}: {error}"))
            if not self._stopping:
                await _rest(wake, rest_s)


async def _rest(wake: asyncio.Event, seconds: float) -> None:
    if seconds > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), seconds)
    else:
        await asyncio.sleep(0)
    wake.clear()


def told_to_stop(at_once: Callable[[], None] = lambda: None) -> "asyncio.Future[str]":
    """Listens from now on; done, with its name, once a signal asks the process to end.

    *at_once* is called by the signal itself, which interrupts also a flow that blocks the loop.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Future[str] = loop.create_future()

    def tell(name: str) -> None:
        if not told.done():
            told.set_result(name)

    def heard(number: int, _: object) -> None:
        at_once()
        with suppress(RuntimeError):  # the loop is closed: the process ends already
            loop.call_soon_threadsafe(tell, signal.Signals(number).name)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    return told
