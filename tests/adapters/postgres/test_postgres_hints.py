"""Hints: what one process did is looked at by the others at once; without them, soon."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from tests import postgres_server
from tests.engine import SHOP_EVENTS
from tests.makers import run_id

from tieline import Hub
from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.hints import PacedHints, PostgresHints, read, written
from tieline.adapters.postgres.url import parse
from tieline.compose.process import running
from tieline.compose.store import open_journal, open_views
from tieline.model.commands import By, Cancel, Pause, Resume
from tieline.model.fleet.hint import EVERYTHING, LOOK, NOTHING, Hint
from tieline.model.hub.connection import Connector
from tieline.model.hub.flow import HubSpec
from tieline.model.views.views import ListRuns
from tieline.operations.control import LOOK_AGAIN_S
from tieline.rules.fleet.pace import IDLE_S
from tieline.settings.settings import Settings

OpenHints = Callable[[str], Awaitable[PostgresHints]]
WITHIN_S = 20.0
"""Long enough for a busy machine; what is asserted of latency is asserted of order, not of time."""


async def until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not is_so():
            await asyncio.sleep(0.005)


@pytest.fixture
async def hints_on() -> AsyncIterator[OpenHints]:
    async with AsyncExitStack() as stack:

        async def open_one(url: str) -> PostgresHints:
            database = await PostgresDatabase.open(url)
            stack.push_async_callback(database.close)
            hints = PostgresHints(database.url, database, sender=database.name)
            stack.push_async_callback(hints.close)
            return hints

        yield open_one


# --- the line -----------------------------------------------------------------------------------


async def test_a_hint_reaches_every_other_process_and_not_its_sender(
    url: str, hints_on: OpenHints
) -> None:
    everybody = [await hints_on(url) for _ in range(3)]
    heard: list[list[Hint]] = [[], [], []]
    for hints, sink in zip(everybody, heard, strict=True):
        hints.listen(sink.append)
        await hints.is_heard.wait()
    said = Hint(look=True, due_us=7, pauses=True, replays=True, lost=(run_id(1),))

    everybody[0].tell(said)

    await until(lambda: said in heard[1] and said in heard[2])
    assert heard[0] == [EVERYTHING]


async def test_many_hints_are_sent_as_few(url: str, hints_on: OpenHints) -> None:
    near, far = await hints_on(url), await hints_on(url)
    heard: list[Hint] = []
    far.listen(heard.append)
    await far.is_heard.wait()

    for _ in range(5_000):
        near.tell(LOOK)
    near.tell(Hint(pauses=True))

    await until(lambda: any(hint.pauses for hint in heard))
    assert len(heard) <= 4


async def test_a_line_that_is_lost_is_made_again_and_everything_is_looked_at_then(
    url: str, hints_on: OpenHints
) -> None:
    near, far = await hints_on(url), await hints_on(url)
    heard: list[Hint] = []
    far.listen(heard.append)
    await until(lambda: heard == [EVERYTHING])

    await postgres_server.shared().end_connections(urlsplit(url).path.strip("/"))

    await until(lambda: heard.count(EVERYTHING) > 1)
    near.tell(LOOK)
    await until(lambda: LOOK in heard)


async def test_no_line_is_held_where_none_may_be(url: str, hints_on: OpenHints) -> None:
    mark = "&" if "?" in url else "?"
    hints = await hints_on(f"{url}{mark}hints=off")
    other = await hints_on(url)
    heard: list[Hint] = []
    hints.listen(heard.append)
    far: list[Hint] = []
    other.listen(far.append)
    await other.is_heard.wait()

    hints.tell(LOOK)

    await until(lambda: LOOK in far)
    assert heard == []
    assert not hints.is_heard.is_set()


async def test_telling_a_server_that_is_away_is_no_error(
    line: Any, url_over_line: str, hints_on: OpenHints
) -> None:
    hints = await hints_on(url_over_line)
    await line.close()

    hints.tell(LOOK)
    await hints.close()


def test_the_first_hint_goes_out_at_once_and_the_next_ones_together() -> None:
    async def tell() -> list[Hint]:
        out: list[Hint] = []
        gathered = PacedHints(out.append, pause_s=0.01)
        gathered.add(LOOK)
        assert out == [LOOK]
        gathered.add(Hint(due_us=9))
        gathered.add(Hint(due_us=5))
        assert out == [LOOK]
        while len(out) < 2:
            await asyncio.sleep(0.001)
        return out

    assert asyncio.run(tell()) == [LOOK, Hint(due_us=5)]


@pytest.mark.parametrize("payload", ["", "no JSON", "[1]", '"look"', '{"due_us":"x","lost":3}'])
def test_what_is_no_hint_is_not_heard(payload: str) -> None:
    assert read(payload, but="me") == NOTHING


def test_a_hint_survives_its_way_and_fits_into_a_notification() -> None:
    large = Hint(True, 2**53, True, True, tuple(run_id(n) for n in range(50)))

    assert read(written(large, "a"), but="b") == large
    assert read(written(large, "a"), but="a") == NOTHING
    assert len(written(large, "a")) < 8_000


def test_hints_are_heard_past_a_pooler_where_the_address_says_so() -> None:
    pooled = parse("postgresql://ann:pw@pool:6432/hub?statement_cache_size=0&hints=db:5432")

    assert pooled.hears
    assert pooled.hints_dsn == "postgresql://ann:pw@db:5432/hub"
    assert not parse("postgresql://pool/hub?statement_cache_size=0").hears


# --- processes ----------------------------------------------------------------------------------


class Shop:
    """One process of a hub whose runs end when they are let go."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.began: dict[int, float] = {}
        self.cut = 0

    def spec(self) -> HubSpec:
        hub = Hub("shop")
        shop = hub.connect("shop", Connector("shop", webhook=SHOP_EVENTS))

        @hub.flow(on=shop.webhook("order.placed", unverified=True))
        async def ship(order: dict[str, Any]) -> None:
            self.began[order["n"]] = time.monotonic()
            try:
                await self.may_end.wait()
            except asyncio.CancelledError:
                self.cut += 1
                raise

        return hub.spec()


