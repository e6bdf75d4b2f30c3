"""Threads: a plain function of a step comes in; it is executed beside the loop, in its flow's turn.

The threads are few, and shared by all flows of a process. So that one flow which needs them for
long does not keep the others waiting, it may have half of them.
"""

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

USUAL = 32


class StepThreads:
    """The threads in which plain functions of steps are executed."""

    def __init__(self, size: int = USUAL) -> None:
        self.size = size
        self.share = max(1, size // 2)
        """So many of them one flow may have."""
        self.at_work: Counter[str] = Counter()
        """By flow."""
        self.waiting: Counter[str] = Counter()
        """Functions that wait for a thread, by flow."""
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._all = asyncio.Semaphore(size)
        self._pool: ThreadPoolExecutor | None = None

    @asynccontextmanager
    async def turn(self, flow: str) -> AsyncIterator[None]:
        """A thread is free for *flow* inside."""
        turn = self._turns.setdefault(flow, asyncio.Semaphore(self.share))
        self.waiting[flow] += 1
        try:
            await turn.acquire()
            try:
                await self._all.acquire()
            except BaseException:
                turn.release()
                raise
        finally:
            self.waiting[flow] -= 1
        self.at_work[flow] += 1
        try:
            yield
        finally:
            self.at_work[flow] -= 1
            self._all.release()
            turn.release()

    def begin(
        self, loop: asyncio.AbstractEventLoop, fn: Callable[..., Any], *args: object
    ) -> "asyncio.Future[Any]":
        """*fn* at work in a thread, with the context of whoever asks."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.size, thread_name_prefix="tieline-step")
        return loop.run_in_executor(self._pool, contextvars.copy_context().run, fn, *args)
