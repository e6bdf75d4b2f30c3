"""Start: what a store must be before anybody works on it, and what people are told about it."""

import asyncio
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests import postgres_server

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.postgres.risks import risks
from tieline.adapters.postgres.url import StoreUrl, parse
from tieline.adapters.sql.statement import Steps, ask
from tieline.compose.features import CATALOGUE
from tieline.compose.store import open_store
from tieline.model.base.errors import SettingsError, StoreError
from tieline.model.views.views import ListWorkers


def name_of(url: str) -> str:
    return urlsplit(url).path.strip("/")


async def ask_store(url: str, text: str) -> Any:
    return await postgres_server.shared().ask(text, name_of(url))


@pytest.fixture
async def bare_url(url: str) -> str:
    """A database with nothing in it."""
    await ask_store(url, "DROP SCHEMA public CASCADE")
    await ask_store(url, "CREATE SCHEMA public")
    return url


EXTENSION = """DO $$ BEGIN
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT 999999, 'citus', oid, 2200, false, '0' FROM pg_roles WHERE rolname = current_user;
END $$"""


def durability() -> Steps[str]:
    ((_, synchronous_commit, _, _),) = yield from ask("upkeep/durability")
    return str(synchronous_commit)


# --- migrations -------------------------------------------------------------------------------


async def test_processes_that_start_at_once_make_the_store_once(bare_url: str) -> None:
    opened = await asyncio.gather(*(PostgresDatabase.open(bare_url) for _ in range(4)))

    shipped = len(list((files("tieline.adapters.postgres") / "schema").iterdir()))
    assert await ask_store(bare_url, "SELECT count(*) FROM migration") == shipped
    for database in opened:
        await database.close()


async def test_a_store_that_a_newer_release_only_added_to_can_be_used(url: str) -> None:
    await ask_store(url, "INSERT INTO migration VALUES (99, '0099_more.sql', '')")

    database = await PostgresDatabase.open(url)
    reader = await PostgresReader.open(url, CATALOGUE)

    await database.close()
    await reader.close()


async def test_a_store_that_a_newer_release_took_something_away_from_is_refused(url: str) -> None:
    await ask_store(url, "INSERT INTO migration VALUES (99, '0099_contract_run.sql', '')")

    with pytest.raises(StoreError, match="0099_contract_run"):
        await PostgresDatabase.open(url)
    with pytest.raises(StoreError, match="0099_contract_run"):
        await PostgresReader.open(url, CATALOGUE)


async def test_a_store_that_another_file_of_the_same_name_made_is_refused(url: str) -> None:
    await ask_store(url, "UPDATE migration SET digest = 'other' WHERE number = 1")

    with pytest.raises(StoreError, match="0001_spine"):
        await PostgresDatabase.open(url)


async def test_a_reader_makes_no_store(bare_url: str) -> None:
    with pytest.raises(StoreError, match="is not a Tieline store"):
        await PostgresReader.open(bare_url, CATALOGUE)


async def test_a_reader_of_a_store_from_an_earlier_release_says_what_to_do(url: str) -> None:
    await ask_store(url, "DELETE FROM migration WHERE number = 1")

    with pytest.raises(StoreError, match="start this release on it once"):
        await PostgresReader.open(url, CATALOGUE)


async def test_a_reader_that_is_closed_while_it_reads_leaves_no_connection(url: str) -> None:
    reader = await PostgresReader.open(url, CATALOGUE)
    reading = [asyncio.create_task(reader.read(ListWorkers())) for _ in range(2)]
    await asyncio.sleep(0)  # both have taken a link

    await reader.close()
    await asyncio.gather(*reading, return_exceptions=True)

    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tieline reader'"
    mine = f"{count} AND datname = current_database()"
    async with asyncio.timeout(20):
        while await ask_store(url, mine):
            await asyncio.sleep(0.02)


# --- durability -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("on", "on", "on"), []),
        (("on", "remote_apply", "on"), []),
        (("off", "on", "on"), ["fsync"]),
        (("on", "off", "on"), ["synchronous_commit"]),
        (("on", "on", "off"), ["full_page_writes"]),
        (("off", "off", "off"), ["fsync", "full_page_writes", "synchronous_commit"]),
    ],
)
def test_settings_of_a_server_that_can_lose_commits_are_named(
    settings: tuple[str, str, str], words: list[str]
) -> None:
    found = risks("the store", *settings)

    assert [word for word, text in zip(words, found, strict=True) if word in text] == words


async def test_commits_wait_for_the_disk_even_where_the_server_would_not(url: str) -> None:
    await ask_store(url, f"ALTER DATABASE {name_of(url)} SET synchronous_commit = off")

    database = await PostgresDatabase.open(url)
    in_force = await database.transact(durability())

    assert any("synchronous_commit = off" in warning for warning in database.warnings)
    assert in_force == "on"
    await database.close()


@pytest.mark.parametrize(
    ("is_distributed", "mode"), [(False, "force_generic_plan"), (True, "auto")]
)
async def test_a_distributed_server_makes_its_own_plans(
    url: str, mode: str, *, is_distributed: bool
) -> None:
    if is_distributed:  # no package carries the extension: its line in the catalogue stands for it
        await ask_store(url, EXTENSION)

    database = await PostgresDatabase.open(url)
    link = await PostgresConnection.dial(database.url)

    assert await link._connection.fetchval("SHOW plan_cache_mode") == mode
    await link.close()
    await database.close()


async def test_a_server_that_is_set_up_well_needs_no_warning(url: str) -> None:
    database = await PostgresDatabase.open(url)

    assert database.warnings == ()
    await database.close()


async def test_a_server_that_can_lose_commits_is_warned_of_at_the_start_of_a_hub() -> None:
    server = postgres_server.start()
    try:
        for name in ("fsync", "full_page_writes"):
            await server.ask(f"ALTER SYSTEM SET {name} = off")
        await server.ask("SELECT pg_reload_conf()")
        while await server.ask("SHOW fsync") == "on":
            await asyncio.sleep(0.01)

        store = await open_store(server.url("postgres"), chance=lambda: 0.5)

        assert [word for word in ("fsync", "full_page_writes") if word in str(store.warnings)] == [
            "fsync",
            "full_page_writes",
        ]
        await store.journal.close()
        await store.views.close()
    finally:
        postgres_server.end(server)


@pytest.mark.parametrize("query", ["", "statement_cache_size=0"], ids=["direct", "pooled"])
async def test_no_transaction_of_ours_can_stand_idle_for_ever(url: str, query: str) -> None:
    mark = "&" if "?" in url else "?"
    link = await PostgresConnection.dial(parse(f"{url}{mark}{query}" if query else url))

    await link.begin()
    found = await link.ask(
        "SELECT current_setting('idle_in_transaction_session_timeout'), "
        "current_setting('lock_timeout')"
    )
    await link.execute("COMMIT")

    assert found == [("10s", "20s")]
    await link.close()


# --- the address ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "postgresql://ann:secret@db.example/hub",
            StoreUrl("postgresql://ann:secret@db.example/hub", "postgresql://ann@db.example/hub"),
        ),
        (
            "postgres://db.example/hub?connections=4&sslmode=require",
            StoreUrl(
                "postgres://db.example/hub?sslmode=require",
                "postgres://db.example/hub?connections=4&sslmode=require",
                4,
            ),
        ),
        (
            "postgresql://db.example/hub?statement_cache_size=0",
            StoreUrl(
                "postgresql://db.example/hub",
                "postgresql://db.example/hub?statement_cache_size=0",
                is_pooled=True,
                hears=False,
            ),
        ),
        (
            "postgresql://ann:secret@one.example:5433,two.example/hub?sslmode=require",
            StoreUrl(
                "postgresql://ann:secret@one.example:5433/hub"
                "?sslmode=require&target_session_attrs=primary",
                "postgresql://ann@one.example:5433,two.example/hub?sslmode=require",
                others=(
                    "postgresql://ann:secret@two.example/hub"
                    "?sslmode=require&target_session_attrs=primary",
                ),
            ),
        ),
        (
            "postgresql:///hub?host=/run/postgresql&target_session_attrs=read-write",
            StoreUrl(
                "postgresql:///hub?host=%2Frun%2Fpostgresql&target_session_attrs=primary",
                "postgresql:///hub?host=/run/postgresql&target_session_attrs=read-write",
            ),
        ),
    ],
)
def test_an_address_is_shown_without_its_password_and_given_on_without_our_options(
    text: str, wanted: StoreUrl
) -> None:
    assert parse(text) == wanted


def test_a_password_in_the_query_is_not_shown_either() -> None:
    assert "secret" not in parse("postgresql://db.example/hub?password=secret").shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mysql://db.example/hub", "begin it with postgresql://"),
        ("postgresql://db.example/hub?connections=9", "connections is 1 to 4"),
        ("postgresql://db.example/hub?connections=many", "connections is a whole number"),
        ("postgresql://[db.example/hub", "cannot be read as a URL"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse(text)


async def test_a_database_that_does_not_exist_is_named(url: str) -> None:
    missing = url.replace(name_of(url), "no_such_hub")

    with pytest.raises(StoreError, match=r"no_such_hub.* create the database"):
        await PostgresDatabase.open(missing)
