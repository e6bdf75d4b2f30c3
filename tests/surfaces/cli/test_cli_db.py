"""Db: a store is moved to another engine whole, once, and however often the move is killed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped, unused-ignore]
import orjson
import pytest
from tests import postgres_server
from tests.makers import ALICE, START_US, an_ingest

from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.compose.features import CATALOGUE
from tieline.compose.store import open_journal, open_views
from tieline.model.base.errors import StoreMoved
from tieline.model.commands import Beat, By, Claim, Ingest, Pause, Progress, Settle
from tieline.model.runs.run import Dead, Returned
from tieline.model.views.views import PARTS, CheckRows, CountWork, ListEvents, ListRuns, Window

EVENTS = 300
ROOMY = {"post_invoice": 500}


@pytest.fixture
async def url(tmp_path: Path) -> str:
    return await postgres_server.shared().database_of(tmp_path)


async def fill(path: Path, count: int = EVENTS) -> None:
    """Events in lanes; some runs are done, some dead, some claimed by a hub that is gone."""
    journal = Committer(SqliteDatabase(path), CATALOGUE)
    for number in range(1, count + 1):
        ingest = an_ingest(number, lane=f"lane-{number % 7}" if number % 2 else None)
        await journal.commit(ingest)
    await journal.commit(Beat(ALICE, START_US))
    claimed = await journal.commit(Claim(ALICE, 200, ROOMY, START_US))
    for number, run in enumerate(claimed.runs[:120]):
        ending = Returned() if number % 3 else Dead("rejected", "no such customer", "…")
        await journal.commit(Settle(run.claim, ending, Progress(), START_US))
    await journal.commit(Pause("flow", "post_invoice", By("ann", "é — \U0001f600", START_US)))
    await journal.close()


@pytest.fixture
async def store(tmp_path: Path) -> Path:
    path = tmp_path / "tieline.db"
    await fill(path)
    return path


def command(store: object, *words: str) -> list[str]:
    return [sys.executable, "-m", "tieline", "--store", str(store), *words]


def tieline(store: object, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(store, *words), capture_output=True, text=True, timeout=120, check=False
    )


def move_among_kills(store: Path, url: str, chance: random.Random) -> tuple[int, int]:
    """Move, killed after as many lines as chance wants; how often, and the last exit code."""
    for kills in range(100):
        # The first deaths come early, the later ones wherever chance has them.
        lines = chance.randrange(1, 12 + 25 * kills)
        code = move_until(store, url, lines)
        if code != -signal.SIGKILL:
            return kills, code
    raise AssertionError("the move does not come to its end")


def move_until(store: Path, url: str, lines: int, *, rows: int = 20) -> int:
    """Move, killed after so many *lines* of what it tells; the exit code."""
    with subprocess.Popen(
        command(store, "db", "copy", "--to", url, "--rows", str(rows)),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as move:
        assert move.stdout is not None
        for _, _ in zip(range(lines), move.stdout, strict=False):
            pass
        move.send_signal(signal.SIGKILL)
        move.stdout.read()
        return move.wait()


async def contents(store: str) -> dict[str, Any]:
    """What people can see of a store, and whether its rows agree with each other."""
    views = await open_views(store)
    whole = Window(limit=500)
    seen = {
        "events": await views.read(ListEvents(window=whole)),
        "runs": await views.read(ListRuns(window=whole)),
        "work": await views.read(CountWork()),
        "odd": [(await views.read(CheckRows(part))).oddities for part in PARTS],
    }
    await views.close()
    return seen


async def test_a_store_is_moved_whole_and_the_old_one_is_closed(store: Path, url: str) -> None:
    before = await contents(str(store))

    done = tieline(store, "db", "copy", "--to", url, "--json")

    assert done.returncode == 0, done.stderr
    copied = {row["table"]: row["rows"] for row in map(orjson.loads, done.stdout.splitlines())}
    assert copied["event"] == copied["run"] == copied["dedupe"] == EVENTS
    assert copied["audit"] == 1
    assert await contents(url) == before
    # What is older than the new store's days has a part of its own, that goes when it is old.
    places = "SELECT DISTINCT tableoid::regclass::text FROM event"
    name = urlsplit(url).path.strip("/")
    assert await postgres_server.shared().ask(places, name) == "event_before"
    refused = tieline(store, "flows", "resume", "post_invoice", "-r", "go on")
    assert refused.returncode == 4
    assert "was moved to" in refused.stderr
    with pytest.raises(StoreMoved):
        SqliteDatabase(store)


async def test_what_was_moved_goes_on_where_it_was(store: Path, url: str) -> None:
    assert tieline(store, "db", "copy", "--to", url).returncode == 0

    journal = await open_journal(url)
    repeat = await journal.commit(an_ingest(1))
    fresh = await journal.commit(Ingest(an_ingest(EVENTS + 1).admissions))
    claimed = await journal.commit(Claim(ALICE, 500, ROOMY, START_US))
    await journal.close()

    assert (repeat.fresh, fresh.fresh) == (False, True)
    assert claimed.runs
    views = await open_views(url)
    assert [(await views.read(CheckRows(part))).oddities for part in PARTS] == [()] * 4
    await views.close()


@pytest.mark.parametrize("seed", range(2))
async def test_a_move_that_is_killed_again_and_again_ends_with_everything_once(
    store: Path, url: str, seed: int
) -> None:
    before = await contents(str(store))

    kills, code = await asyncio.to_thread(move_among_kills, store, url, random.Random(seed))

    assert code == 0
    assert kills >= 3
    assert await contents(url) == before


async def test_a_hub_works_on_neither_side_of_a_half_done_move(store: Path, url: str) -> None:
    assert move_until(store, url, 1, rows=1) == -signal.SIGKILL

    with pytest.raises(StoreMoved, match="is being copied to"):
        SqliteDatabase(store)
    with pytest.raises(StoreMoved, match="half a copy"):
        await open_journal(url)
    assert tieline(store, "db", "reopen").returncode == 1
    assert tieline(store, "db", "reopen", "--force").returncode == 0
    await Committer(SqliteDatabase(store), CATALOGUE).close()
    again = tieline(store, "db", "copy", "--to", url)
    assert again.returncode == 1
    assert "empty it and begin anew" in again.stderr


async def test_a_running_hub_is_not_copied(store: Path, url: str) -> None:
    hub = SqliteDatabase(store)

    refused = tieline(store, "db", "copy", "--to", url)

    assert refused.returncode == 4
    assert "stop that process" in refused.stderr
    await hub.close()
    assert tieline(store, "db", "copy", "--to", url).returncode == 0


async def test_a_store_that_has_something_is_no_target(store: Path, url: str) -> None:
    journal = await open_journal(url)
    await journal.commit(an_ingest(9_999))
    await journal.close()

    refused = tieline(store, "db", "copy", "--to", url)

    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    await Committer(SqliteDatabase(store), CATALOGUE).close()


async def test_a_row_that_changed_on_the_way_is_noticed(store: Path, url: str) -> None:
    assert move_until(store, url, 30) == -signal.SIGKILL
    await _ask(url, "UPDATE event SET type = type || '!' WHERE seq = 5")

    again = tieline(store, "db", "copy", "--to", url)

    assert again.returncode == 1
    assert "event differs" in again.stderr


async def test_a_move_back_to_a_file_is_the_same(store: Path, url: str, tmp_path: Path) -> None:
    before = await contents(str(store))
    assert tieline(store, "db", "copy", "--to", url).returncode == 0
    back = tmp_path / "back.db"

    done = tieline(url, "db", "copy", "--to", str(back), "--new-file")

    assert done.returncode == 0, done.stderr
    assert await contents(str(back)) == before
    with pytest.raises(StoreMoved):
        await open_journal(url)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("foo", "say --new-file to make it"),
        ("", "--to is ''; give a value or leave it out"),
        ("postgres:/hub:hunter2@127/hub2", "use the path of a file"),
        ("postgresql://hub:hunt?er2@127.0.0.1/hub", "%23 %2F %3F %40"),
    ],
)
def test_a_slip_in_the_target_makes_no_file_and_closes_nothing(
    to: str, words: str, tmp_path: Path
) -> None:
    asyncio.run(fill(tmp_path / "tieline.db", 20))
    before = sorted(tmp_path.iterdir())

    refused = subprocess.run(
        command("tieline.db", "db", "copy", "--to", to),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert refused.returncode in {1, 2}
    assert words in refused.stderr
    assert "hunt" not in refused.stderr
    assert sorted(tmp_path.iterdir()) == before
    shut = orjson.loads(tieline(tmp_path / "tieline.db", "db", "status", "--json").stdout)["shut"]
    assert shut is None


async def test_a_store_is_not_copied_into_itself_however_it_is_named(store: Path) -> None:
    refused = tieline(store, "db", "copy", "--to", f"sqlite:///{store.parent}/./{store.name}")

    assert refused.returncode == 1
    assert "is the store itself" in refused.stderr


async def test_a_finished_copy_says_so_and_another_one_says_where_all_of_it_went(
    tmp_path: Path,
) -> None:
    source = tmp_path / "tieline.db"
    await fill(source, 20)
    to = f"sqlite:///{tmp_path / 'new.db'}"
    assert tieline(source, "db", "copy", "--to", to).returncode == 0

    again = tieline(source, "db", "copy", "--to", to)
    as_json = tieline(source, "db", "copy", "--to", to, "--json")
    elsewhere = tieline(source, "db", "copy", "--to", f"sqlite:///{tmp_path / 'third.db'}")

    assert (again.returncode, "copied already, nothing to do" in again.stdout) == (0, True)
    assert orjson.loads(as_json.stdout) == {"done": True, "copied": []}
    assert elsewhere.returncode == 1
    assert f"was moved to {tmp_path / 'new.db'}" in elsewhere.stderr
    assert "db reopen --force" in elsewhere.stderr


async def test_a_database_with_hubs_is_not_copied(url: str, tmp_path: Path) -> None:
    journal = await open_journal(url)
    await journal.commit(an_ingest(1))

    refused = tieline(url, "db", "copy", "--to", f"sqlite:///{tmp_path / 'back.db'}")

    assert refused.returncode == 4
    assert "hubs hold" in refused.stderr
    await journal.commit(an_ingest(2))
    await journal.close()


@pytest.mark.parametrize("engine", ["SQLite", "PostgreSQL"])
async def test_the_status_of_a_store_names_what_matters(engine: str, store: Path, url: str) -> None:
    name = str(store) if engine == "SQLite" else url

    said = orjson.loads(tieline(name, "db", "status", "--json").stdout)

    assert said["engine"] == engine
    assert "0001_spine.sql" in said["applied"]
    assert said["pending"] == []
    assert {"event", "run", "work"} <= {table["name"] for table in said["tables"]}
    assert said["shut"] is None
    if engine == "PostgreSQL":
        assert said["most_connections"] > 0
        assert said["server_at"].endswith("Z")


async def test_the_processes_of_a_database_are_named_and_none_of_its_server(url: str) -> None:
    await _ask(
        url,
        "INSERT INTO worker (id, beat_us, started_us, about, host, pid) VALUES "
        "('w', (extract(epoch FROM clock_timestamp()) * 1e6)::bigint, 1, '', 'hub-1', 4711)",
    )
    hub = await asyncpg.connect(url, server_settings={"application_name": "tieline"})

    status, doctor = tieline(url, "status"), tieline(url, "doctor")
    await hub.close()

    assert "hub: running in process 4711 on hub-1" in " ".join(status.stdout.split())
    assert "open in process 4711 on hub-1" in doctor.stdout


async def test_migrations_are_applied_by_command(url: str, tmp_path: Path) -> None:
    await _ask(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")

    first = orjson.loads(tieline(url, "db", "migrate", "--json").stdout)
    second = tieline(url, "db", "migrate")

    assert first["applied"][0] == "0001_spine.sql"
    assert "nothing to do" in second.stdout


async def test_the_oldest_transaction_is_shown_with_who_has_it(url: str) -> None:
    holder = await asyncpg.connect(url, server_settings={"application_name": "a report"})
    await holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    await holder.fetchval("SELECT count(*) FROM event")

    said = orjson.loads(tieline(url, "db", "status", "--json").stdout)

    assert said["snapshot_s"] > 0
    assert "a report" in said["snapshot_holder"]
    await holder.close()


async def _ask(url: str, *texts: str) -> None:
    connection = await asyncpg.connect(url)
    for text in texts:
        await connection.execute(text)
    await connection.close()
