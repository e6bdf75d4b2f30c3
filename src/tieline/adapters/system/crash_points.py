"""CrashAt: ends the process, as a power cut would, at the n-th time a named place is reached."""

import os
import signal

from tieline.model.base.errors import SettingsError
from tieline.ports.crash_points import POINTS


class CrashAt:
    """A ``Reach`` that kills its own process with SIGKILL; made from ``name`` or ``name:n``."""

    def __init__(self, text: str) -> None:
        name, _, count = text.partition(":")
        if name not in POINTS:
            raise SettingsError("crash_at", text, f"use one of {', '.join(POINTS)}")
        if count and not count.isdigit():
            raise SettingsError("crash_at", text, "the part after ':' must be a number")
        self._name = name
        self._left = int(count or "1")

    def __call__(self, name: str) -> None:
        if name != self._name:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
