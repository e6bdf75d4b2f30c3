"""The life of a process: leases, stops, back-pressure and retention while work goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.checker import look_at
from tests.engine import Answer, Asked, Engine, Town, Vendor, until

from tieline import Effect, Hub, Run
from tieline.compose.process import Running, running
from tieline.model.commands import Sweep
from tieline.model.runs.facts import ClaimLost, RunSettled
from tieline.model.views.views import ShowEvent
from tieline.settings.settings import Settings

# --- leases -------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [Effect.ONCE, Effect.IDEMPOTENT])
async def test_a_worker_that_could_not_renew_its_lease_starts_no_effect_and_strands_no_run(
    engine: Engine, vendor: Vendor, town: Town, effect: Effect
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.get("/first")
        await asyncio.sleep(0.02)
        await town.chat.post("/messages", json={}, effect=effect)

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: len(vendor.asked) == 1)
    engine.clock.advance(seconds=25)
    vendor.gate.set()
    await engine.at_rest()
    assert await engine.states() == ["ready"]
    assert await engine.parts.back.claim_pass() == (0, True)
    assert vendor.paths() == []

    await engine.parts.house.beat_pass()
    await engine.work()
    assert vendor.paths() == ["/messages"]
    assert await engine.states() == ["done"]


async def test_a_process_that_was_stopped_for_a_while_does_not_take_its_own_runs_away(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={})

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: len(vendor.asked) == 1)
    engine.clock.advance(minutes=10)
    await engine.parts.house.sweep_pass()
    assert await engine.states() == ["running"]

    vendor.gate.set()
    await engine.at_rest()
    assert await engine.states() == ["done"]


async def test_a_clock_that_is_set_forward_takes_no_runs_away(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={})

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: len(vendor.asked) == 1)
    engine.clock.jump(hours=2)
    await engine.parts.house.sweep_pass()
    vendor.gate.set()
    await engine.at_rest()

    assert await engine.states() == ["done"]


@pytest.mark.parametrize("effect", [Effect.ONCE, Effect.IDEMPOTENT])
async def test_what_a_worker_wants_to_write_after_it_lost_a_run_is_dropped(
    engine: Engine, vendor: Vendor, town: Town, effect: Effect
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={})
        await asyncio.sleep(0.02)
        await town.chat.post("/messages", json={}, effect=effect)

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: len(vendor.asked) == 1)
    now_us = engine.clock.at_us
    await engine.parts.journal.commit(Sweep(now_us, now_us + 1))
    vendor.gate.set()
    await engine.at_rest()

    assert vendor.paths() == ["/entries"]
    assert [f for f in engine.witness.facts if isinstance(f, ClaimLost)] != []
    run = await engine.only()
    assert (run.run.state, run.steps) == ("ready", ())

    await engine.work()
    assert vendor.paths() == ["/entries", "/entries", "/messages"]
    assert len({asked.key for asked in vendor.asked[:2]}) == 1
    assert await engine.states() == ["done"]


# --- stops --------------------------------------------------------------------------------------


@asynccontextmanager
async def at_work(folder: Path, hub: Hub, **settings: Any) -> AsyncIterator[Running]:
    """A hub with its loops and its door."""
    chosen = Settings(store=str(folder / "tieline.db"), port=0, console_port=0, **settings)
    async with running(hub.spec(), chosen, environment={}) as it:
        yield it


async def send(session: aiohttp.ClientSession, port: int, number: int) -> aiohttp.ClientResponse:
    document = {"type": "order.placed", "id": f"ord-{number}", "data": {"n": number}}
    answer = await session.post(f"http://127.0.0.1:{port}/in/shop", json=document)
    await answer.read()
    return answer


def look(folder: Path) -> list[str]:
    """The states of all runs in the store of a hub, which holds together."""
    looked = look_at(folder / "tieline.db")
    assert looked.odd == ()
    return sorted(state for state, count in looked.runs.items() for _ in range(count))


def posting(town: Town, path: str = "/entries") -> None:
    connection = town.books if path == "/entries" else town.chat

    @town.hub.flow(on=town.on(), name="post")
    async def post(order: dict[str, Any], run: Run) -> None:
        await connection.post(path, json=order)


async def test_a_stop_finishes_what_is_running(tmp_path: Path, vendor: Vendor, town: Town) -> None:
    posting(town)
    vendor.gate = asyncio.Event()
    async with aiohttp.ClientSession() as session, at_work(tmp_path, town.hub) as hub:
        for number in range(5):
            await send(session, hub.port, number)
        await until(lambda: len(vendor.asked) == 5)
        asyncio.get_running_loop().call_later(0.1, vendor.gate.set)

    assert look(tmp_path) == ["done"] * 5
    assert len(vendor.asked) == 5


@pytest.mark.parametrize(
    ("path", "afterwards", "asked"), [("/entries", "done", 10), ("/messages", "held", 5)]
)
async def test_a_stop_gives_back_what_takes_too_long_and_repeats_only_what_may_be(
    tmp_path: Path, vendor: Vendor, town: Town, path: str, afterwards: str, asked: int
) -> None:
    posting(town, path)
    vendor.gate = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        async with at_work(tmp_path, town.hub, shutdown_seconds=0.05) as hub:
            for number in range(5):
                await send(session, hub.port, number)
            await until(lambda: len(vendor.asked) == 5)
        assert look(tmp_path) == ["ready"] * 5
        vendor.gate.set()
        async with at_work(tmp_path, town.hub):
            async with asyncio.timeout(20):
                while look(tmp_path) != [afterwards] * 5:
                    await asyncio.sleep(0.02)

    assert len(vendor.asked) == asked
    assert len({a.key for a in vendor.asked}) == (5 if path == "/entries" else 1)


async def test_a_flow_that_will_not_end_does_not_keep_a_hub_from_stopping(
    tmp_path: Path, town: Town
) -> None:
    begun: list[int] = []

    @town.hub.flow(on=town.on())
    async def stubborn(order: dict[str, Any], run: Run) -> None:
        begun.append(1)
        for _ in range(4):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue

    stopping = at_work(tmp_path, town.hub, shutdown_seconds=0.05)
    async with aiohttp.ClientSession() as session, stopping as hub:
        await send(session, hub.port, 1)
        await until(lambda: bool(begun))

    assert look(tmp_path) in (["done"], ["ready"])


async def test_restarts_under_traffic_lose_and_double_nothing(
    tmp_path: Path, vendor: Vendor, town: Town
) -> None:
    posting(town)

    async def rule(asked: Asked) -> Answer:
        await asyncio.sleep(0.01)
        return Answer()

    vendor.rule = rule
    accepted: set[int] = set()
    async with aiohttp.ClientSession() as session:
        for life in range(4):
            async with at_work(tmp_path, town.hub, shutdown_seconds=0.01) as hub:
                for number in range(life * 30, life * 30 + 30):
                    if (await send(session, hub.port, number)).status == 202:
                        accepted.add(number)
        async with at_work(tmp_path, town.hub), asyncio.timeout(20):
            while set(look(tmp_path)) != {"done"}:
                await asyncio.sleep(0.02)

    keys: dict[int, set[str | None]] = {}
    for asked in vendor.asked:
        keys.setdefault(asked.json["n"], set()).add(asked.key)
    assert set(keys) == accepted
    assert all(len(own) == 1 for own in keys.values())


# --- back-pressure --------------------------------------------------------------------------------


async def test_a_door_that_cannot_store_says_so_and_stores_nothing(
    tmp_path: Path, vendor: Vendor, town: Town
) -> None:
    posting(town)
    async with aiohttp.ClientSession() as session:
        async with at_work(tmp_path, town.hub, max_waiting=1) as hub:
            answers: list[Any] = []
            # On a busy machine a worker's own commands may keep a whole crowd out.
            while {answer.status for answer in answers} != {202, 503} and len(answers) < 1200:
                crowd = range(len(answers), len(answers) + 60)
                answers += await asyncio.gather(*(send(session, hub.port, n) for n in crowd))
        statuses = [answer.status for answer in answers]
        assert set(statuses) == {202, 503}
        assert {a.headers["retry-after"] for a in answers if a.status == 503} == {"5"}

    assert len(look_at(tmp_path / "tieline.db").identities) == statuses.count(202)


# --- what settles ---------------------------------------------------------------------------------


async def test_everything_that_settles_is_told(engine: Engine, vendor: Vendor, town: Town) -> None:
    posting(town)
    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=1)

    told = [f.state for f in engine.witness.facts if isinstance(f, RunSettled)]
    assert told == ["retrying", "done"]


async def test_retention_forgets_what_is_finished_and_nothing_that_is_still_needed(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    books = town.books

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        if order.get("late"):
            await run.sleep(timedelta(days=200))
        await books.post("/entries", json=order)

    await engine.open(town.hub)
    first = await engine.take({"n": 1})
    await engine.take({"n": 2, "late": True})
    for _ in range(2):
        engine.clock.advance(days=60)
        await engine.parts.house.beat_pass()
        await engine.take({"n": 3})
        while await engine.parts.house.purge_pass() < 1:
            pass
    shown = await engine.parts.views.read(ShowEvent(first.event.id))
    assert (shown.event.data, shown.body) == (None, None)
    await engine.pass_time(days=100)

    assert [asked.json["n"] for asked in vendor.asked] == [1, 3, 3, 2]
    assert set(await engine.states()) == {"done"}
