"""Fixtures of real processes over one PostgreSQL store."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server
from tests.fleet_process import FleetProcess


@pytest.fixture(autouse=True)
def _starts_processes() -> None:
    sys.audit("tests.needs", "a process")  # tests.light hears it


@pytest.fixture
def store(tmp_path: Path) -> str:
    """The URL of an empty store."""
    return asyncio.run(postgres_server.shared().database_of(tmp_path))


@pytest.fixture
def sql(store: str) -> Callable[[str], list[Any]]:
    """Asks the store in words of its own; a list of rows."""

    async def ask(text: str) -> list[Any]:
        connection = await asyncpg.connect(store)
        try:
            return [tuple(row) for row in await connection.fetch(text)]
        finally:
            await connection.close()

    return lambda text: asyncio.run(ask(text))


@pytest.fixture
def a_fleet(tmp_path: Path, store: str) -> Iterator[Callable[..., FleetProcess]]:
    """Makes fleets of a hub; nothing is left of them after the test."""
    made: list[FleetProcess] = []

    def make(hub: Path, **environment: str) -> FleetProcess:
        made.append(FleetProcess(f"{hub}:hub", tmp_path, store, environment))
        return made[-1]

    yield make
    for fleet in made:
        fleet.end()
