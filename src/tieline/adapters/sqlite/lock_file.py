"""Lock file: a second process that wants the same store is refused, and told who has it."""

import fcntl
import os
from pathlib import Path

from tieline.adapters.sqlite.file_owner import OWNER_ONLY
from tieline.model.base.errors import StoreError, StoreLocked


class LockFile:
    """An advisory lock beside the store; the kernel drops it when the process ends, however."""

    def __init__(self, store: Path) -> None:
        """Raises StoreLocked, or StoreError when the place cannot be written."""
        self.path = _beside(store)
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be made ({error.strerror}); "
                "a store needs a folder that exists and may be written"
            ) from None
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

    @property
    def is_held(self) -> bool:
        """Whether it is still ours."""
        return self._fd >= 0

    def release(self) -> None:
        """Let others have the store. The file stays: removing it would race with a new owner."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _beside(store: Path) -> Path:
    """One lock for one file, by whatever link it is reached."""
    real = store.resolve()
    return real.with_name(real.name + ".lock")


def holder(store: Path) -> int | None:
    """The process that has *store* open for writing, or None."""
    try:
        fd = os.open(_beside(store), os.O_RDWR)
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
