"""Places: a folder that is no disk, for files that no power cut will meet, where there is room."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED = 2**32


def memory(needed: int = NEEDED) -> Path | None:
    """The folder, if so many bytes are free in it."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > needed
    return MEMORY if has_room and os.access(MEMORY, os.W_OK) else None
