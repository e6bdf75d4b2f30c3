"""Changes: a hub is served in a process of its own, which is replaced when its files change.

For people at work: a change is seen within a second, and a hub that cannot be loaded waits for the
next change instead of ending. What runs when a file changes is finished, or goes on afterwards.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

LOOK_S = 0.3
PATTERNS = ("*.py", "*.toml", ".env")
SKIPPED = frozenset({".venv", "venv", "node_modules", "__pycache__", ".git"})
MOST_FILES = 5_000

Files = Mapping[Path, int]
"""When each was changed."""


def files_of(folder: Path) -> Files:
    """What a hub in *folder* is made of."""
    found: dict[Path, int] = {}
    for at, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name not in SKIPPED]
        paths = [Path(at, name) for name in names[: MOST_FILES - len(found)]]
        for path in paths:
            if any(path.match(one) for one in PATTERNS):
                found[path] = _changed_ns(path)
    return found


def _changed_ns(path: Path) -> int:
    """0: it is gone already."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def changed(before: Files, after: Files) -> tuple[str, ...]:
    """The names of the files that are new, gone or different."""
    names = {*before, *after}
    return tuple(sorted(one.name for one in names if before.get(one) != after.get(one)))


def serve_again(folder: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Serve until told to stop (SIGTERM, Ctrl-C); returns the last exit code."""
    resting = threading.Event()
    known, child = files_of(folder), _start(environment)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say(f"changes in {folder} are served at once")
    try:
        while True:
            resting.wait(LOOK_S)
            now = files_of(folder)
            names = changed(known, now)
            if names:
                known = now
                say(f"{', '.join(names[:3])} changed: the hub is loaded again")
                _end(child)
                child = _start(environment)
    except KeyboardInterrupt:
        return _end(child)


def _start(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tieline", "serve"], env=dict(environment))


def _end(child: subprocess.Popen[bytes]) -> int:
    """Tell it to stop, which finishes what it is doing, and wait for that."""
    if child.poll() is None:
        child.terminate()
    return child.wait()
