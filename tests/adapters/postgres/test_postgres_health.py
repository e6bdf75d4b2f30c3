"""Health: what people are told of a database, its hubs and its server."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests import postgres_server

from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.disk import free_in
from tieline.adapters.postgres.engine_report import sheet_of
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.statement import Steps
from tieline.compose.features import CATALOGUE
from tieline.model.views.details import StoreHealth
from tieline.model.views.views import CheckStore

BEAT = """
INSERT INTO worker (id, beat_us, started_us, about, version, roles, host, pid)
VALUES ('{id}', (extract(epoch FROM clock_timestamp()) * 1e6)::bigint - {age_s} * 1000000, 1, '',
        '', '', '{host}', {pid})
"""


async def health_of(url: str) -> StoreHealth:
    reader = await PostgresReader.open(url, CATALOGUE)
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
    await beat(url, "w5", "hub-1", 14, 2)
    stop = "UPDATE worker SET stopped_us = beat_us WHERE id = 'w5'"
    await postgres_server.shared().ask(stop, urlsplit(url).path.strip("/"))

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


async def test_the_disk_of_a_server_is_looked_at_as_far_as_its_user_may(url: str) -> None:
    server, parts = postgres_server.shared(), urlsplit(url)
    database = parts.path.strip("/")
    role = f"meek_{database}"
    await server.ask(f"CREATE ROLE {role} LOGIN PASSWORD 'pw' IN ROLE pg_read_all_data", database)
    meek = urlunsplit(parts._replace(netloc=f"{role}:pw@{parts.netloc.rpartition('@')[2]}"))

    own, theirs = (await sheet_of(url)).disk, (await sheet_of(meek)).disk
    await server.ask(f"DROP ROLE {role}")

    assert own is not None
    assert own.log_bytes
    assert own.log_bytes > 0
    assert own.temporary_bytes is not None
    assert theirs is not None
    assert (theirs.log_bytes, theirs.temporary_bytes, theirs.folder) == (None, None, None)
    assert (theirs.free_bytes, theirs.slots) == (None, ())


def test_a_folder_of_another_machine_has_no_free_space(tmp_path: Path) -> None:
    assert free_in(tmp_path) is None
    assert free_in(tmp_path / "nowhere") is None

    (tmp_path / "PG_VERSION").write_text("18", encoding="utf-8")

    assert (free_in(tmp_path) or 0) > 0


def _nothing() -> Steps[None]:
    yield from ()
