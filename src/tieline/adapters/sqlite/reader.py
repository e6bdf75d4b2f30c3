"""SqliteReader: a question comes in; a read-only connection on its own thread answers it."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

import apsw

from tieline.adapters.sql.catalogue import Catalogue
from tieline.adapters.sql.statement import Statement, StatementReply, Steps
from tieline.adapters.sqlite.engine_report import fill
from tieline.adapters.sqlite.errors import translated
from tieline.adapters.sqlite.lock_file import holder
from tieline.adapters.sqlite.migrations import check_migrated
from tieline.adapters.sqlite.statements import cut, text, text_for
from tieline.model.base.errors import StoreError
from tieline.model.views.details import StoreHealth
from tieline.model.views.views import CheckStore, InspectStore, Question

R = TypeVar("R")

BUSY_MS = 5_000
PRAGMAS = (
    "PRAGMA query_only = ON",
    "PRAGMA cache_size = -8192",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 0",
)


class SqliteReader:
    """Views over SQLite: beside the writer, in its process or another, or on a stopped store."""

    def __init__(self, path: str | Path, catalogue: Catalogue) -> None:
        """Open *path* to read. Raises StoreError when there is no store of this release."""
        self.path = Path(path)
        self._catalogue = catalogue
        if not self.path.is_file():
            raise StoreError(
                f"there is no store at {path}; start a hub there, or say where it is with --store"
            )
        with translated(str(path)):
            self._connection = _open(self.path)
            check_migrated(self._connection, str(path))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tieline-reader")

    async def read(self, question: Question[R]) -> R:
        """Answer *question* from one snapshot."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._read, question)

    async def close(self) -> None:
        """Let go of the file."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown(wait=False)

    # --- on the reader's thread -----------------------------------------------------------------

    def _read(self, question: Question[R]) -> R:
        with translated(str(self.path)):
            if isinstance(question, CheckStore):
                return cast("R", self._health(question))
            if isinstance(question, InspectStore):
                return cast("R", fill(self._connection, self.path))
            self._connection.execute("BEGIN")
            try:
                return self._drive(self._catalogue.read(question))
            finally:
                self._connection.execute("ROLLBACK")

    def _drive(self, steps: Steps[R]) -> R:
        try:
            statement = next(steps)
            while True:
                statement = steps.send(self._execute(statement))
        except StopIteration as stop:
            result: R = stop.value
            return result

    def _execute(self, statement: Statement) -> StatementReply:
        if statement.one is not None:
            cursor = self._connection.execute(text(statement.name), statement.one)
            return StatementReply(cursor.fetchall(), 0)
        found: list[tuple[object, ...]] = []
        width = len(statement.rows[0])
        for count, bindings in cut(statement.rows):
            found.extend(self._connection.execute(text_for(statement.name, count, width), bindings))
        return StatementReply(found, 0)

    def _health(self, question: CheckStore) -> StoreHealth:
        faults = None
        if question.pages:
            said = [str(row[0]) for row in self._connection.execute(text("store_pages"))]
            faults = () if said == ["ok"] else tuple(said)
        return StoreHealth(
            path=str(self.path),
            migration=str(self._one("store_migration")),
            library=apsw.sqlite_lib_version(),
            store_bytes=_bytes_of(self.path),
            log_bytes=_bytes_of(self.path.with_name(self.path.name + "-wal")),
            free_bytes=shutil.disk_usage(self.path.parent).free,
            holder=holder(self.path),
            newest_us=cast("int | None", self._one("store_newest")),
            faults=faults,
        )

    def _one(self, name: str) -> object:
        rows = self._connection.execute(text(name)).fetchall()
        return rows[0][0] if rows else None


def _open(path: Path) -> apsw.Connection:
    quoted = str(path.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(f"file:{quoted}?mode=ro", flags=flags)
    connection.set_busy_timeout(BUSY_MS)
    for pragma in PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection


def _bytes_of(path: Path) -> int:
    """Without opening the file: closing it would drop the writer's lock in this process."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
