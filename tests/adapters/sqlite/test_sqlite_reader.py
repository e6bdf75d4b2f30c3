"""SqliteReader: beside a writer or alone, in this process or another; never writing, by index."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.adapters.sqlite.statements import text, text_for
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import StoreCorrupt, StoreError
from tieline.model.views.views import CheckStore, ListEvents, Window

Invoice = Callable[..., dict[str, object]]

READER = """
import asyncio, sys
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.model.views.views import ListEvents

async def main():
    reader = SqliteReader(sys.argv[1], CATALOGUE)
    page = await reader.read(ListEvents())
    await reader.close()
    print(*(row.identity for row in page.rows))

asyncio.run(main())
"""
CRASHER = """
import asyncio, os, signal, sys
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.compose.features import CATALOGUE
from tieline.model.commands import By, Pause

async def main():
    journal = Committer(SqliteDatabase(sys.argv[1]), CATALOGUE)
    await journal.commit(Pause("flow", "a", By("ana", "why", 1)))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def in_another_process(path: Path) -> str:
    """The identities of the events there, newest first."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


async def test_another_process_reads_while_the_hub_writes(house: Any, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="one")

    first = await asyncio.to_thread(in_another_process, house.path)
    await house.deliver("invoice.paid", invoice(2), identity="two")
    second = await asyncio.to_thread(in_another_process, house.path)

    assert (first, second) == ("one", "two one")


async def test_a_reader_sees_what_was_committed_after_it_was_opened(
    house: Any, invoice: Invoice
) -> None:
    reader = SqliteReader(house.path, CATALOGUE)
    before = await reader.read(ListEvents())
    await house.deliver("invoice.paid", invoice(1), identity="one")
    after = await reader.read(ListEvents())
    await reader.close()

    assert (len(before.rows), len(after.rows)) == (0, 1)


async def test_a_stopped_store_is_read_and_nobody_holds_it(
    build_house: Callable[[], Any], invoice: Invoice
) -> None:
    house = build_house()
    await house.deliver("invoice.paid", invoice(1), identity="one")
    await house.close()

    reader = SqliteReader(house.path, CATALOGUE)
    page = await reader.read(ListEvents())
    health = await reader.read(CheckStore())
    await reader.close()

    assert [row.identity for row in page.rows] == ["one"]
    assert health.holder is None


async def test_a_store_whose_hub_was_killed_is_read_with_what_its_log_holds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "tieline.db"
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", CRASHER, str(path)], check=False
    )
    assert done.returncode == -signal.SIGKILL

    reader = SqliteReader(path, CATALOGUE)
    found = await reader.read(CheckStore(pages=True))
    await reader.close()

    assert (found.log_bytes or 0) > 0
    assert (found.holder, found.faults) == (None, ())


async def test_a_reader_writes_nothing(house: Any) -> None:
    reader = SqliteReader(house.path, CATALOGUE)
    connection = reader._connection

    with pytest.raises(apsw.Error):
        connection.execute("DELETE FROM event")

    assert connection.execute("PRAGMA query_only").fetchall() == [(1,)]
    await reader.close()


async def test_many_questions_at_once_are_all_answered(house: Any, invoice: Invoice) -> None:
    for number in range(5):
        await house.deliver("invoice.paid", invoice(number))
    reader = SqliteReader(house.path, CATALOGUE)

    pages = await asyncio.gather(
        *(reader.read(ListEvents(window=Window(limit=1 + n % 5))) for n in range(50))
    )

    await reader.close()
    assert [len(page.rows) for page in pages] == [1 + n % 5 for n in range(50)]


def test_a_missing_store_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no store at .*nowhere\.db; start a hub there"):
        SqliteReader(tmp_path / "nowhere.db", CATALOGUE)
    assert not (tmp_path / "nowhere.db").exists()


@pytest.mark.parametrize("content", [b"", b"x" * 5000])
def test_a_file_that_is_no_store_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)

    with pytest.raises((StoreError, StoreCorrupt), match="is not a Tieline store"):
        SqliteReader(path, CATALOGUE)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM migration WHERE number = 2", r"by an earlier release \(it lacks 0002_"),
        ("INSERT INTO migration VALUES (999, '0999_x.sql', 'd')", "by a newer release"),
    ],
)
async def test_a_store_of_another_release_is_told(
    build_house: Callable[[], Any], statement: str, words: str
) -> None:
    house = build_house()
    await house.close()
    connection = apsw.Connection(str(house.path))
    connection.execute(statement)
    connection.close()

    with pytest.raises(StoreError, match=words):
        SqliteReader(house.path, CATALOGUE)


async def test_odd_characters_in_the_path_are_part_of_it(
    tmp_path: Path, build_house: Callable[[], Any]
) -> None:
    house = build_house()
    await house.close()
    strange = house.path.rename(tmp_path / "a?b#c%41 d.db")

    reader = SqliteReader(strange, CATALOGUE)
    health = await reader.read(CheckStore())
    await reader.close()

    assert health.path == str(strange)


# --- every read is bounded --------------------------------------------------------------------

PAGES = (
    "audit_page",
    "audit_page_of_subject",
    "check_run",
    "check_work",
    "dead_page_decided",
    "dead_page_open",
    "event_of_correlation",
    "event_of_receipt",
    "event_page",
    "event_show",
    "receipt_page",
    "receipt_page_odd",
    "receipt_show",
    "reference_find",
    "replays.bite",
    "replays.page",
    "replays.states",
    "run_lane_head",
    "run_oldest",
    "run_page",
    "run_page_live",
    "run_page_odd",
    "run_page_of_replay",
    "step_show",
)
SETS = (
    "attempt_rows",
    "audit_rows",
    "dead_rows",
    "event_rows",
    "receipt_repeats",
    "receipt_rows",
    "reference_of_events",
    "replays.bite_of_ids",
    "run_of_events",
    "run_rows",
    "step_effects",
    "step_rows",
)
STORED = {
    "attempt",
    "audit",
    "dead",
    "event",
    "lane",
    "receipt",
    "reference",
    "replay",
    "run",
    "step",
    "work",
}


@pytest.mark.parametrize("name", [*PAGES, *SETS])
async def test_no_read_walks_a_table(house: Any, name: str) -> None:
    reader = SqliteReader(house.path, CATALOGUE)
    sql = text_for(name, 2, 1) if name in SETS else text(name)
    values: Any = ["a", "b"] if name in SETS else dict.fromkeys(re.findall(r":(\w+)", sql), 1)

    plan = [row[3] for row in reader._connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

    await reader.close()
    aliases = set(re.findall(rf"(?:FROM|JOIN) (?:{'|'.join(STORED)}) AS (\w+)", sql))
    walked = [step for step in plan if re.match(rf"SCAN ({'|'.join(STORED | aliases)})\b", step)]
    # The oldest unfinished run is the first of this index, and LIMIT 1 ends the walk there.
    first_of = ["SCAN work USING COVERING INDEX sqlite_autoindex_work_1"]
    assert walked == (first_of if name == "run_oldest" else [])
