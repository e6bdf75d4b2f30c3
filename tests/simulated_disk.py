"""SimulatedDisk: a disk in memory that loses, or tears, what was not synced when power is cut."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

Change = Callable[[bytearray], None]


class Content:
    """One file: what programs see, what would survive, and the changes between the two."""

    def __init__(self) -> None:
        self.seen = bytearray()
        self.durable = bytearray()
        self.unsynced: list[tuple[int, bytes | None]] = []
        """(offset, data), or (size, None) for a truncation."""

    def change(self, at: int, data: bytes | None) -> None:
        _apply(self.seen, at, data)
        self.unsynced.append((at, data))

    def sync(self) -> None:
        for at, data in self.unsynced:
            _apply(self.durable, at, data)
        self.unsynced.clear()

    def after_cut(self, tear: random.Random | None) -> bytes:
        """What is left; torn: any of the unsynced changes, in any order, and parts of them."""
        left = bytearray(self.durable)
        if tear is not None:
            kept = [each for each in self.unsynced if tear.random() < 0.7]
            tear.shuffle(kept)
            for at, data in kept:
                part = data if data is None else data[: tear.randint(0, len(data))]
                _apply(left, at, part)
        return bytes(left)


def _apply(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
        return
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


class SimulatedDisk(apsw.VFS):
    """A VFS whose files are in memory; a connection has a file for itself (no shared memory)."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.files: dict[str, Content] = {}
        self.moves = 0
        """Writes, truncations and syncs so far."""
        self.cut_at: int | None = None
        """The move before which the power fails."""
        self.tear: random.Random | None = None
        self.capacity_bytes: int | None = None
        self.is_read_only = False
        self.cannot_open = False
        self.has_bad_syncs = False
        self.left: dict[str, bytes] | None = None
        """The files after the cut."""
        self.lock = threading.RLock()

    # --- what the test does ---------------------------------------------------------------------

    def write_back(self, folder: Path) -> None:
        """Put what the cut has left on a real disk."""
        assert self.left is not None
        for name, content in self.left.items():
            (folder / Path(name).name).write_bytes(content)

    # --- what SQLite does -----------------------------------------------------------------------

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            return super().xOpen(name, flags)
        if self.cannot_open:
            raise apsw.CantOpenError("the simulated disk does not let anybody in")
        if self.is_read_only:
            flags[1] = apsw.SQLITE_OPEN_READONLY
        return OpenFile(self, self.files.setdefault(path, Content()))

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self.files

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.files.pop(filename, None)

    def excepthook(self, _type: Any, _error: BaseException | None, _traceback: Any) -> bool:
        """What a failing disk raises is the test's own doing, and already told."""
        return True

    def move(self) -> None:
        """Count a move; from the cut on, the disk does nothing any more."""
        self.moves += 1
        if self.cut_at is not None and self.moves >= self.cut_at and self.left is None:
            self.left = {name: file.after_cut(self.tear) for name, file in self.files.items()}
        if self.left is not None:
            raise apsw.IOError("the power is off")

    def check_space(self, content: Content, end: int) -> None:
        grows = max(0, end - len(content.seen))
        used = sum(len(file.seen) for file in self.files.values())
        if self.capacity_bytes is not None and grows and used + grows > self.capacity_bytes:
            raise apsw.FullError("the simulated disk is full")


class OpenFile:
    """A file as SQLite has it open."""

    def __init__(self, disk: SimulatedDisk, content: Content) -> None:
        self._disk = disk
        self._content = content

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._content.seen[offset : offset + amount])

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        with self._disk.lock:
            self._disk.move()
            self._disk.check_space(self._content, offset + len(data))
            self._content.change(offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        with self._disk.lock:
            self._disk.move()
            self._content.change(size, None)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        with self._disk.lock:
            self._disk.move()
            if self._disk.has_bad_syncs:
                error: Any = apsw.IOError("the simulated disk cannot sync")
                error.extendedresult = apsw.SQLITE_IOERR_FSYNC
                raise error
            self._content.sync()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._content.seen)

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xLock(self, _level: int) -> None:  # noqa: N802
        """The whole disk belongs to one connection."""

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        """The whole disk belongs to one connection."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xClose(self) -> None:  # noqa: N802
        """The content outlives the one who opened it."""


@contextmanager
def simulated_disk(name: str) -> Iterator[SimulatedDisk]:
    """A disk that ``SqliteDatabase(path, vfs=name)`` can be opened on."""
    disk = SimulatedDisk(name)

    def keep_to_itself(connection: apsw.Connection) -> None:
        # A write-ahead log without shared memory needs a connection that is alone.
        if connection.open_vfs == name:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()

    apsw.connection_hooks.append(keep_to_itself)
    try:
        yield disk
    finally:
        apsw.connection_hooks.remove(keep_to_itself)
        disk.unregister()
