"""Errors: what the SQLite library raises goes in; our own store errors come out."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from tieline.model.base.errors import (
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    TransitionRefused,
)

SEAM: tuple[tuple[type[Exception], type[StoreError], str], ...] = (
    (apsw.FullError, StoreFull, "there is no space left for {path}; free some, nothing is lost"),
    (apsw.CorruptError, StoreCorrupt, "{path} is damaged; stop, copy it, restore a backup"),
    (apsw.NotADBError, StoreCorrupt, "{path} is not a Tieline store; give another path"),
    (apsw.BusyError, StoreLocked, "{path} is in use by another program"),
    (apsw.ReadOnlyError, StoreError, "{path} cannot be written; check owner and mount"),
    (apsw.CantOpenError, StoreError, "{path} cannot be opened; check that its folder exists"),
    (apsw.IOError, StoreError, "the disk under {path} reported an error"),
)
"""First match wins. Anything else is a bug of ours and is raised as it is."""
NO_SUCH_MOVE = "the law of run states has no such move"
"""What the schema's own guard says when it refuses."""


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn the library's exceptions into ours."""
    try:
        yield
    except apsw.ConstraintError as error:
        if NO_SUCH_MOVE in str(error):
            raise TransitionRefused from error
        raise
    except apsw.Error as error:
        for theirs, ours, words in SEAM:
            if isinstance(error, theirs):
                raise ours(f"{words.format(path=path)} ({error})") from error
        raise
