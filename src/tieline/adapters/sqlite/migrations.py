"""Migrations: numbered SQL files bring a store of any earlier release to today's schema."""

import hashlib
from importlib.resources import files

import apsw

from tieline.adapters.sql.store.migrations import numbered
from tieline.model.base.errors import StoreCorrupt, StoreError

LEDGER = """CREATE TABLE IF NOT EXISTS migration (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT"""


def migrate(connection: apsw.Connection, path: str) -> list[str]:
    """Apply what is missing, each in its own transaction; returns the names applied.

    Raises StoreError when the store comes from a newer release, or a file was changed after use.
    """
    connection.execute(LEDGER)
    done, ours = _done(connection), _files()
    _refuse_newer(done, ours, path)
    return [name for number, name in sorted(ours.items()) if _apply(connection, number, name, done)]


def refuse_foreign(connection: apsw.Connection, path: str) -> None:
    """Raise StoreCorrupt when the file is another program's database; changes nothing."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if names and "migration" not in names:
        raise StoreCorrupt(f"{path} is the database of another program; give another path")


def check_migrated(connection: apsw.Connection, path: str) -> None:
    """Raise StoreError unless the store has exactly today's schema; changes nothing."""
    _refuse_no_store(connection, path)
    done, ours = _done(connection), _files()
    _refuse_newer(done, ours, path)
    missing = sorted(set(ours) - set(done))
    if missing:
        raise StoreError(
            f"{path} was written by an earlier release (it lacks {ours[missing[0]]}); "
            "start this release on it once, or run `tieline db migrate`, which brings it up to date"
        )


def standing(connection: apsw.Connection, path: str) -> tuple[list[str], list[str]]:
    """The migrations that the store has, and those of this release that it lacks.

    Raises StoreError when it is no store.
    """
    _refuse_no_store(connection, path)
    done, ours = _done(connection), _files()
    return (
        [name for _, (name, _) in sorted(done.items())],
        [name for number, name in sorted(ours.items()) if number not in done],
    )


def _refuse_no_store(connection: apsw.Connection, path: str) -> None:
    tables = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'"
    if not connection.execute(tables).fetchall():
        raise StoreError(f"{path} is not a Tieline store; give another path")


def _done(connection: apsw.Connection) -> dict[int, tuple[str, str]]:
    rows = connection.execute("SELECT number, name, digest FROM migration")
    return {number: (name, digest) for number, name, digest in rows}


def _refuse_newer(done: dict[int, tuple[str, str]], ours: dict[int, str], path: str) -> None:
    newer = sorted(set(done) - set(ours))
    if newer:
        raise StoreError(
            f"{path} was written by a newer release (migration {done[newer[-1]][0]}); "
            "start that release, or restore a copy from before it"
        )


def _apply(
    connection: apsw.Connection, number: int, name: str, done: dict[int, tuple[str, str]]
) -> bool:
    sql = files(__package__).joinpath("schema", name).read_text(encoding="utf-8")
    digest = hashlib.sha256(sql.encode()).hexdigest()
    if number in done:
        if done[number][1] != digest:
            raise StoreError(f"migration {name} is not the file that this store was made with")
        return False
    with connection:
        for _ in connection.execute(sql):
            pass
        connection.execute("INSERT INTO migration VALUES (?, ?, ?)", (number, name, digest))
    return True


def _files() -> dict[int, str]:
    folder = files(__package__).joinpath("schema")
    return numbered(entry.name for entry in folder.iterdir())
