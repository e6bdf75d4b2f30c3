"""Journal fixtures: a store of every backend, whose rows agree with each other after every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.stores import BACKENDS, Store


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    opened: Store = await request.param(tmp_path)
    yield opened
    oddities = await opened.oddities()
    await opened.close()
    assert oddities == []
