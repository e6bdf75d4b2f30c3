"""Disk full: the space of the hubs' database runs out while the server goes on, and comes back.

The server's own writes are refused with ENOSPC whenever they would make a file of the database's
tablespace longer; PostgreSQL then raises its own ``disk_full``. That is done by a small library in
front of the C library, since a file system of limited size could only be mounted as root. It does
not play a full disk of the write-ahead log, at which PostgreSQL stops itself: that is a restart.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults.cluster import Cluster, a_server
from tests.faults.town import a_town, long_s
from tests.hub_process import eventually

SOURCE = Path(__file__).with_name("full_disk.c")
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
SPACE = "little_space"


@dataclass(slots=True)
class Disk:
    """A server whose disk can be full."""

    cluster: Cluster
    flag: Path

    def fill(self) -> None:
        self.flag.touch()

    def clear(self) -> None:
        self.flag.unlink(missing_ok=True)


@pytest.fixture
def disk(place: Path) -> Iterator[Disk]:
    """A server with a tablespace that can be full, and the hubs' database in it."""
    if COMPILER is None:
        pytest.skip("a C compiler is needed to take the server's space away; install cc")
    library, flag, space = place / "full_disk.so", place / "full", place / SPACE
    build = [COMPILER, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(build, check=True, capture_output=True, timeout=60)
    space.mkdir(mode=0o700)
    environment = {
        "LD_PRELOAD": str(library),
        "FULL_DISK_FOLDER": f"/{SPACE}/",
        "FULL_DISK_FLAG": str(flag),
    }
    with a_server(place / "primary", environment=environment) as server:
        server.give(space)
        server.sql(f"CREATE TABLESPACE {SPACE} LOCATION '{space}'", "postgres")
        server.make_database(tablespace=SPACE)
        yield Disk(server, flag)


def test_a_full_disk_refuses_what_cannot_be_stored_and_is_recovered_from(
    tmp_path: Path, disk: Disk
) -> None:
    with a_town(tmp_path, disk.cluster) as town:
        town.settle_down()

        disk.fill()
        try:
            eventually(lambda: town.sent_again() > 0, "nothing was refused")
            time.sleep(long_s(5.0))
        finally:
            disk.clear()

        town.note(f"{town.sent_again()} times an event was sent again")
        assert any("no space left" in hub.log.read_text() for hub in town.hubs)
        town.recovers(town.since_now())
        town.must_be_sound()
