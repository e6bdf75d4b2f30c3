"""Plain step: an author's function comes in; what it returns goes out, however long it takes."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, Protocol

from tieline.model.runs.facts import ThreadAwaited
from tieline.pipeline.steps.parts import StepParts

LONG_WAIT_US = 5_000_000
"""Of a step for a thread; people are told of a longer one."""
Late = asyncio.CancelledError | None


class ThreadUser(Protocol):
    """The run whose step it is."""

    parts: StepParts
    is_called_off: bool
    """This process stops, or the run was taken away or ended."""
    threads: int
    """Functions of its steps that are at work in threads."""

    @property
    def flow(self) -> str:
        """Of the run, by its name."""
        ...


async def called(
    run: ThreadUser, fn: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[Any, Late]:
    """What *fn* returns, and the cancellation that came while it could not be heard."""
    if inspect.iscoroutinefunction(fn):
        return await fn(*args), None
    found, late = await _in_thread(run, fn, args)
    return (await found if inspect.isawaitable(found) else found), late


async def _in_thread(
    run: ThreadUser, fn: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[Any, Late]:
    """Nobody can end a thread: begun again, it would go on beside itself. So it is waited for,
    whatever ends the execution, unless this process stops or the run was taken away."""
    parts = run.parts
    threads, asked_us = parts.threads, parts.clock.now_us()
    async with threads.turn(run.flow):
        waited_us = parts.clock.now_us() - asked_us
        if waited_us > LONG_WAIT_US:
            parts.observer.saw(ThreadAwaited(run.flow, waited_us, threads.size, threads.share))
        work = threads.begin(parts.loop, _plainly, fn, args)
        run.threads += 1
        try:
            late = await _outlasted(run, work)
        finally:
            run.threads -= 1
    return work.result(), late


async def _outlasted(run: ThreadUser, work: "asyncio.Future[Any]") -> Late:
    """Wait for *work*; the cancellation that came meanwhile."""
    late: Late = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as cancelled:
            if run.is_called_off:
                raise
            late = cancelled
    return late


def _plainly(fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return fn(*args)
    except StopIteration as error:  # no future can carry it: whoever waits would wait for ever
        raise RuntimeError("the function raised StopIteration") from error