@asynccontextmanager
async def two_processes(
    url: str, *, first_places: int = 1024, first_roles: str = "ingest,worker,scheduler"
) -> AsyncIterator[tuple[Shop, Shop, int]]:
    """Two at work on one store; the first can do less, and its port is given."""
    first, second = Shop(), Shop()
    common = {"store": url, "port": 0, "console_port": 0, "shutdown_seconds": 1}
    lesser = Settings(at_once=first_places, roles=first_roles, **common)
    async with (
        running(first.spec(), lesser, environment={}) as it,
        running(second.spec(), Settings(**common), environment={}) as other,
    ):
        for process in (it, other):
            hints = process.parts.store.hints
            assert isinstance(hints, PostgresHints)
            await hints.is_heard.wait()
        yield first, second, it.port
        first.may_end.set()
        second.may_end.set()


async def order(session: aiohttp.ClientSession, port: int, number: int) -> None:
    document = {"type": "order.placed", "id": f"ord-{number}", "data": {"n": number}}
    async with session.post(f"http://127.0.0.1:{port}/in/shop", json=document) as answer:
        assert answer.status == 202


@pytest.mark.parametrize(
    "lesser", [{"first_places": 1}, {"first_roles": "ingest"}], ids=["full", "only a door"]
)
async def test_what_a_process_accepts_and_cannot_do_begins_elsewhere_before_the_next_look(
    url: str, lesser: dict[str, Any]
) -> None:
    async with (
        two_processes(url, **lesser) as (first, second, port),
        aiohttp.ClientSession() as session,
    ):
        await order(session, port, 0)
        await until(lambda: first.began or second.began)
        second.may_end.set()
        latencies = []
        for number in range(1, 10):
            await asyncio.sleep(1.2)  # until the other process looks only once a second
            sent = time.monotonic()
            await order(session, port, number)
            await until(partial(second.began.__contains__, number))
            latencies.append(second.began[number] - sent)

    assert sorted(latencies)[4] < IDLE_S / 4


async def test_a_pause_and_a_cancel_of_the_command_line_act_at_once_in_every_process(
    url: str,
) -> None:
    async with two_processes(url, first_places=8) as (first, second, port):
        async with aiohttp.ClientSession() as session:
            await order(session, port, 1)
        await until(lambda: first.began)
        views = await open_views(url)
        (run,) = (await views.read(ListRuns())).rows
        by = By("ann", "why not", 1)
        said = time.monotonic()
        journal = await open_journal(url)
        await journal.commit(Cancel(run.id, by))
        await journal.close()
        await until(lambda: first.cut == 1)
        took = time.monotonic() - said
        await views.close()

    assert second.began == {}
    assert took < LOOK_AGAIN_S / 2


async def test_a_pause_of_another_process_is_obeyed_before_the_next_look(url: str) -> None:
    shop = Shop()
    settings = Settings(store=url, port=0, console_port=0, shutdown_seconds=1)
    async with running(shop.spec(), settings, environment={}) as it:
        journal = await open_journal(url)
        said = time.monotonic()
        await journal.commit(Pause("flow", "ship", By("ann", "why not", 1)))
        await until(lambda: it.parts.back.paused == {"ship"})
        await journal.commit(Resume("flow", "ship", By("ann", "on", 2)))
        await until(lambda: not it.parts.back.paused)
        took = time.monotonic() - said
        await journal.close()

    assert took < LOOK_AGAIN_S / 2


async def test_work_is_found_soon_without_any_hints(url: str) -> None:
    mark = "&" if "?" in url else "?"
    async with AsyncExitStack() as stack:
        first, second = Shop(), Shop()
        for shop, places in ((first, 1), (second, 8)):
            store = f"{url}{mark}hints=off"
            settings = Settings(
                store=store, port=0, console_port=0, at_once=places, shutdown_seconds=1
            )
            it = await stack.enter_async_context(running(shop.spec(), settings, environment={}))
            stack.callback(shop.may_end.set)
            if shop is first:
                port = it.port
        async with aiohttp.ClientSession() as session:
            for number in range(2):
                await order(session, port, number)
        await until(lambda: second.began)
        first.may_end.set()
        second.may_end.set()

    assert len(first.began) + len(second.began) == 2
