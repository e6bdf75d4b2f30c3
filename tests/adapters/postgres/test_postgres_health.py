"""Health: what people are told of a database, its hubs and its server."""

from urllib.parse import urlsplit

from tests import postgres_server

from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.statement import Steps
from tieline.model.view_details import StoreHealth
from tieline.model.views import CheckStore

BEAT = """
INSERT INTO worker (id, beat_us, started_us, about, version, roles, host, pid)
VALUES ('{id}', (extract(epoch FROM clock_timestamp()) * 1e6)::bigint - {age_s} * 1000000, 1, '',
        '', '', '{host}', {pid})
"""


async def health_of(url: str) -> StoreHealth:
    reader = await PostgresReader.open(url)
    try:
        return await reader.read(CheckStore())
    finally:
        await reader.close()


async def beat(url: str, id_: str, host: str, pid: int, age_s: int) -> None:
    text = BEAT.format(id=id_, host=host, pid=pid, age_s=age_s)
    await postgres_server.shared().ask(text, urlsplit(url).path.strip("/"))


async def test_the_processes_of_hubs_are_named_and_none_of_the_server(url: str) -> None:
    await beat(url, "w1", "hub-2", 4711, 1)
    await beat(url, "w2", "hub-1", 12, 25)
    await beat(url, "w3", "hub-1", 13, 45)
    await beat(url, "w4", "", 0, 0)

    health = await health_of(url)

    assert health.holder is None
    assert health.hubs == ("worker w4", "process 12 on hub-1", "process 4711 on hub-2")
    assert health.is_open


async def test_connections_of_a_hub_that_does_not_beat_are_counted(url: str) -> None:
    assert not (await health_of(url)).is_open
    database = await PostgresDatabase.open(url)
    await database.transact(_nothing())

    health = await health_of(url)
    await database.close()

    assert (health.hubs, health.lines, health.is_open) == ((), 1, True)


def _nothing() -> Steps[None]:
    yield from ()
