"""Journal fixtures: a store of every backend, whose rows agree with each other after every test."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import apsw
import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server
from tests.somebody import Somebody
from tests.stores import BACKENDS, Store


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    opened: Store = await request.param(tmp_path)
    yield opened
    oddities = await opened.oddities()
    await opened.close()
    assert oddities == []


@pytest.fixture
async def somebody(store: Store) -> AsyncIterator[Somebody]:
    """Beside the hub's own connections."""
    if store.is_server:
        server = await asyncpg.connect(await postgres_server.shared().database_of(store.path))
        yield Somebody(None, server)
        await server.close()
    else:
        with closing(apsw.Connection(str(store.path))) as file:
            yield Somebody(file, None)
