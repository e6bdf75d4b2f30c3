"""Ticks: a rate comes in; one call for every intended time goes out, exact below a millisecond."""

import asyncio
import ctypes
import os
import struct
from collections.abc import Callable

from benchmarks.event import now_us

_CLOCK_MONOTONIC = 1
_NONBLOCK = os.O_NONBLOCK
_LIBC = ctypes.CDLL(None, use_errno=True)


class Ticks:
    """A kernel timer: event loops round their own timers to whole milliseconds."""

    def __init__(self, rate: int, due: Callable[[int], None]) -> None:
        self._rate = rate
        self._due = due
        self._descriptor = _LIBC.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")

    def start(self, started_us: int) -> None:
        self._started_us = started_us
        self._done = 0
        interval_ns = 1_000_000_000 // self._rate
        seconds, nanoseconds = divmod(interval_ns, 1_000_000_000)
        spec = struct.pack("qqqq", seconds, nanoseconds, seconds, nanoseconds)
        if _LIBC.timerfd_settime(self._descriptor, 0, spec, None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")
        asyncio.get_running_loop().add_reader(self._descriptor, self._ring)

    def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)

    def _ring(self) -> None:
        """Ring once for every intended time that has come, however late this wake-up is."""
        os.read(self._descriptor, 8)
        passed_us = now_us() - self._started_us
        while (at_us := self._done * 1_000_000 // self._rate) <= passed_us:
            self._done += 1
            self._due(self._started_us + at_us)
