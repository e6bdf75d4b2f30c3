"""Seam: what the PostgreSQL library raises goes in; our own store errors come out."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from tieline.model.errors import (
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreInterrupted,
    StoreLost,
)

SEAM: tuple[tuple[str, type[StoreError], str], ...] = (
    ("40", StoreInterrupted, "{store} rolled a transaction back in favour of another"),
    ("55P03", StoreInterrupted, "{store} was kept waiting for a lock"),
    ("57014", StoreInterrupted, "{store} ended a statement that took too long"),
    ("53100", StoreFull, "there is no space left for {store}; free some, nothing is lost"),
    ("53300", StoreLost, "{store} has no connection left; raise its limit, or use a pooler"),
    ("08", StoreLost, "the connection to {store} is gone"),
    ("57", StoreLost, "{store} is stopping, starting or ending connections"),
    ("25006", StoreLost, "{store} only lets us read: it is a standby, or becoming one"),
    ("25P0", StoreLost, "{store} ended a transaction that stood idle"),
    ("0A000", StoreLost, "the tables of {store} have changed under a prepared statement"),
    ("26000", StoreLost, "{store} forgot a statement; add ?statement_cache_size=0 for a pooler"),
    ("28", StoreError, "{store} does not let us in; check user and password"),
    ("3D000", StoreError, "{store} does not exist; create the database"),
    ("42501", StoreError, "{store} does not allow it; check the rights of its user"),
    ("XX001", StoreCorrupt, "{store} is damaged; stop, copy it, restore a backup"),
    ("XX002", StoreCorrupt, "an index of {store} is damaged; stop, and let PostgreSQL rebuild it"),
    ("53", StoreError, "{store} is out of resources"),
    ("58", StoreError, "{store} has trouble with its files"),
)
"""By the first letters of the SQLSTATE; first match wins. Anything else is a bug of ours."""


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Turn the library's exceptions into ours; *store* is how the store is shown to people."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _ours(error, store) from error
    except asyncpg.ClientConfigurationError as error:
        raise StoreError(f"{store} cannot be used as an address ({error})") from error
    except (OSError, EOFError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        why = str(error) or type(error).__name__
        raise StoreLost(f"the connection to {store} is gone ({why})") from error


def _ours(error: asyncpg.PostgresError, store: str) -> Exception:
    state = error.sqlstate or ""
    for start, ours, words in SEAM:
        if state.startswith(start):
            return ours(f"{words.format(store=store)} ({error})")
    found: Exception = error
    return found
