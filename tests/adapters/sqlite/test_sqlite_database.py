"""SQLite's own truths: who may open the file, what damage says, and what a full disk does."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.makers import FLOW, a_delivery, an_ingest, event_id, run_id
from tests.simulated_disk import SimulatedDisk, simulated_disk
from tests.stores import Store, sqlite_file

from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.sqlite.lock_file import holder
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import StoreCorrupt, StoreError, StoreFull, StoreLocked
from tieline.model.base.ids import WorkerId
from tieline.model.commands import Claim
from tieline.model.views import views as v

# --- one process ----------------------------------------------------------------------------------

HOLD = """
import sys
from tieline.adapters.sqlite.database import SqliteDatabase
database = SqliteDatabase(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_process(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has the store of this test open."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "tieline.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_and_told_who_has_the_store(
    tmp_path: Path, other_process: "subprocess.Popen[str]"
) -> None:
    with pytest.raises(StoreLocked, match=f"is open in process {other_process.pid};"):
        SqliteDatabase(tmp_path / "tieline.db")

    assert holder(tmp_path / "tieline.db") == other_process.pid


def test_a_link_to_the_store_does_not_lead_around_the_lock(
    tmp_path: Path, other_process: "subprocess.Popen[str]"
) -> None:
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "tieline.db")

    with pytest.raises(StoreLocked, match=str(other_process.pid)):
        SqliteDatabase(link)

    assert holder(link) == other_process.pid


async def test_the_lock_of_a_killed_process_is_gone(
    tmp_path: Path, other_process: "subprocess.Popen[str]"
) -> None:
    other_process.send_signal(signal.SIGKILL)
    other_process.wait()

    database = SqliteDatabase(tmp_path / "tieline.db")

    assert holder(tmp_path / "tieline.db") == os.getpid()
    await database.close()
    assert holder(tmp_path / "tieline.db") is None


async def test_the_same_process_cannot_open_a_store_twice(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "tieline.db")

    with pytest.raises(StoreLocked, match=str(os.getpid())):
        SqliteDatabase(tmp_path / "tieline.db")

    await database.close()


def test_a_store_that_could_not_be_opened_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "tieline.db").write_bytes(b"no database, but longer than a header " * 40)
    for _ in range(2):
        with pytest.raises(StoreCorrupt):
            SqliteDatabase(tmp_path / "tieline.db")

    assert holder(tmp_path / "tieline.db") is None


async def test_another_program_that_writes_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    store = await sqlite_file(tmp_path)
    other = apsw.Connection(str(store.path))
    other.execute("BEGIN IMMEDIATE")

    waiting = asyncio.ensure_future(store.journal.commit(an_ingest(1)))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    other.execute("ROLLBACK")

    assert (await waiting).fresh
    other.close()
    await store.close()


# --- a path that cannot be ------------------------------------------------------------------------


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere.*needs a folder that exists"):
        SqliteDatabase(tmp_path / "nowhere" / "tieline.db")


def test_a_path_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"file/tieline\.db"):
        SqliteDatabase(tmp_path / "file" / "tieline.db")


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "tieline.db").mkdir()

    with pytest.raises(StoreError, match=r"tieline\.db cannot be opened"):
        SqliteDatabase(tmp_path / "tieline.db")


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with simulated_disk("readonly") as disk:
        disk.is_read_only = True
        with pytest.raises(StoreError, match="cannot be written; check owner and mount"):
            SqliteDatabase(tmp_path / "tieline.db", vfs="readonly")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with simulated_disk("unreadable") as disk:
        disk.cannot_open = True
        with pytest.raises(StoreError, match="cannot be opened"):
            SqliteDatabase(tmp_path / "tieline.db", vfs="unreadable")


def test_a_disk_without_shared_memory_is_refused(tmp_path: Path) -> None:
    """Such as a network share: readers beside the writer would see torn states."""
    disk = SimulatedDisk("share")
    with pytest.raises(StoreError, match="write-ahead log"):
        SqliteDatabase(tmp_path / "tieline.db", vfs="share")
    disk.unregister()


# --- what is in the file --------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"hello world\n" * 500, b"\0" * 8192], ids=["text", "zeros"])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with pytest.raises(StoreCorrupt, match="is not a Tieline store; give another path"):
        SqliteDatabase(path)

    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE bookmark (url TEXT)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(StoreCorrupt, match="the database of another program"):
        SqliteDatabase(path)

    assert path.read_bytes() == before


