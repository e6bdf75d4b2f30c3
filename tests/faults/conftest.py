"""Fixtures of the campaign: a place in memory, and a server with a database for hubs in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.cluster import Cluster, a_folder, a_server


@pytest.fixture
def place() -> Iterator[Path]:
    """Where servers keep their files."""
    with a_folder() as folder:
        yield folder


@pytest.fixture
def cluster(place: Path) -> Iterator[Cluster]:
    """A server that belongs to this test alone."""
    with a_server(place / "primary") as server:
        server.make_database()
        yield server
