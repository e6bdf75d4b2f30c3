"""LineWriter: lines come in on the loop; a thread writes them, and what it cannot keep is counted.

A pipe that nobody reads blocks whoever writes to it. So the loop only puts lines into a buffer of
a bounded length, and never waits: when the buffer is full, lines are dropped, counted, and the
count is written as soon as there is room.
"""

import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

MOST_WAITING = 20_000
GATHER_S = 0.02
"""How long lines are gathered, so that one write takes many."""
LAST_WORDS_S = 2.0
"""How long a stop waits for a reader that is slow."""
STDERR = 2
AT_ONCE_BYTES = 4096
"""What a pipe takes in one piece (POSIX PIPE_BUF on Linux): several processes may share one."""


class LineWriter:
    """Writes to standard error, or appends to a file, which may be rotated meanwhile."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        descriptor: int = STDERR,
        most_waiting: int = MOST_WAITING,
        dropped_line: Callable[[int], bytes] = lambda count: b"%d lines were dropped\n" % count,
    ) -> None:
        """Raises OSError when *path* cannot be opened."""
        self._path = path
        self._descriptor = descriptor if path is None else _open(path)
        self._most_waiting = most_waiting
        is_pipe = stat.S_ISFIFO(os.fstat(self._descriptor).st_mode)
        self._piece_bytes = AT_ONCE_BYTES if is_pipe else 1 << 20
        self.dropped_line = dropped_line
        self._lines: deque[bytes] = deque()
        self._wake = threading.Event()
        self._is_awake = False
        self._closing = threading.Event()
        self.dropped = 0
        """Lines that were dropped since the process began."""
        self._told_dropped = 0
        self._thread = threading.Thread(target=self._work, name="tieline-log", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Take *line*, with its end; returns at once, whatever the reader does."""
        if len(self._lines) >= self._most_waiting:
            self.dropped += 1
            return
        self._lines.append(line)
        if not self._is_awake:
            self._is_awake = True
            self._wake.set()

    def close(self, seconds: float = LAST_WORDS_S) -> None:
        """Write what waits, for at most *seconds*."""
        self._closing.set()
        self._wake.set()
        self._thread.join(seconds)

    # --- on the thread --------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            self._closing.wait(GATHER_S)
            self._is_awake = False
            self._write_out()
        self._write_out()
        if self._path is not None:
            os.close(self._descriptor)

    def _write_out(self) -> None:
        taken = [self._lines.popleft() for _ in range(len(self._lines))]
        dropped = self.dropped - self._told_dropped
        if dropped:
            self._told_dropped += dropped
            taken.append(self.dropped_line(dropped))
        if taken:
            self._follow_the_file()
            # A reader that is gone, or a full disk: the hub goes on, and lines are not its truth.
            with suppress(OSError):
                for piece in _pieces(taken, self._piece_bytes):
                    self._write_all(piece)

    def _write_all(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:  # a pipe that somebody else made non-blocking
                self._closing.wait(GATHER_S)

    def _follow_the_file(self) -> None:
        """Somebody may have moved the file away to rotate it."""
        if self._path is None:
            return
        with suppress(OSError):
            here = os.fstat(self._descriptor)
            there = self._path.stat() if self._path.exists() else None
            if there is None or (there.st_ino, there.st_dev) != (here.st_ino, here.st_dev):
                fresh = _open(self._path)
                os.close(self._descriptor)
                self._descriptor = fresh


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)


def _pieces(lines: list[bytes], most_bytes: int) -> Iterator[bytes]:
    """*lines* in pieces of whole lines; a longer line is a piece of its own."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        if size and size + len(line) > most_bytes:
            yield b"".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    yield b"".join(piece)
