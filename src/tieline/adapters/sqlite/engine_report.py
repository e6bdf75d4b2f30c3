"""Engine report: a connection to a store comes in; what its file says of it goes out."""

from pathlib import Path

import apsw

from tieline.adapters.sqlite.errors import translated
from tieline.adapters.sqlite.lock_file import holder
from tieline.adapters.sqlite.migrations import standing
from tieline.adapters.sqlite.statements import text
from tieline.model.base.errors import StoreError
from tieline.model.views.engine_report import StoreReport, TableReport
from tieline.model.views.transfer import COPY
from tieline.rules.store.copying import why_shut

COUNTED = 100_000
"""Rows of a table without row numbers are counted up to here."""


def sheet_of(path: Path) -> StoreReport:
    """The sheet of the file at *path*, of whatever release. Raises StoreError."""
    if not path.is_file():
        raise StoreError(f"there is no store at {path}")
    with translated(str(path)):
        quoted = str(path.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        connection = apsw.Connection(f"file:{quoted}?mode=ro", flags=flags)
        try:
            connection.set_busy_timeout(5_000)
            return fill(connection, path)
        finally:
            connection.close()


def fill(connection: apsw.Connection, path: Path) -> StoreReport:
    """The same over an open connection."""
    applied, pending = standing(connection, str(path))
    owner = holder(path)
    noted = connection.execute(text("mark_get"), {"name": COPY}).fetchall()
    return StoreReport(
        shown=str(path),
        engine="SQLite",
        version=apsw.sqlite_lib_version(),
        applied=tuple(applied),
        pending=tuple(pending),
        bytes=path.stat().st_size,
        tables=tuple(_tables(connection)),
        holders=() if owner is None else (f"process {owner}",),
        shut=why_shut(str(noted[0][0]) if noted else None, str(path)),
    )


def _tables(connection: apsw.Connection) -> list[TableReport]:
    found = connection.execute(
        "SELECT name, wr FROM pragma_table_list "
        "WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    ).fetchall()
    return [
        TableReport(str(name), _rows(connection, str(name), is_keyed=wr == 1), None)
        for name, wr in found
    ]


def _rows(connection: apsw.Connection, name: str, *, is_keyed: bool) -> int:
    """About how many: by the numbers of rows, which are given in order, or counted to a limit."""
    quoted = name.replace('"', '""')
    of_all = f'SELECT count(*) FROM (SELECT 1 FROM "{quoted}" LIMIT {COUNTED})'  # noqa: S608
    by_number = f'SELECT coalesce(max(rowid) - min(rowid) + 1, 0) FROM "{quoted}"'  # noqa: S608
    ((count,),) = connection.execute(of_all if is_keyed else by_number).fetchall()
    return int(str(count))
