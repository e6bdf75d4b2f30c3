"""Lockfile: a second process that wants the same store is refused, and told who has it."""

import fcntl
import os
from pathlib import Path

from tieline.model.errors import StoreLocked


class Lockfile:
    """An advisory lock beside the store; the kernel drops it when the process ends, however."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + ".lock")
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(self._fd, 64).decode(errors="replace").strip() or "unknown"
            os.close(self._fd)
            raise StoreLocked(
                f"{store} is open in process {owner}; stop that process, or let it do the work: "
                "commands of the tieline CLI find a running hub by themselves"
            ) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others have the store. The file stays: removing it would race with a new owner."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def holder(store: Path) -> int | None:
    """The process that has *store* open for writing, or None."""
    path = store.with_name(store.name + ".lock")
    try:
        fd = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        text = os.read(fd, 64).decode(errors="replace").strip()
        return int(text) if text.isdigit() else -1
    else:
        return None
    finally:
        os.close(fd)
