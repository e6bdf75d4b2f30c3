"""The audit log of a file only grows, whoever writes to it."""

from pathlib import Path

import apsw
import pytest
from tests.makers import START_US

from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.model.commands import By, Pause
from tieline.model.views.views import ListAudit


@pytest.mark.parametrize("sql", ["UPDATE audit SET reason = 'because'", "DELETE FROM audit"])
async def test_a_line_is_neither_changed_nor_removed(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "tieline.db"
    journal = Committer(SqliteDatabase(path))
    await journal.commit(Pause("flow", "post", By("ana", "their window", START_US)))
    await journal.close()
    connection = apsw.Connection(str(path))
    with pytest.raises(apsw.ConstraintError, match="append-only"):
        connection.execute(sql)
    connection.close()
    views = SqliteReader(path)

    assert [row.reason for row in (await views.read(ListAudit())).rows] == ["their window"]
    await views.close()
