"""GroupCommit: receipts and endings come in one by one; durable commits of what piled up go out."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple, TypeVar, cast

import apsw

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS receipt "
    "(number INTEGER PRIMARY KEY, event_id TEXT NOT NULL, body BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS done (number INTEGER PRIMARY KEY)",
)
_LAST = "SELECT coalesce(max(number), 0) FROM receipt"
_UNFINISHED = "SELECT number, body FROM receipt WHERE number NOT IN (SELECT number FROM done)"
_LARGEST_GROUP = 4096  # 3 values a row: below SQLite's limit of 32,766 parameters

T = TypeVar("T")


class Receipt(NamedTuple):
    number: int
    event_id: bytes
    body: bytes
    stored: Callable[[], None]


class GroupCommit:
    """While one commit is on its way to the disk the next group piles up; no timer is involved.

    Each group is one multi-row statement a table: what a busy event loop costs the writing thread
    is the number of times it must take the interpreter lock back, not the number of rows.
    """

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path), statementcachesize=2000)
        self._connection.execute("PRAGMA journal_mode=WAL").fetchall()
        self._connection.execute("PRAGMA synchronous=FULL").fetchall()
        for statement in _SCHEMA:
            self._connection.execute(statement)
        ((self.last_number,),) = cast(
            "list[tuple[int]]", self._connection.execute(_LAST).fetchall()
        )
        self._receipts: list[Receipt] = []
        self._endings: list[int] = []
        self._is_busy = False
        self._groups: SimpleQueue[tuple[list[Receipt], list[int]] | None] = SimpleQueue()
        self._thread = Thread(target=self._write, name="writer", daemon=True)

    def unfinished(self) -> list[tuple[int, bytes]]:
        """What an earlier process accepted and did not finish; ask before start()."""
        rows = self._connection.execute(_UNFINISHED).fetchall()
        return cast("list[tuple[int, bytes]]", rows)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        self._groups.put(None)
        self._thread.join()
        self._connection.close()

    def store(self, receipt: Receipt) -> None:
        self._receipts.append(receipt)
        self._wake()

    def finish(self, number: int) -> None:
        self._endings.append(number)
        self._wake()

    def _wake(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        """Runs after the callbacks of this turn, so that all their rows share the commit."""
        receipts, self._receipts = _split(self._receipts)
        endings, self._endings = _split(self._endings)
        self._groups.put((receipts, endings))

    def _write(self) -> None:
        while group := self._groups.get():
            try:
                _commit(self._connection, *group)
            except apsw.Error:
                self._loop.call_soon_threadsafe(self._loop.stop)
                raise
            self._loop.call_soon_threadsafe(self._committed, group[0])

    def _committed(self, receipts: list[Receipt]) -> None:
        self._is_busy = False
        if self._receipts or self._endings:
            self._is_busy = True
            self._hand_over()
        for receipt in receipts:
            receipt.stored()


def _split(waiting: list[T]) -> tuple[list[T], list[T]]:
    return waiting[:_LARGEST_GROUP], waiting[_LARGEST_GROUP:]


def _commit(connection: apsw.Connection, receipts: list[Receipt], endings: list[int]) -> None:
    statements: list[str] = []
    values: list[int | str | bytes] = []
    if receipts:
        statements.append("INSERT INTO receipt VALUES " + ",".join(["(?,?,?)"] * len(receipts)))
        for number, event_id, body, _ in receipts:
            values += (number, event_id.decode(), body)
    if endings:
        statements.append("INSERT INTO done VALUES " + ",".join(["(?)"] * len(endings)))
        values += endings
    if len(statements) > 1:
        statements = ["BEGIN IMMEDIATE", *statements, "COMMIT"]
    connection.execute(";".join(statements), values)
