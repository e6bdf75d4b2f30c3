"""Migrations: numbered SQL files bring a store of any earlier release to today's schema."""

import hashlib
from importlib.resources import files

import apsw

from tieline.model.errors import StoreError

LEDGER = """CREATE TABLE IF NOT EXISTS migration (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT"""


def migrate(connection: apsw.Connection, path: str) -> list[str]:
    """Apply what is missing, each in its own transaction; returns the names applied.

    Raises StoreError when the store comes from a newer release, or a file was changed after use.
    """
    connection.execute(LEDGER)
    done = {row[0]: (row[1], row[2]) for row in connection.execute("SELECT * FROM migration")}
    ours = _files()
    newer = sorted(set(done) - set(ours))
    if newer:
        raise StoreError(
            f"{path} was written by a newer release (migration {done[newer[-1]][0]}); "
            "start that release, or restore a copy from before it"
        )
    return [name for number, name in sorted(ours.items()) if _apply(connection, number, name, done)]


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
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return {int(name.split("_", 1)[0]): name for name in names}
