"""Socket path: a store's path comes in; the path of the socket that its hub listens on goes out."""

import hashlib
import os
import tempfile
from pathlib import Path

from tieline.model.base.errors import SettingsError

LONGEST_BYTES = 100
"""The system's limit is 104 to 108 bytes, the closing zero included."""
PRIVATE = 0o700


def socket_path(store: Path) -> Path:
    """``<store>.sock``; where that is too long for the system, a private folder of this user."""
    beside = store.resolve().with_name(store.name + ".sock")
    if len(os.fsencode(beside)) <= LONGEST_BYTES:
        return beside
    digest = hashlib.sha256(os.fsencode(beside)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tieline-{os.getuid()}-{digest}" / "hub.sock"


def make_private(folder: Path) -> None:
    """Make *folder* for this user alone. Raises SettingsError when somebody else has made it."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if not is_private(folder):
        raise SettingsError(
            "the control socket's folder", str(folder), "it belongs to another user; remove it"
        )


def is_private(folder: Path) -> bool:
    """Whether *folder* is no link, is this user's, and nobody else may look into it."""
    found = folder.lstat()
    return found.st_uid == os.getuid() and (found.st_mode & 0o170777) == (0o040000 | PRIVATE)