async def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "tieline.db").touch()

    await (await sqlite_file(tmp_path)).close()


async def a_stopped_store(folder: Path, deliveries: int = 60) -> Path:
    store = await sqlite_file(folder)
    await asyncio.gather(
        *(store.journal.commit(a_delivery(number)) for number in range(1, deliveries + 1))
    )
    await store.close()
    return store.path


def damage(path: Path, table: str) -> None:
    """Overwrite the page in which *table* begins."""
    connection = apsw.Connection(str(path))
    query = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
    page, size = connection.execute(query, (table,)).get, connection.pragma("page_size")
    connection.close()
    assert isinstance(page, int)
    assert isinstance(size, int)
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(random.Random(1).randbytes(size))


async def test_damage_is_named_when_it_is_met_and_harms_nothing_else(tmp_path: Path) -> None:
    path = await a_stopped_store(tmp_path)
    damage(path, "event")
    store = await sqlite_file(tmp_path)

    with pytest.raises(StoreCorrupt, match=f"{path} is damaged; stop, copy it, restore a backup"):
        await store.journal.commit(an_ingest(99))

    await store.beat()
    await store.close()


async def test_a_damaged_schema_is_named_at_the_start(tmp_path: Path) -> None:
    path = await a_stopped_store(tmp_path)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(random.Random(1).randbytes(3_900))

    with pytest.raises(StoreCorrupt, match="is damaged"):
        SqliteDatabase(path)


async def test_a_file_cut_short_is_named_when_it_is_met(tmp_path: Path) -> None:
    path = await a_stopped_store(tmp_path)
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(StoreCorrupt, match="is damaged"):
        await _open_and_use(path)


async def _open_and_use(path: Path) -> None:
    journal = Committer(SqliteDatabase(path), CATALOGUE)
    try:
        for number in range(1, 61):
            await journal.commit(a_delivery(number))
            await journal.commit(Claim(WorkerId("wrk_1"), 100, {FLOW: 100}, 0))
    finally:
        await journal.close()


# --- releases -------------------------------------------------------------------------------------


async def test_a_new_store_gets_every_migration_once(tmp_path: Path) -> None:
    first = SqliteDatabase(tmp_path / "tieline.db")
    await first.close()
    second = SqliteDatabase(tmp_path / "tieline.db")
    await second.close()

    assert first.migrated[0] == "0001_spine.sql"
    assert first.migrated == sorted(first.migrated)
    assert second.migrated == []


async def change_ledger(path: Path, sql: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


async def test_a_store_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    path = await a_stopped_store(tmp_path)
    await change_ledger(path, "INSERT INTO migration VALUES (9999, '9999_future.sql', 'x')")

    with pytest.raises(StoreError, match=r"newer release \(migration 9999_future\.sql\)"):
        SqliteDatabase(path)


async def test_a_store_made_by_a_changed_migration_is_refused(tmp_path: Path) -> None:
    path = await a_stopped_store(tmp_path)
    await change_ledger(path, "UPDATE migration SET digest = 'other' WHERE number = 1")

    with pytest.raises(StoreError, match="is not the file that this store was made with"):
        SqliteDatabase(path)


# --- closing --------------------------------------------------------------------------------------


async def test_closing_writes_the_log_back(tmp_path: Path) -> None:
    path = await a_stopped_store(tmp_path)

    assert not path.with_name("tieline.db-wal").exists()
    alone = tmp_path / "copy" / "tieline.db"
    alone.parent.mkdir()
    alone.write_bytes(path.read_bytes())
    store = await sqlite_file(alone.parent)
    assert len(await store.claim()) == 60
    await store.close()


async def test_closing_commits_what_waits(tmp_path: Path) -> None:
    store = await sqlite_file(tmp_path)
    waiting = [asyncio.ensure_future(store.journal.commit(an_ingest(n))) for n in range(1, 700)]
    await asyncio.sleep(0)

    await store.close()

    assert all([(await answer).fresh for answer in waiting])


async def test_a_command_after_closing_is_refused(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "tieline.db")
    journal = Committer(database, CATALOGUE)
    await journal.close()
    await journal.close()

    with pytest.raises(StoreError, match="Ingest came too late"):
        await journal.commit(an_ingest(1))
    with pytest.raises(StoreError, match="was closed by this process"):
        await Committer(database, CATALOGUE).commit(an_ingest(1))


def test_a_loop_that_ends_early_leaves_a_store_that_another_loop_can_use(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "tieline.db")

    async def begin() -> None:
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)
        await Committer(database, CATALOGUE).commit(an_ingest(1))

    loop = asyncio.new_event_loop()
    task = loop.create_task(begin())
    loop.run_forever()
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()

    async def go_on() -> None:
        journal = Committer(database, CATALOGUE)
        assert (await journal.commit(an_ingest(2))).fresh
        await journal.close()

    asyncio.run(go_on())


