"""The audit log of a server only grows, whoever writes to it."""

from collections.abc import Awaitable, Callable

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests.makers import START_US

from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.committer import Committer
from tieline.model.commands import By, Pause
from tieline.model.views.views import ListAudit


@pytest.mark.parametrize("sql", ["UPDATE audit SET reason = 'because'", "DELETE FROM audit"])
async def test_a_line_is_neither_changed_nor_removed(
    url: str,
    journal_on: Callable[[str], Awaitable[Committer]],
    views: PostgresReader,
    sql: str,
) -> None:
    journal = await journal_on(url)
    await journal.commit(Pause("flow", "post", By("ana", "their window", START_US)))
    connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await connection.execute(sql)
    await connection.close()

    assert [row.reason for row in (await views.read(ListAudit())).rows] == ["their window"]
