"""Wiring of the store: one text names a file or a database, and everything else stays the same."""

from pathlib import Path

import pytest
from tests import postgres_server
from tests.makers import START_US, an_ingest

from tieline.compose.cli import CliBuild
from tieline.compose.store import OpenStore, open_journal, open_store
from tieline.model.base.errors import StoreError
from tieline.model.commands import By, Pause
from tieline.model.views.views import ListEvents, ListPauses
from tieline.rules.store.name import is_postgres


async def opened(store: str) -> OpenStore:
    return await open_store(store, chance=lambda: 0.5)


async def test_the_same_commands_and_questions_work_on_a_file_and_on_a_database(
    tmp_path: Path,
) -> None:
    database = await postgres_server.shared().database_of(tmp_path)

    for text in (f"sqlite:///{tmp_path / 'tieline.db'}", database):
        store = await opened(text)
        await store.journal.commit(an_ingest(1))
        page = await store.views.read(ListEvents())

        assert [row.identity for row in page.rows] == ["identity-1"]
        assert (store.file is None) == is_postgres(text)
        assert store.warnings == ()
        await store.views.close()
        await store.journal.close()


async def test_a_persons_command_reaches_a_database_beside_its_hub(tmp_path: Path) -> None:
    url = await postgres_server.shared().database_of(tmp_path)
    hub = await opened(url)

    journal = await CliBuild().open_journal(url)
    await journal.commit(Pause("flow", "f", By("ann", "why not", START_US)))
    views = await CliBuild().open_views(url)

    assert [row.name for row in await views.read(ListPauses())] == ["f"]
    assert await CliBuild().hub_status(url) is None
    await journal.close()
    await views.close()
    await hub.views.close()
    await hub.journal.close()


async def test_a_persons_command_makes_no_store_of_a_database(tmp_path: Path) -> None:
    url = await postgres_server.shared().database_of(tmp_path)
    name = url.split("?", maxsplit=1)[0].rpartition("/")[2]
    await postgres_server.shared().ask("DROP TABLE migration", name)

    with pytest.raises(StoreError, match="is not a Tieline store"):
        await open_journal(url)