# --- a full disk ----------------------------------------------------------------------------------


async def test_a_full_disk_refuses_loses_nothing_and_recovers(tmp_path: Path) -> None:
    with simulated_disk("small") as disk:
        journal = Committer(SqliteDatabase(tmp_path / "tieline.db", vfs="small"), CATALOGUE)
        disk.capacity_bytes = used(disk) + 1_000_000
        answered = await try_all(journal, range(1, 100))
        assert 5 < len(answered) < 90

        with pytest.raises(StoreFull, match=r"no space left for .*; free some, nothing is lost"):
            await journal.commit(a_delivery(100))
        disk.capacity_bytes = None
        assert (await journal.commit(a_delivery(100))).fresh
        await journal.close()
        disk.left = {name: bytes(file.durable) for name, file in disk.files.items()}
        disk.write_back(tmp_path)
    await holds(tmp_path, [*answered, 100])


async def test_a_disk_that_is_full_at_any_move_loses_nothing(tmp_path: Path) -> None:
    for spare in range(0, 120_000, 7_000):
        folder = tmp_path / str(spare)
        folder.mkdir()
        with simulated_disk("tight") as disk:
            database = SqliteDatabase(folder / "tieline.db", vfs="tight", checkpoint_pages=20)
            journal = Committer(database, CATALOGUE)
            disk.capacity_bytes = used(disk) + spare
            first = await try_all(journal, range(1, 25))
            disk.capacity_bytes = None
            second = await try_all(journal, range(25, 30))
            assert second == list(range(25, 30))
            await journal.close()
            disk.left = {name: bytes(file.durable) for name, file in disk.files.items()}
            disk.write_back(folder)
        await holds(folder, [*first, *second])


async def test_a_disk_that_cannot_sync_answers_nobody(tmp_path: Path) -> None:
    with simulated_disk("bad") as disk:
        journal = Committer(SqliteDatabase(tmp_path / "tieline.db", vfs="bad"), CATALOGUE)
        await journal.commit(an_ingest(1))
        disk.has_bad_syncs = True

        with pytest.raises(StoreError, match="reported an error"):
            await journal.commit(an_ingest(2))

        disk.has_bad_syncs = False  # the next sync would succeed, and prove nothing
        with pytest.raises(StoreError, match=r"could not sync.*nothing is written any more"):
            await journal.commit(an_ingest(3))
        assert "could not sync" in str(journal.trouble)
        await journal.close()
        disk.left = {name: bytes(file.durable) for name, file in disk.files.items()}
        disk.write_back(tmp_path)
    store = await sqlite_file(tmp_path)
    assert [run.id for run in await store.claim()] == [run_id(1)]
    await store.close()


def used(disk: SimulatedDisk) -> int:
    return sum(len(file.seen) for file in disk.files.values())


async def try_all(journal: Committer, numbers: range) -> list[int]:
    """Those that were answered; the others met a full disk."""
    answered: list[int] = []
    for number in numbers:
        try:
            await journal.commit(a_delivery(number))
        except StoreFull:
            continue
        answered.append(number)
    return answered


async def holds(folder: Path, numbers: list[int]) -> None:
    """The store has exactly these deliveries, and is sound."""
    store: Store = await sqlite_file(folder)
    assert isinstance(store.views, SqliteReader)
    events = await store.views.read(v.ListEvents(window=v.Window(limit=v.MOST_ROWS)))
    assert {row.id for row in events.rows} == {event_id(number) for number in numbers}
    assert (await store.views.read(v.CheckStore(pages=True))).faults == ()
    assert await store.oddities() == []
    await store.close()
