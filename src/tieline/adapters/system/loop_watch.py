"""LoopWatch: an event loop comes in; when it stands still, what it is in the middle of goes out.

A thread of its own, since whatever the loop itself would do is what does not happen.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tieline.rules.fleet.blocked import OpenCall

if TYPE_CHECKING:
    from types import FrameType

LOOK_S = 1.0
"""Between two looks at a loop that turns."""
CONFIRM_S = 0.5
"""A process that was stopped for a while, or a machine that was asleep, comes back in that."""

Task = asyncio.Task[Any]
StandsStill = Callable[["Task | None", list[OpenCall], float], None]
"""(the task at work, its calls from the outermost on, for how many seconds)."""


class LoopWatch:
    """Watches the loop in whose thread it is made, from ``start`` until ``stop``."""

    def __init__(self, tell: StandsStill, first_s: float) -> None:
        """*tell* is called on a thread of its own, and again while it lasts, ever less often."""
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._tell = tell
        self._first_s = first_s
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="tieline-loop-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; one look may still be under way."""
        self._is_over.set()

    def _work(self) -> None:
        while not self._is_over.wait(LOOK_S):
            turned = threading.Event()
            try:
                self._loop.call_soon_threadsafe(turned.set)
            except RuntimeError:  # it is closed
                return
            self._wait_for(turned)

    def _wait_for(self, turned: threading.Event) -> None:
        still_s = pause_s = self._first_s
        is_over = turned.wait(pause_s) or turned.wait(CONFIRM_S)
        while not (is_over or self._is_over.is_set()):
            self._tell(asyncio.current_task(self._loop), self._stack(), still_s)
            is_over = turned.wait(pause_s)
            still_s += pause_s
            pause_s = still_s

    def _stack(self) -> list[OpenCall]:
        frame: FrameType | None = sys._current_frames().get(self._loop_thread)  # noqa: SLF001
        found: list[OpenCall] = []
        while frame is not None:
            code = frame.f_code
            found.append(OpenCall(code.co_filename, frame.f_lineno, code.co_name))
            frame = frame.f_back
        return found[::-1]
