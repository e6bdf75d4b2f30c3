"""Doctor of the engine: each thing that can be wrong with a server is found and said."""

from dataclasses import replace
from typing import Any

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import pytest
from tests import postgres_server
from tests.makers import START_US

from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.compose.features import CATALOGUE
from tieline.model.base.ids import WorkerId
from tieline.model.views.engine_report import DiskReport, StoreReport, TableReport
from tieline.model.views.rows import WorkerRow
from tieline.operations import doctor
from tieline.operations.doctor_engine import of_sheet
from tieline.operations.finding import Level

TODAY, SECOND_US = "2026-01-01", 1_000_000
EVENTS = TableReport("event", 1_000, 8192, 10, START_US, 7, "2026-01-06")
SOUND = StoreReport(
    shown="postgresql://hub@db/hub",
    engine="PostgreSQL",
    version="18.0",
    applied=("0001_spine.sql",),
    pending=(),
    bytes=8192,
    tables=(EVENTS,),
    snapshot_s=0.1,
    snapshot_holder="process 7 (tieline hub, active)",
    connections=5,
    most_connections=100,
    server_us=START_US,
)
ALICE = WorkerRow(WorkerId("wrk_1"), START_US, START_US, "host-a pid 1", "1.0", "worker", "a", 1, 0)


def found(sheet: StoreReport, *workers: WorkerRow, now_us: int = START_US) -> list[tuple[str, str]]:
    return [(one.level.value, one.what) for one in of_sheet(sheet, workers, now_us)]


def test_a_sound_server_is_nothing_to_speak_of() -> None:
    assert found(SOUND, ALICE) == []


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({"risks": ("it runs with fsync = off",)}, "error", "fsync = off"),
        ({"shut": "it was moved to another"}, "error", "was moved"),
        ({"snapshot_s": 400.0}, "warning", "process 7"),
        ({"snapshot_s": 4_000.0}, "error", "open for"),
        ({"connections": 85}, "warning", "85 of the server's 100"),
        ({"connections": 98}, "error", "98 of the server's 100"),
        ({"server_us": START_US - 60 * SECOND_US}, "warning", "ahead of that of the server"),
        ({"server_us": START_US + 60 * SECOND_US}, "warning", "behind that of the server"),
    ],
)
def test_what_is_wrong_with_a_server_is_said(
    change: dict[str, Any], level: str, words: str
) -> None:
    ((found_level, what),) = found(replace(SOUND, **change))

    assert found_level == level
    assert words in what


DISK = DiskReport(64 * 2**20, 2 * 2**20, ("standby, not in use",), 16 * 2**20, 2**40, "/data")


def test_the_disk_of_a_server_is_told_as_far_as_it_is_known() -> None:
    known = found(replace(SOUND, bytes=10 * 2**20, disk=DISK))
    unknown = found(replace(SOUND, disk=DiskReport(None, None, (), 0, None)))

    assert known == [
        (
            "note",
            "the database has 10 MB, the server's write-ahead log 64 MB, of which replication "
            "slots (standby, not in use) keep 16 MB, its temporary files 2 MB",
        ),
        ("note", "1048576 MB are free in /data"),
    ]
    assert unknown == [
        ("note", "the database has 0 MB"),
        ("note", "how much is free on the server's disk is not known here"),
    ]


@pytest.mark.parametrize(("free", "level"), [(500, "warning"), (50, "error")])
def test_a_server_with_little_space_is_warned_of(free: int, level: str) -> None:
    _, told = found(replace(SOUND, disk=replace(DISK, free_bytes=free * 2**20)))

    assert told == (level, f"{free} MB are free in /data")


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({"last_day": "2026-01-02"}, "warning", "only until 2026-01-02"),
        ({"last_day": "2025-12-31"}, "error", "only until 2025-12-31"),
        ({"stray_rows": 3}, "warning", "fit into no day"),
        ({"dead_rows": 200_000}, "warning", "200000 dead rows"),
        ({"dead_rows": 200_000, "vacuumed_us": None}, "warning", "came never"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(change: dict[str, Any], level: str, words: str) -> None:
    ((found_level, what),) = found(replace(SOUND, tables=(replace(EVENTS, **change),)))

    assert found_level == level
    assert words in what


@pytest.mark.parametrize("change", [{"dead_rows": 40_000}, {"dead_rows": 60_000, "rows": 90_000}])
def test_some_dead_rows_are_as_it_should_be(change: dict[str, Any]) -> None:
    assert found(replace(SOUND, tables=(replace(EVENTS, **change),))) == []


@pytest.mark.parametrize(("off_s", "words"), [(60, "60 s ahead of"), (-61, "61 s behind")])
def test_a_worker_whose_clock_is_off_is_named(off_s: int, words: str) -> None:
    off = replace(ALICE, ahead_us=off_s * SECOND_US)

    ((level, what),) = found(SOUND, off)

    assert level == "warning"
    assert f"the clock of worker wrk_1 (host-a pid 1) is {words}" in what


@pytest.mark.parametrize(
    "change",
    [
        {"ahead_us": 4 * SECOND_US},
        {"ahead_us": 60 * SECOND_US, "stopped_us": START_US},
        {"ahead_us": 60 * SECOND_US, "beat_us": START_US - 31 * SECOND_US},
    ],
)
def test_a_clock_that_is_hardly_off_or_of_nobody_is_nothing_to_speak_of(
    change: dict[str, Any],
) -> None:
    assert found(SOUND, replace(ALICE, **change)) == []


def test_workers_of_two_versions_are_told_but_not_those_that_are_gone() -> None:
    newer = replace(ALICE, id=WorkerId("wrk_2"), version="1.1")
    gone = replace(newer, beat_us=START_US - 3_600 * SECOND_US)

    assert found(SOUND, ALICE, newer) == [
        ("note", "workers of several versions are running: 1.0, 1.1")
    ]
    assert found(SOUND, ALICE, gone) == []


async def test_a_real_server_is_examined_and_its_oldest_transaction_found(tmp_path: Any) -> None:
    url = await postgres_server.shared().database_of(tmp_path)
    holder = await asyncpg.connect(url, server_settings={"application_name": "a report"})
    await holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM event")
    views = await PostgresReader.open(url, CATALOGUE)
    now_us = int(await postgres_server.shared().ask("SELECT extract(epoch FROM now()) * 1000000"))

    findings = await doctor.examine(views, None, EnvironmentVault({}), now_us)

    assert [one for one in findings if one.level is not Level.NOTE] == []
    assert any("PostgreSQL" in one.what for one in findings)
    await views.close()
    await holder.close()
