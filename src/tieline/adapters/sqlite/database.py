"""SqliteDatabase: storage logic comes in; one writing connection runs it on a thread of its own."""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw

from tieline.adapters.sql.statement import Statement, StatementReply, Steps
from tieline.adapters.sqlite.errors import translated
from tieline.adapters.sqlite.file_owner import keep_private
from tieline.adapters.sqlite.lock_file import LockFile
from tieline.adapters.sqlite.migrations import migrate, refuse_foreign
from tieline.adapters.sqlite.statements import cut, text, text_for
from tieline.model.base.errors import StoreError, StoreMoved
from tieline.model.views.transfer import COPY
from tieline.ports.crash_points import Reach, go_on
from tieline.rules.store.copying import why_shut

T = TypeVar("T")

CHECKPOINT_PAGES = 4_000
"""A log of this many pages (16 MB) is written back into the file, by the writer itself."""

BUSY_MS = 5_000
"""How long to wait for another program that reads the log back or writes for a moment."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # the answer to the sender waits for the disk
    "PRAGMA wal_autocheckpoint = 0",  # we choose the moment
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 0",
)

SYNCS = frozenset({apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_DIR_FSYNC})
"""What SQLite calls a sync that failed."""

_Job = tuple[Steps[Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class SqliteDatabase:
    """The driver for SQLite: WAL, synchronous=FULL, one connection that writes."""

    def __init__(
        self,
        path: str | Path,
        *,
        reach: Reach = go_on,
        vfs: str | None = None,
        checkpoint_pages: int = CHECKPOINT_PAGES,
    ) -> None:
        """Open or create *path*. Raises StoreLocked, StoreCorrupt or another StoreError."""
        self.path = Path(path)
        self._reach = reach
        with translated(str(path)):
            self._lock = LockFile(self.path)
            try:
                self._connection, self.migrated = open_to_write(self.path, vfs)
                _refuse_shut(self._connection, str(path))
            except BaseException:
                self._lock.release()
                raise
        self._checkpoint_pages = checkpoint_pages
        self._wal_pages = 0
        self._closed = False
        self._lost_sync: str | None = None
        """Why nothing is written any more: what the system still has in memory may be lost."""
        self._connection.set_wal_hook(self._saw_log)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="tieline-writer", daemon=True)
        self._thread.start()

    async def transact(self, steps: Steps[T], *, is_hasty: bool = False) -> T:
        """Run *steps* as one transaction; returns once it is on disk."""
        if self._closed:
            raise StoreError(f"{self.path} was closed by this process")
        if self._lost_sync is not None:
            raise StoreError(self._lost_sync)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((steps, future, loop))
        return await future

    async def close(self) -> None:
        """Write the log back and let go of the file."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await self._end_of_thread()
        self._lock.release()

    async def _end_of_thread(self) -> None:
        """Waited for on a thread of its own: those that are shared may be taken by flows."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()

        def wait() -> None:
            self._thread.join()
            _deliver(loop, ended.set_result, ended, None)

        threading.Thread(target=wait, name="tieline-writer-end", daemon=True).start()
        await ended

    # --- on the writer thread -----------------------------------------------------------------

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            steps, future, loop = job
            try:
                with translated(str(self.path)):
                    result = self._transact_unless_lost(steps)
            except BaseException as error:  # noqa: BLE001 - handed to the caller, whatever it is
                _deliver(loop, future.set_exception, future, error)
            else:
                _deliver(loop, future.set_result, future, result)
            if self._wal_pages >= self._checkpoint_pages:
                self._checkpoint()
        if self._lost_sync is None:
            self._checkpoint()
        with suppress(apsw.Error):  # a disk that fails now keeps the log, which is all it takes
            self._connection.close()

    def _transact_unless_lost(self, steps: Steps[T]) -> T:
        """After a sync that failed, the system forgets which pages it could not write: what is read
        back looks well, and may be gone after a restart of the machine. So nothing follows it."""
        if self._lost_sync is not None:
            raise StoreError(self._lost_sync)
        try:
            return self._transact(steps)
        except apsw.IOError as error:
            self._note_lost(error)
            raise

    def _note_lost(self, error: apsw.Error) -> None:
        if getattr(error, "extendedresult", None) in SYNCS:
            self._lost_sync = (
                f"the disk under {self.path} could not sync ({error}): nothing is written "
                "any more, for what was written before may be lost; look at the disk, then restart "
                "the hub"
            )

    def _transact(self, steps: Steps[T]) -> T:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = self._drive(steps)
            self._reach("commit.before")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._reach("commit.after")
        return result

    def _drive(self, steps: Steps[T]) -> T:
        try:
            statement = next(steps)
            while True:
                statement = steps.send(self._execute(statement))
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _execute(self, statement: Statement) -> StatementReply:
        connection = self._connection
        if not text(statement.name):
            return StatementReply(
                [], 0
            )  # one connection writes: what only others need is an empty file
        if statement.one is not None:
            rows = connection.execute(text(statement.name), statement.one).fetchall()
            return StatementReply(rows, connection.changes())
        found: list[tuple[Any, ...]] = []
        changes = 0
        width = len(statement.rows[0])
        for count, bindings in cut(statement.rows):
            cursor = connection.execute(text_for(statement.name, count, width), bindings)
            found.extend(cursor)
            changes += connection.changes()
        return StatementReply(found, changes)

    def _saw_log(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint(self) -> None:
        self._reach("checkpoint.before")
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as error:
            self._note_lost(error)
            # A full disk keeps the log: nothing is lost, and the next commit reports it.
            return
        self._wal_pages = 0
        self._reach("checkpoint.after")


def _deliver(
    loop: asyncio.AbstractEventLoop,
    answer: Callable[[Any], None],
    future: "asyncio.Future[Any]",
    value: object,
) -> None:
    # A loop that has ended has nobody who waits; what was asked for is stored all the same.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_settle, answer, future, value)


def _settle(deliver: Callable[[Any], None], future: "asyncio.Future[Any]", value: object) -> None:
    if not future.done():
        deliver(value)


def open_to_write(path: Path, vfs: str | None) -> tuple[apsw.Connection, list[str]]:
    """A connection to a store of this release, and the migrations that brought it there."""
    keep_private(path)
    connection = apsw.Connection(str(path), vfs=vfs, statementcachesize=1024)
    try:
        connection.set_busy_timeout(BUSY_MS)
        refuse_foreign(connection, str(path))
        for pragma in PRAGMAS:
            connection.execute(pragma).fetchall()
        if (mode := connection.pragma("journal_mode")) != "wal":
            raise StoreError(
                f"{path} cannot have a write-ahead log (only {mode}); use a local disk"
            )
        return connection, migrate(connection, str(path))
    except BaseException:
        connection.close()
        raise


def _refuse_shut(connection: apsw.Connection, path: str) -> None:
    noted = connection.execute(text("mark_get"), {"name": COPY}).fetchall()
    shut = why_shut(str(noted[0][0]) if noted else None, path)
    if shut is not None:
        connection.close()
        raise StoreMoved(shut)


def library_version() -> str:
    """The SQLite in use; older than 3.51.3 it has a defect, for which it takes two writers."""
    return apsw.sqlite_lib_version()
