"""A crowded store is one that a hub could have left, and answers every question of the console."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from benchmarks.crowd import END_US, fill_database, fill_file
from benchmarks.questions import measure
from tests import postgres_server

from tieline.compose.store import open_views
from tieline.features.issues.model import ListIssues
from tieline.model.views.series import HOUR_US, ReadSums
from tieline.model.views.views import PARTS, CheckRows, CountWork, ListDead
from tieline.model.views.work_lists import ListLanes
from tieline.ports.views import Views

RUNS = 4_000


async def sqlite(folder: Path) -> str:
    await fill_file(folder / "tieline.db", RUNS)
    return str(folder / "tieline.db")


async def postgres(folder: Path) -> str:
    url = await postgres_server.shared().database_of(folder)
    await fill_database(url, RUNS)
    return url


@pytest.fixture(params=[sqlite, postgres], ids=lambda backend: backend.__name__)
async def views(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Views]:
    fill: Callable[[Path], Awaitable[str]] = request.param
    opened = await open_views(await fill(tmp_path))
    yield opened
    await opened.close()


async def test_a_crowd_is_sound_and_answers_everything(views: Views) -> None:
    for part in PARTS:
        checked = await views.read(CheckRows(part, limit=100_000))
        assert checked.oddities == ()

    asked = await measure(views, RUNS)

    assert len(asked) > 50
    work = await views.read(CountWork())
    assert sum(flow.dead for flow in work.flows) == len((await views.read(ListDead())).rows) == 40
    assert sum(flow.held for flow in work.flows) == 8
    assert len((await views.read(ListIssues())).rows) == 50
    assert len(await views.read(ListLanes())) > 0
    flows = await views.read(ReadSums("flow", END_US - 24 * HOUR_US, END_US))
    assert len(flows) == 12
    assert all(point.p95_us is not None for point in flows.values())
