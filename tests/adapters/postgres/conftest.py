"""PostgreSQL fixtures: a database of its own for every test, and ways to cut the line to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests import postgres_server

from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.committer import Batching, Committer
from tieline.compose.features import CATALOGUE

COMMIT = b"commit_mark"
"""In the message that ends a transaction, and in no other of a session that goes well."""


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """An empty store of this release."""
    return await postgres_server.shared().database_of(tmp_path)


@pytest.fixture
async def journal_on() -> AsyncIterator[Callable[..., Awaitable[Committer]]]:
    """Opens journals as processes do, each with connections of its own."""
    opened: list[Committer] = []

    async def open_one(url: str, patience_s: float = 5.0) -> Committer:
        database = await PostgresDatabase.open(url, patience_s=patience_s)
        opened.append(
            Committer(database, CATALOGUE, batching=Batching(side_by_side=database.connections))
        )
        return opened[-1]

    yield open_one
    for journal in opened:
        await journal.close()


@pytest.fixture
async def views(url: str) -> AsyncIterator[PostgresReader]:
    """A reader of the store."""
    reader = await PostgresReader.open(url, CATALOGUE)
    yield reader
    await reader.close()


@dataclass(slots=True)
class Line:
    """A way to the server that can be cut just before, or just after, a COMMIT gets through."""

    target: str
    cut_before: int = 0
    """So many COMMITs are kept from the server, and their connections are cut."""
    cut_after: int = 0
    """So many COMMITs reach the server, but what it answers is lost."""
    held: list[tuple[asyncio.StreamWriter, bytes]] = field(default_factory=list)
    """COMMITs that were kept, on connections that the server still believes in."""
    hold: bool = False
    port: int = 0
    _server: asyncio.Server | None = None
    _ways: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer, _ in self.held:
            writer.close()
        for way in self._ways:
            way.cancel()
        await asyncio.gather(*self._ways, return_exceptions=True)

    def deliver_held(self) -> None:
        """What was kept arrives after all."""
        for writer, message in self.held:
            writer.write(message)

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        way = asyncio.current_task()
        assert way is not None
        self._ways.add(way)
        far, on = await self._dial()
        keep = False
        answers = asyncio.create_task(_pass_on(far, back))
        try:
            while message := await near.read(65536):
                if COMMIT in message and self.cut_before:
                    self.cut_before -= 1
                    keep = self.hold
                    if keep:
                        self.held.append((on, message))
                    return
                if COMMIT in message and self.cut_after:
                    self.cut_after -= 1
                    answers.cancel()
                    await asyncio.wait([answers])
                    on.write(message)
                    await far.read(1)
                    return
                on.write(message)
        finally:
            answers.cancel()
            back.close()
            if not keep:
                on.close()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self.target)
        folder = parse_qs(parts.query).get("host")
        if folder:
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
        return await asyncio.open_connection(parts.hostname, parts.port or 5432)


async def _pass_on(far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while message := await far.read(65536):
            back.write(message)
        back.close()


@pytest.fixture
async def line(url: str) -> AsyncIterator[Line]:
    """A line to the store that can be cut."""
    opened = Line(url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def url_over_line(url: str, line: Line) -> str:
    """The store, as reached over ``line``."""
    parts = urlsplit(url)
    user = parts.username or "postgres"
    word = f":{parts.password}" if parts.password else ""
    return (
        f"postgresql://{user}{word}@127.0.0.1:{line.port}{parts.path}?connections=1&sslmode=disable"
    )
