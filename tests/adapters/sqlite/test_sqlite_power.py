"""Power: whenever it is cut, whatever was answered is there again, and every command is whole."""

import asyncio
import random
from pathlib import Path

import pytest
from tests.makers import ALICE, a_claim, a_delivery, a_step, event_id, run_id
from tests.simulated_disk import SimulatedDisk, simulated_disk
from tests.soak import seed, times
from tests.stores import Store

from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import NotFound, StoreError
from tieline.model.base.ids import EventId, RunId
from tieline.model.commands import Beat, Ingest, Progress, Settle
from tieline.model.runs.run import Returned, StepState
from tieline.model.views import views as v

WAVES = 12
WAVE = 4
CUTS = 60
CHECKPOINT_PAGES = 60
"""Small, so that cuts fall into write-backs too."""


class Answered:
    """What the callers were told is stored."""

    def __init__(self) -> None:
        self.events: list[EventId] = []
        self.done: list[RunId] = []


async def work(disk: SimulatedDisk, path: Path, synchronous: str) -> Answered:
    """Deliveries and ends of runs, several at a time, until the disk is gone or all is done."""
    answered = Answered()
    try:
        database = SqliteDatabase(path, vfs=disk.name, checkpoint_pages=CHECKPOINT_PAGES)
    except StoreError:
        return answered
    database._connection.execute(f"PRAGMA synchronous = {synchronous}").fetchall()
    journal = Committer(database, CATALOGUE)
    try:
        await journal.commit(Beat(ALICE, 0))
        for wave in range(WAVES):
            numbers = range(wave * WAVE + 1, (wave + 1) * WAVE + 1)
            stored = [deliver(journal, number, answered) for number in numbers]
            ended = [end(journal, number - WAVE, answered) for number in numbers if wave]
            await asyncio.gather(*stored, *ended)
    except StoreError:
        pass
    await journal.close()
    return answered


async def deliver(journal: Committer, number: int, answered: Answered) -> None:
    delivery = a_delivery(number, lane=f"cus_{number % 3}" if number % 2 else None)
    command = Ingest(delivery.admissions, delivery.receipt, ALICE)
    answer = await journal.commit(command)
    answered.events.append(answer.event_id)


async def end(journal: Committer, number: int, answered: Answered) -> None:
    if number % 2:
        return
    progress = Progress(steps=(a_step(run_id(number)),))
    await journal.commit(Settle(a_claim(number), Returned(), progress, 7))
    answered.done.append(run_id(number))


async def what_is_lost(path: Path, answered: Answered) -> list[str]:
    """Answered commands of which no trace is left; raises when what is left is not sound."""
    try:
        journal = Committer(SqliteDatabase(path), CATALOGUE)
    except StoreError as error:
        return [f"everything: {error}"]
    store = Store(journal, SqliteReader(path, CATALOGUE), path)
    try:
        health = await store.views.read(v.CheckStore(pages=True))
        assert health.faults == ()
        assert await store.oddities() == []
        return [lost for lost in await asyncio.gather(*_losses(store, answered)) if lost]
    finally:
        await store.close()


def _losses(store: Store, answered: Answered) -> list[asyncio.Future[str]]:
    async def event(name: EventId) -> str:
        try:
            found = await store.event(name)
        except NotFound:
            return name
        return "" if found.runs and found.body else name

    async def done(name: RunId) -> str:
        try:
            detail = await store.detail(name)
        except NotFound:
            return name
        is_whole = detail.run.state == "done" and [s.state for s in detail.steps] == [
            StepState.DONE
        ]
        return "" if is_whole else name

    looks = [*map(event, answered.events), *map(done, answered.done)]
    return [asyncio.ensure_future(look) for look in looks]


def moves_of_the_whole_story(tmp_path: Path) -> int:
    with simulated_disk("whole") as disk:
        asyncio.run(work(disk, tmp_path / "whole.db", "FULL"))
        return disk.moves


def after_cut(tmp_path: Path, cut_at: int, *, tear: bool, synchronous: str) -> list[str]:
    """What was lost when the power failed before that move."""
    folder = tmp_path / str(cut_at)
    folder.mkdir()
    path = tmp_path / "tieline.db"
    with simulated_disk("cut") as disk:
        disk.cut_at = cut_at
        disk.tear = random.Random(cut_at) if tear else None
        answered = asyncio.run(work(disk, path, synchronous))
        disk.write_back(folder)
    return asyncio.run(what_is_lost(folder / "tieline.db", answered))


def cuts(tmp_path: Path) -> list[int]:
    last = moves_of_the_whole_story(tmp_path)
    return sorted(random.Random(seed(84219)).sample(range(1, last), min(times(CUTS), last - 1)))


@pytest.mark.parametrize("tear", [False, True], ids=["dropped", "torn"])
def test_nothing_answered_is_lost_whenever_the_power_is_cut(tmp_path: Path, tear: bool) -> None:
    lost = {
        cut_at: after_cut(tmp_path, cut_at, tear=tear, synchronous="FULL")
        for cut_at in cuts(tmp_path)
    }

    assert {cut_at: names for cut_at, names in lost.items() if names} == {}


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_without_a_sync_for_each_commit_the_same_cuts_do_lose(
    tmp_path: Path, synchronous: str
) -> None:
    """The proof that the test above would see a loss."""
    losses = 0
    for cut_at in cuts(tmp_path):
        try:
            losses += bool(after_cut(tmp_path, cut_at, tear=False, synchronous=synchronous))
        except AssertionError:
            losses += 1

    assert losses > CUTS // 4


def test_a_cut_in_the_middle_of_the_first_start_leaves_a_store_that_opens(tmp_path: Path) -> None:
    with simulated_disk("first") as disk:
        first = SqliteDatabase(tmp_path / "whole.db", vfs="first")
        last = disk.moves
        asyncio.run(first.close())

    for cut_at in range(1, last + 1, 2):
        assert after_cut(tmp_path, cut_at, tear=True, synchronous="FULL") == []


def test_the_story_is_worth_cutting(tmp_path: Path) -> None:
    with simulated_disk("whole") as disk:
        answered = asyncio.run(work(disk, tmp_path / "whole.db", "FULL"))

        assert len(answered.events) == WAVES * WAVE
        assert len(answered.done) == (WAVES - 1) * WAVE // 2
        assert event_id(1) in answered.events
        assert disk.moves > 500
