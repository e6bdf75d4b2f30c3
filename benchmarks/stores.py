"""Stores: the place of a hub's store comes in; how many of its runs are unfinished goes out."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import apsw
import asyncpg  # type: ignore[import-untyped, unused-ignore]

UNFINISHED = "SELECT count(*) FROM work"


class Store(Protocol):
    """What a benchmark asks of a store while a hub works on it."""

    def unfinished(self) -> int:
        """How many runs are not done."""
        ...


class File:
    """A SQLite store, read beside its writer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def unfinished(self) -> int:
        store = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            ((count,),) = store.execute(UNFINISHED).fetchall()
        finally:
            store.close()
        return int(str(count))


class Database:
    """A PostgreSQL store, over one connection that is kept."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection: Any = self._loop.run_until_complete(asyncpg.connect(url))

    def unfinished(self) -> int:
        return int(self._loop.run_until_complete(self._connection.fetchval(UNFINISHED)))

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()


@contextmanager
def looking_at(path: Path, url: str) -> Iterator[Store]:
    """The store at *url*, or if that is empty the file at *path*."""
    if not url:
        yield File(path)
        return
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
