"""Ledger file: lines come in and are with the operating system before the call returns.

So a line survives a kill of this process (not of the machine: nothing is fsynced).
"""

import os
from pathlib import Path


class LedgerFile:
    """An append-only file of JSON lines."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def earlier_lines(self) -> list[bytes]:
        return self._path.read_bytes().splitlines()

    def record(self, line: bytes) -> None:
        os.write(self._file, line)

    def close(self) -> None:
        os.close(self._file)
