"""Views fixtures: every backend's reader beside the writer that fills its store."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests import postgres_server

from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.ports.views import Views

Opened = tuple[Path, Committer, Views]


async def sqlite(folder: Path) -> Opened:
    """A file."""
    path = folder / "tieline.db"
    journal = Committer(SqliteDatabase(path), CATALOGUE)
    return path, journal, SqliteReader(path, CATALOGUE)


async def postgres(folder: Path) -> Opened:
    """A database of a server."""
    url = await postgres_server.shared().database_of(folder)
    journal = Committer(await PostgresDatabase.open(url), CATALOGUE)
    return Path(urlsplit(url).path), journal, await PostgresReader.open(url, CATALOGUE)


BACKENDS: list[Callable[[Path], Awaitable[Opened]]] = [sqlite, postgres]


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Opened]:
    """A store of every backend, open for writing and for reading."""
    store: Opened = await request.param(tmp_path)
    yield store
    await store[2].close()


@pytest.fixture
async def house(opened: Opened, a_house: Callable[..., Any]) -> AsyncIterator[Any]:
    """What fills the store."""
    filled = a_house(opened[0], opened[1])
    yield filled
    await filled.close()


@pytest.fixture
async def views(opened: Opened, house: Any) -> Views:
    """A reader on the store that ``house`` fills."""
    return opened[2]
