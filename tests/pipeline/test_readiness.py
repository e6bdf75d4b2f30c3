"""Readiness: a closed door, and a store that cannot be written, are told though all reads."""

from typing import Any

import apsw
import pytest
from tests.engine import Engine, Town

from tieline.compose.readiness import Readiness
from tieline.settings.settings import Settings


@pytest.fixture
async def ready(engine: Engine, town: Town) -> Readiness:
    await engine.open(town.hub)
    await engine.parts.door.open("127.0.0.1", 0)
    settings = Settings(store=str(engine.folder / "tieline.db"), host="0.0.0.0", port=0)
    return Readiness(engine.parts, settings)


async def test_a_process_with_an_open_door_and_a_store_that_can_be_written_is_ready(
    engine: Engine, ready: Readiness
) -> None:
    assert await ready() is None
    await engine.parts.door.close(1)
    assert await ready() is None  # who asks so often is told what was found last
    engine.clock.advance(seconds=2)
    assert str(await ready()).startswith("the door takes no deliveries")


async def test_a_store_that_somebody_else_locks_is_told_and_forgotten_when_it_is_free(
    engine: Engine, ready: Readiness
) -> None:
    other = apsw.Connection(str(engine.folder / "tieline.db"))
    other.execute("BEGIN IMMEDIATE")
    locked = await ready()
    other.execute("ROLLBACK")
    other.close()
    engine.clock.advance(seconds=2)

    assert locked == "the store cannot be written: it does not answer"
    await engine.parts.house.beat_pass()
    assert await ready() is None
    await engine.parts.door.close(1)


async def test_a_full_disk_is_told_and_forgotten_when_there_is_room(
    engine: Engine, ready: Readiness
) -> None:
    await ready()
    database: Any = engine.parts.journal._database
    writer = database._connection
    pages = writer.pragma("page_count")
    writer.pragma("max_page_count", pages)
    for number in range(400):
        if engine.parts.journal.trouble is not None:
            break
        try:
            await engine.deliver({"n": number, "text": "x" * 2000})
        except Exception:  # noqa: BLE001 - the door refuses, as it should
            continue
    engine.clock.advance(seconds=2)
    told = engine.parts.journal.trouble
    writer.pragma("max_page_count", 10**6)

    assert "there is no space left" in str(told)
    assert await ready() is None
    assert engine.parts.journal.trouble is None
    await engine.parts.door.close(1)
