"""Migrations beside a release at work: it locks the same tables, in an order of its own."""

import asyncio

import asyncpg  # type: ignore[import-untyped, unused-ignore]
from tests.earlier_store import made_up_to

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.migrations import migrate, newest
from tieline.adapters.postgres.url import parse

BEFORE = 21
"""0022 changes ``worker``, then ``standing``."""
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'standing'::regclass"


async def test_a_migration_that_the_server_rolls_back_for_another_transaction_is_tried_again(
    url: str,
) -> None:
    await made_up_to(BEFORE, url)
    at_work = await asyncpg.connect(url)
    link = await PostgresConnection.dial(parse(url))
    try:
        await at_work.execute("SET deadlock_timeout = '30s'")  # it is not the one to give way
        await at_work.execute("BEGIN; LOCK TABLE standing IN ROW EXCLUSIVE MODE")
        migrating = asyncio.create_task(migrate(link, "the store"))
        while not await at_work.fetchval(WAITING):
            await asyncio.sleep(0.01)

        await at_work.execute("LOCK TABLE worker IN ROW EXCLUSIVE MODE")
        await at_work.execute("COMMIT")

        applied = await asyncio.wait_for(migrating, 30)
        number = await at_work.fetchval("SELECT max(number) FROM migration")
    finally:
        await link.close()
        await at_work.close()

    assert applied[0].startswith("0022_")
    assert number == newest()
