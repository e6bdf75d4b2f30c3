"""Pipeline fixtures: an engine that a test steers, on both paths into execution, and its vendor."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.engine import Engine, Town, Vendor, a_town, a_vendor, an_engine


@pytest.fixture(params=["fast", "fair"])
def path(request: pytest.FixtureRequest) -> str:
    """How runs come into execution: handed over in memory, or found in the store."""
    return str(request.param)


@pytest.fixture
async def engine(tmp_path: Path, path: str) -> AsyncIterator[Engine]:
    async with an_engine(tmp_path, is_fast=path == "fast") as made:
        yield made


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with a_vendor() as listening:
        yield listening


@pytest.fixture
def town(vendor: Vendor) -> Town:
    return a_town(vendor)
