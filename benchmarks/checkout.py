"""Checkout: a revision comes in; a folder with its files, as long as the block lasts, goes out."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_ROOT = Path(__file__).parents[1]


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A worktree of its own, which is removed however the block ends."""
    with TemporaryDirectory(prefix="revision-") as name:
        folder = Path(name) / "tree"
        _git("worktree", "add", "--quiet", "--detach", str(folder), revision)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def short_name(revision: str) -> str:
    """The abbreviated hash of its commit; ends the program where there is no such commit."""
    return _git("rev-parse", "--verify", "--short", f"{revision}^{{commit}}").strip()


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(_ROOT), *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"git {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout
