"""Words: what a server or a pooler refuses is said with the line to write, in a few words."""

from collections.abc import AsyncIterator

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests.adapters.postgres.test_postgres_pooler import pooled as pooled
from tests.adapters.postgres.test_postgres_start import bare_url as bare_url

from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.reader import PostgresReader
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import StoreError


@pytest.fixture
async def role(url: str) -> AsyncIterator[str]:
    """A role that may log in, and is gone afterwards."""
    server = await asyncpg.connect(url)
    name = "r_" + str(await server.fetchval("SELECT current_database()"))[-12:]
    await server.execute(f"CREATE ROLE {name} LOGIN")
    yield name
    await server.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")
    await server.close()


async def ordered(url: str, text: str) -> None:
    server = await asyncpg.connect(url)
    await server.execute(text)
    await server.close()


def as_role(url: str, role: str) -> str:
    return url.replace("//postgres:@", f"//{role}:@").replace("//postgres@", f"//{role}@")


async def refusal(url: str, *, reads: bool = False) -> str:
    opening = PostgresReader.open(url, CATALOGUE) if reads else PostgresDatabase.open(url)
    with pytest.raises(StoreError) as refused:
        await opening
    return str(refused.value)


async def test_a_role_without_a_search_path(url: str, role: str) -> None:
    await ordered(url, f"ALTER ROLE {role} SUPERUSER; ALTER ROLE {role} SET search_path = ''")

    told = await refusal(as_role(url, role))
    read = await refusal(as_role(url, role), reads=True)

    assert "has no schema for our tables; the search_path of its user names none" in told
    assert "SHOW search_path of its user" in read


async def test_a_role_that_may_only_read(url: str, role: str) -> None:
    await ordered(url, f"ALTER ROLE {role} SET default_transaction_read_only = on")
    await ordered(url, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")

    told = await refusal(as_role(url, role))

    assert "or its user may only read: SHOW default_transaction_read_only" in told


async def test_a_reader_without_select(url: str, role: str) -> None:
    told = await refusal(as_role(url, role), reads=True)

    wanted = f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    assert wanted in told
    assert "(SELECT alone, for one that only looks)" in told


@pytest.mark.parametrize("setting", ["sslrootcert", "sslcert"])
async def test_a_file_that_an_address_names_and_that_is_not_there(setting: str) -> None:
    told = await refusal(f"postgresql://hub@127.0.0.1:1/x?sslmode=require&{setting}=/none/ca.pem")

    assert f"there is no file /none/ca.pem ({setting})" in told


async def test_a_pooler_whose_address_does_not_say_so(pooled: str) -> None:
    told = await refusal(pooled.replace("statement_cache_size=0&", ""))

    assert "is a pooler, and its address does not say so: add ?statement_cache_size=0" in told
