"""File owner: the path of a store comes in; its files are readable by their owner only."""

import os
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600
_OTHERS = 0o077
_BESIDE = ("", "-wal", "-shm")


def keep_private(store: Path) -> None:
    """Make the file so that only its owner reads it, and make others so that were made otherwise.

    SQLite gives its log the mode of the file. A file that is there is never opened here: closing it
    again would let go of the locks that this process has on it.
    """
    real = store.resolve()
    with suppress(
        OSError
    ):  # one that is there; whoever cannot make it is told by the next who tries
        os.close(os.open(real, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    for end in _BESIDE:
        path = real.with_name(real.name + end)
        with suppress(OSError):  # not there, or not ours
            if path.stat().st_mode & _OTHERS:
                path.chmod(OWNER_ONLY)
