"""Errors: what the PostgreSQL library raises goes in; our own store errors come out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from tieline.model.base.errors import (
    StoreBlocked,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreInterrupted,
    StoreLost,
    TransitionRefused,
)

SEAM: tuple[tuple[str, type[StoreError], str], ...] = (
    ("40", StoreInterrupted, "{store} rolled a transaction back in favour of another"),
    ("55P03", StoreBlocked, "{store} kept us waiting for a lock"),
    ("57014", StoreInterrupted, "{store} ended a statement that took too long"),
    ("53100", StoreFull, "there is no space left for {store}; free some, nothing is lost"),
    ("53300", StoreLost, "{store} has no connection left; raise its limit, or use a pooler"),
    ("3F000", StoreError, "{store} has no schema for our tables; {path}"),
    ("08", StoreLost, "the connection to {store} is gone"),
    ("57", StoreLost, "{store} is stopping, starting or ending connections"),
    ("25006", StoreLost, "{store} only lets us read: {reading}"),
    ("25P0", StoreLost, "{store} ended a transaction that stood idle"),
    ("0A000", StoreLost, "the tables of {store} have changed under a prepared statement"),
    ("26000", StoreLost, "{store} forgot a statement; add ?statement_cache_size=0 for a pooler"),
    ("28", StoreError, "{store} does not let us in; check user and password"),
    ("3D000", StoreError, "{store} does not exist; create the database"),
    ("42501", StoreError, "{store} does not allow it; {right}"),
    ("XX001", StoreCorrupt, "{store} is damaged; stop, copy it, restore a backup"),
    ("XX002", StoreCorrupt, "an index of {store} is damaged; stop, and let PostgreSQL rebuild it"),
    ("53", StoreError, "{store} is out of resources"),
    ("58", StoreError, "{store} has trouble with its files"),
)
"""By the first letters of the SQLSTATE; first match wins. Anything else is a bug of ours."""
NO_SUCH_MOVE = "TL001"
"""What the schema's own guard says when it refuses; its detail names both states."""
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
"""Settings in an address that name a file."""
OF_ADDRESS = ("22023", "42704", "55P02")
"""What a server says of a setting in the address that it does not know, or does not take."""
RIGHT = "its user must own the database, or be given what is missing: {grant}"
GRANTS = (
    ("schema", "GRANT USAGE, CREATE ON SCHEMA public TO {user}"),
    ("", "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user} "
     "(SELECT alone, for one that only looks)"),
)  # fmt: skip
"""What is missing, by a word in the server's message; first match wins."""
PATH = (
    "the search_path of its user names none: ALTER ROLE {user} SET search_path = public, or the "
    "schema that has them"
)
READING = (
    "it is a standby, or becoming one, or its user may only read: "
    "SHOW default_transaction_read_only"
)
UNPOOLED = "unsupported startup parameter"
"""What a pooler says to settings at the start of a connection, which outlive a transaction."""


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
        raise StoreLost(f"the connection to {store} is gone ({_why(error)})") from error


@contextmanager
def translated_dial(store: str, where: str) -> Iterator[None]:
    """The same while a connection is made; *where* is told when nobody answers there."""
    try:
        with translated(store):
            yield
    except StoreLost as lost:
        if isinstance(lost.__cause__, FileNotFoundError) and (gone := _missing_file(store)):
            raise StoreError(f"{store} cannot be used: there is no file {gone}") from lost.__cause__
        if isinstance(lost.__cause__, OSError | EOFError):
            raise StoreLost(
                f"{store} cannot be reached: {_why(lost.__cause__)}; is the server running {where}?"
            ) from lost.__cause__
        raise
    except asyncpg.PostgresError as error:
        if (error.sqlstate or "").startswith(OF_ADDRESS):
            raise StoreError(
                f"{store} does not take a setting that its address has behind the ? ({error}); "
                "correct it, or leave it out"
            ) from error
        raise


def _missing_file(store: str) -> str | None:
    """Of those that an address names, the first that is not there."""
    given = parse_qs(urlsplit(store).query)
    named = ((name, value) for name in FILES for value in given.get(name, ()))
    return next((f"{value} ({name})" for name, value in named if not Path(value).is_file()), None)


def _why(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _ours(error: asyncpg.PostgresError, store: str) -> Exception:
    state = error.sqlstate or ""
    if state == NO_SUCH_MOVE:
        return TransitionRefused(*(error.detail or "").split())
    if UNPOOLED in str(error):
        return StoreError(
            f"{store} is a pooler, and its address does not say so: add ?statement_cache_size=0 "
            f"to it ({error})"
        )
    for start, ours, words in SEAM:
        if state.startswith(start):
            user = urlsplit(store).username or "that user"
            grant = next(grant for word, grant in GRANTS if word in str(error))
            more = {"right": RIGHT.format(grant=grant), "path": PATH, "reading": READING}
            told = words.format(store=store, **more).replace("{user}", user)
            return ours(f"{told} ({error})")
    found: Exception = error
    return found
