"""SqliteRows: a store of one file, as rows to be copied; its lock keeps every hub away meanwhile.

The statements are made from the file's own list of tables: what a later release adds is copied.
"""

# ruff: noqa: S608 - names come from the store's own list of tables, and are quoted

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import apsw

from tieline.adapters.sqlite.database import open_to_write
from tieline.adapters.sqlite.errors import translated
from tieline.adapters.sqlite.lock_file import LockFile
from tieline.model.base.errors import StoreError
from tieline.model.views.transfer import Row, Table

OF_THE_STORE = frozenset({"migration", "commit_mark"})
"""Tables about the store itself, which every store has of its own."""


class SqliteRows:
    """A file at the source or the target of a copy."""

    def __init__(self, path: Path, *, is_new: bool = False) -> None:
        """Raises StoreLocked while a hub has it open, StoreError where there is none."""
        if not is_new and not path.is_file():
            raise StoreError(f"there is no store at {path}")
        self.shown = str(path)
        self.migrated: Sequence[str] = ()
        with translated(self.shown):
            self._lock = LockFile(path)
            try:
                self._connection, self.migrated = open_to_write(path, None)
            except BaseException:
                self._lock.release()
                raise

    async def tables(self) -> tuple[Table, ...]:
        names = self._ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        own = (str(name) for (name,) in names)
        kept = (name for name in own if name not in OF_THE_STORE and not name.startswith("sqlite_"))
        return tuple(map(self._table, kept))

    def _table(self, name: str) -> Table:
        found = self._ask("SELECT name, pk, hidden FROM pragma_table_xinfo(?)", (name,))
        columns = tuple(sorted(str(column) for column, _, hidden in found if not hidden))
        keyed = sorted((int(str(pk)), str(column)) for column, pk, _ in found if pk)
        return Table(name, columns, tuple(column for _, column in keyed))

    async def slice(self, table: Table, after: Row | None, limit: int) -> list[Row]:
        key = _names(table.key)
        places = ", ".join("?" * len(table.key))
        behind = f"WHERE ({key}) > ({places}) " if after is not None else ""
        columns = _names(table.columns)
        text = f"SELECT {columns} FROM {_name(table.name)} {behind}ORDER BY {key} LIMIT ?"
        return self._ask(text, (*(after or ()), limit))

    async def put(
        self,
        table: Table,
        rows: Sequence[Row],
        notes: Mapping[str, str],
        *,
        afresh: bool = False,
    ) -> None:
        places = ", ".join("?" * len(table.columns))
        text = f"INSERT INTO {_name(table.name)} ({_names(table.columns)}) VALUES ({places})"
        with translated(self.shown), self._connection:
            if afresh and table.name != "mark":  # its rows are the notes of this copy
                self._connection.execute(f"DELETE FROM {_name(table.name)}")
            self._connection.executemany(text, rows)
            self._set(notes)

    async def notes(self) -> Mapping[str, str]:
        found = self._ask(
            "SELECT name, reached FROM mark WHERE name IN ('copy', 'copied') OR name LIKE 'copy:%'"
        )
        return {str(name): str(reached) for name, reached in found}

    async def note(self, set_: Mapping[str, str], forget: Sequence[str] = ()) -> None:
        with translated(self.shown), self._connection:
            self._connection.executemany(
                "DELETE FROM mark WHERE name = ?", [(name,) for name in forget]
            )
            self._set(set_)

    async def busy(self) -> str | None:
        return None

    async def finish(self) -> None:
        """Its counters follow the rows by themselves."""

    async def close(self) -> None:
        if self._lock.is_held:
            with suppress(apsw.Error):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._connection.close()
            self._lock.release()

    def _ask(self, text: str, given: Sequence[object] = ()) -> list[Row]:
        with translated(self.shown):
            return list(self._connection.execute(text, given))

    def _set(self, notes: Mapping[str, str]) -> None:
        self._connection.executemany(
            "INSERT INTO mark (name, reached) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET reached = excluded.reached",
            list(notes.items()),
        )


def _name(name: str) -> str:
    quoted = name.replace('"', '""')
    return f'"{quoted}"'


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(_name, names))
