"""FolderVault: secrets from files, one a name, as container platforms mount them."""

import codecs
import time
from pathlib import Path

from tieline.model.base.errors import SettingsError
from tieline.model.base.secret import Secret

LOOK_AGAIN_S = 1.0


class FolderVault:
    """Vault over ``<folder>/<name>``: the first line is the newest secret, further lines older.

    A changed file is seen within a second.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SettingsError("secrets_folder", str(folder), "use a folder that exists")
        self._folder = folder
        self._known: dict[str, tuple[float, tuple[Secret, ...]]] = {}

    def secrets(self, name: str) -> tuple[Secret, ...]:
        now_s = time.monotonic()
        looked_s, found = self._known.get(name, (-LOOK_AGAIN_S, ()))
        if now_s - looked_s < LOOK_AGAIN_S:
            return found
        fresh = self._read(name)
        if fresh != found:
            found = fresh  # the same object as long as nothing changed: cheap to compare
        self._known[name] = (now_s, found)
        return found

    def place_of(self, name: str) -> str:
        return f"the file {self._folder / name}"

    def _read(self, name: str) -> tuple[Secret, ...]:
        """Whatever cannot be read is no secret: then nothing is let in and nothing is sent."""
        if "/" in name or "\0" in name or name.startswith("."):
            return ()
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return ()
        lines = (line.strip() for line in content.removeprefix(codecs.BOM_UTF8).splitlines())
        return tuple(Secret.of(line) for line in lines if line)
