"""Pooler: PgBouncer in transaction mode stands between hubs and the server, and nothing changes."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from tests import postgres_server
from tests.engine import SHOP_EVENTS
from tests.makers import FLOW, START_US, an_ingest
from tests.ports import free_port

from tieline import Hub
from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.hints import PostgresHints
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.postgres.transfer import PostgresRows
from tieline.adapters.postgres.url import parse
from tieline.adapters.sql.committer import Committer
from tieline.compose.features import CATALOGUE
from tieline.compose.process import running
from tieline.compose.store import open_rows
from tieline.model.base.ids import WorkerId
from tieline.model.commands import Beat, Claim, Progress, Settle
from tieline.model.fleet.hint import LOOK, Hint
from tieline.model.hub.connection import Connector
from tieline.model.runs.run import Returned
from tieline.model.views.views import PARTS, CheckRows, CountWork, InspectStore, ListRuns, Window
from tieline.settings.settings import Settings

OpenJournal = Callable[..., Awaitable[Committer]]
PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
PATIENCE_S = 20.0
CONFIG = """\
[databases]
{database} = {server} dbname={database} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
server_reset_query =
logfile = {log}
"""


@pytest.fixture
def pooled(url: str, tmp_path: Path) -> Iterator[str]:
    """The store over a pooler that has two connections for everybody."""
    if PROGRAM is None:
        assert not os.environ.get("TIELINE_TEST_REQUIRE_ALL_BACKENDS"), "CI installs pgbouncer"
        pytest.skip("pgbouncer is not installed: apt-get install pgbouncer")
    parts, port = urlsplit(url), free_port()
    folder = parse_qs(parts.query).get("host", [""])[0]
    host, database = folder or parts.hostname or "127.0.0.1", parts.path.strip("/")
    home = Path("/tmp") / f"tieline-pooler-{os.getpid()}-{port}"
    home.mkdir()
    config = home / "pgbouncer.ini"
    server = f"host={host} port={parts.port or 5432}"
    if parts.password:
        server += f" password={parts.password}"
    config.write_text(
        CONFIG.format(
            database=database,
            server=server,
            user=parts.username or "postgres",
            port=port,
            log=home / "pgbouncer.log",
        ),
        encoding="utf-8",
    )
    words = [PROGRAM, str(config)]
    if os.geteuid() == 0:  # which it refuses to be; the server's own user may use its socket
        user = Path(folder).owner() if folder else "nobody"
        words[1:1] = ["-u", user]
        shutil.chown(home, user)
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as pooler:
        _wait_for(port, pooler)
        yield f"postgresql://hub@127.0.0.1:{port}/{database}?statement_cache_size=0&connections=1"
        pooler.terminate()
    shutil.rmtree(home)


def _wait_for(port: int, pooler: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + PATIENCE_S
    while True:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert pooler.poll() is None, "the pooler does not start"
        assert time.monotonic() < give_up, "the pooler does not answer"
        time.sleep(0.02)


async def until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.01)


async def agree(views: PostgresReader) -> bool:
    slices = [await views.read(CheckRows(part)) for part in PARTS]
    return all(not checked.oddities for checked in slices)


async def work(journal: Committer, worker: WorkerId, wanted: int, done: list[str]) -> None:
    """Claim and settle until everybody together has done what is wanted."""
    while len(done) < wanted:
        claimed = await journal.commit(Claim(worker, 5, {FLOW: 5}, START_US))
        for run in claimed.runs:
            await journal.commit(Settle(run.claim, Returned(), Progress(), START_US))
            done.append(run.id)


async def test_many_workers_share_two_connections_and_each_run_is_done_once(
    pooled: str, journal_on: OpenJournal
) -> None:
    journals = [await journal_on(pooled) for _ in range(4)]
    views = await PostgresReader.open(pooled, CATALOGUE)
    workers = [WorkerId(f"wrk_{n}") for n in range(4)]
    for worker, journal in zip(workers, journals, strict=True):
        await journal.commit(Beat(worker, START_US))
    done: list[str] = []

    async def deliver(first: int) -> None:
        for number in range(first, 121, 4):
            lane = f"lane-{number % 3}" if number % 2 else None
            await journals[first - 1].commit(an_ingest(number, lane=lane))

    await asyncio.gather(
        *(deliver(n) for n in range(1, 5)),
        *(work(j, w, 120, done) for j, w in zip(journals, workers, strict=True)),
    )

    assert len(done) == len(set(done)) == 120
    assert (await views.read(CountWork())).flows == ()
    assert await agree(views)
    await views.close()


async def test_server_connections_that_end_lose_nothing(
    pooled: str, url: str, journal_on: OpenJournal
) -> None:
    journal = await journal_on(pooled)
    name = urlsplit(url).path.strip("/")
    answers = []

    async def deliver(first: int) -> None:
        for number in range(first, 201, 4):
            answer = await journal.commit(an_ingest(number))
            answers.append(answer)

    senders = asyncio.gather(*(deliver(n) for n in range(1, 5)))
    ended = 0
    while not senders.done():
        goal = len(answers) + 25
        while len(answers) < goal and not senders.done():
            await asyncio.sleep(0)
        ended += await postgres_server.shared().end_connections(name)
    await senders

    views = await PostgresReader.open(pooled, CATALOGUE)
    runs = await views.read(ListRuns(window=Window(limit=500)))
    assert ended > 1
    assert len(runs.rows) == len({row.event_id for row in runs.rows}) == 200
    assert await agree(views)
    await views.close()


async def test_no_state_of_a_session_is_left_behind(pooled: str, journal_on: OpenJournal) -> None:
    journal = await journal_on(pooled)
    for number in range(1, 20):
        await journal.commit(an_ingest(number))
    views = await PostgresReader.open(pooled, CATALOGUE)
    assert (await views.read(InspectStore())).engine == "PostgreSQL"

    bare = await PostgresConnection.dial(parse(pooled))
    await bare.execute("BEGIN")
    left = await bare.ask(
        "SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name <> ''), "
        "current_setting('plan_cache_mode'), current_setting('default_transaction_read_only'), "
        "current_setting('statement_timeout'), "
        "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
    )
    await bare.execute("COMMIT")

    assert left == [(0, "auto", "off", "0", 0)]
    await bare.close()
    await views.close()


async def test_what_a_process_behind_the_pooler_tells_is_heard_by_one_beside_it(
    pooled: str, url: str
) -> None:
    near, far = await PostgresDatabase.open(pooled), await PostgresDatabase.open(url)
    teller = PostgresHints(near.url, near, sender=near.name)
    hearer = PostgresHints(far.url, far, sender=far.name)
    heard: list[Hint] = []
    teller.listen(heard.append)  # behind the pooler there is nothing to hear
    hearer.listen(heard.append)
    await hearer.is_heard.wait()

    teller.tell(LOOK)

    await until(lambda: LOOK in heard)
    assert not teller.is_heard.is_set()
    for one in (teller, hearer, near, far):
        await one.close()


async def test_a_hub_runs_behind_the_pooler(pooled: str) -> None:
    hub = Hub("shop")
    shop = hub.connect("shop", Connector("shop", webhook=SHOP_EVENTS))
    shipped: list[int] = []

    @hub.flow(on=shop.webhook("order.placed", unverified=True))
    async def ship(order: dict[str, Any]) -> None:
        shipped.append(order["n"])

    settings = Settings(store=pooled, port=0, console_port=0, shutdown_seconds=1)
    async with (
        running(hub.spec(), settings, environment={}) as it,
        aiohttp.ClientSession() as session,
    ):
        for number in range(10):
            data = {"n": number, "to": "a"}
            document = {"type": "order.placed", "id": f"ord-{number}", "data": data}
            url = f"http://127.0.0.1:{it.port}/in/shop"
            async with session.post(url, json=document) as answer:
                assert answer.status == 202
        await until(lambda: len(shipped) == 10)

    assert sorted(shipped) == list(range(10))


async def test_a_store_is_filled_through_the_pooler(pooled: str) -> None:
    rows = await open_rows(pooled)
    assert isinstance(rows, PostgresRows)

    tables = {table.name: table for table in await rows.tables()}
    mark = tables["mark"]
    await rows.put(mark, [("a", "1"), ("b", "2")], {"copy:mark": "x"}, afresh=True)
    found = await rows.slice(mark, ("a",), 10)
    await rows.finish()
    await rows.note({}, ["copy:mark"])
    await rows.close()

    assert found == [("b", "2"), ("copy:mark", "x")]
