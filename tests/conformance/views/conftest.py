"""Views fixtures: every backend's reader beside the writer that fills its store."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.ports.views import Views

BACKENDS = {"sqlite": SqliteReader}


@pytest.fixture(params=list(BACKENDS))
async def views(request: pytest.FixtureRequest, house: Any) -> AsyncIterator[Views]:
    """A reader on the store that ``house`` fills."""
    reader = BACKENDS[request.param](house.path)
    yield reader
    await reader.close()
