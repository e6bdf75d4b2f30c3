"""Connections: they are all ended by the server, reset on the way, or taken by strangers."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests.faults.cluster import HUB, Cluster, a_server
from tests.faults.relay import a_relay
from tests.faults.town import a_town, long_s

TIMES = 8
END_ALL = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    f"WHERE usename = '{HUB}' AND pid <> pg_backend_pid()"
)
FEW = 16
"""Connections that roles which are no superuser may have."""


def test_connections_that_the_server_ends_lose_and_double_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    with a_town(tmp_path, cluster) as town:
        town.settle_down()

        ended = 0
        for _ in range(TIMES):
            ended += int(cluster.sql(END_ALL))
            time.sleep(town.chance.uniform(0.05, 0.8))

        town.note(f"{ended} connections were ended")
        assert ended >= TIMES
        town.recovers(town.since_now())
        town.must_be_sound()


def test_connections_that_are_reset_on_the_way_lose_and_double_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    with a_relay(cluster.port) as way:
        over = f"postgresql://{HUB}@127.0.0.1:{way.port}/{HUB}?sslmode=disable"
        with a_town(tmp_path, cluster, store=over) as town:
            town.settle_down()

            cut = 0
            for _ in range(TIMES):
                cut += way.reset()
                time.sleep(town.chance.uniform(0.05, 0.8))

            town.note(f"{cut} ends of connections were cut")
            assert cut >= TIMES
            town.recovers(town.since_now())
            town.must_be_sound()


@pytest.fixture
def small(place: Path) -> Iterator[Cluster]:
    """A server with hardly more connections than its hubs need."""
    settings = {"max_connections": FEW + 3, "superuser_reserved_connections": 3}
    with a_server(place / "small", settings=settings) as server:
        server.make_database()
        server.sql("CREATE ROLE stranger LOGIN")
        yield server


def test_a_server_without_a_connection_left_is_waited_for(tmp_path: Path, small: Cluster) -> None:
    with a_town(tmp_path, small, count=2) as town:
        town.settle_down()

        with strangers(small) as crowd:
            small.sql(END_ALL)
            crowd.until_nobody_else_is_in()
            before = town.acknowledged()
            time.sleep(long_s(6.0))
            assert town.acknowledged() <= before + 1

        town.note(f"{town.sent_again()} times an event was sent again")
        assert town.sent_again() > 0
        town.recovers(town.since_now())
        town.must_be_sound()


class Crowd:
    """Strangers who take every connection that they can get, and hold it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._push_in()), daemon=True)
        self._thread.start()

    def until_nobody_else_is_in(self) -> None:
        """Until every connection is a stranger's."""
        count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'stranger'"
        give_up = time.monotonic() + 30
        while int(self._cluster.sql(count)) < FEW:
            assert time.monotonic() < give_up
            self._cluster.sql(END_ALL)
            time.sleep(0.2)

    def leave(self) -> None:
        self._over.set()
        self._thread.join(30)

    async def _push_in(self) -> None:
        url = self._cluster.url("postgres", "stranger")
        inside = []
        while not self._over.is_set():
            try:
                inside.append(await asyncpg.connect(url))
            except asyncpg.TooManyConnectionsError:
                await asyncio.sleep(0.005)
        for connection in inside:
            with suppress(asyncpg.PostgresError, OSError):
                await connection.close()


@contextmanager
def strangers(cluster: Cluster) -> Iterator[Crowd]:
    """They come with the block, and go with it."""
    crowd = Crowd(cluster)
    try:
        yield crowd
    finally:
        crowd.leave()
