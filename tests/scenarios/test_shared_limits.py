"""Shared limits: four worker processes over one PostgreSQL; the other side counts what arrives."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from tests import postgres_server
from tests.engine import Answer, Asked, Vendor, a_vendor
from tests.fleet_process import FleetProcess, is_alive

HUB = Path(__file__).with_name("shared_hub.py")
WORKERS = 4
PATIENCE_S = 60.0


class Witness:
    """What arrived at the other side, and when, from which process."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.arrivals: list[tuple[float, int, int]] = []
        """(monotonic seconds, number of the event, process id)"""
        vendor.rule = self.answer

    def says(self, asked: Asked, at_s: float) -> Answer:
        """Replaced by a test that wants other answers."""
        return Answer()

    def answer(self, asked: Asked) -> Answer:
        at_s = time.monotonic()
        said = asked.json
        self.arrivals.append((at_s, said["n"], said["pid"]))
        return self.says(asked, at_s)

    def between(self, since_s: float, until_s: float) -> int:
        return sum(since_s <= at_s < until_s for at_s, _, _ in self.arrivals)

    def pids(self, since_s: float = 0.0) -> Counter[int]:
        return Counter(pid for at_s, _, pid in self.arrivals if at_s >= since_s)

    def numbers(self, first: int) -> set[int]:
        """The events of all arrivals from this one on."""
        return {number for _, number, _ in self.arrivals[first:]}

    def most_in(self, window_s: float) -> int:
        """The most arrivals in any stretch of so many seconds."""
        times = [at_s for at_s, _, _ in self.arrivals]
        most = first = 0
        for last, at_s in enumerate(times):
            while times[first] <= at_s - window_s:
                first += 1
            most = max(most, last - first + 1)
        return most

    async def until(self, count: int) -> float:
        """When the arrival of this number (from 1) came."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.arrivals) < count:
                await asyncio.sleep(0.01)
        return self.arrivals[count - 1][0]


@asynccontextmanager
async def workers(folder: Path, vendor: Vendor, **limits: str) -> AsyncIterator[FleetProcess]:
    """Four processes at work, that end with the block."""
    store = await postgres_server.shared().database_of(folder)
    environment = {"SHARED_URL": vendor.url}
    environment |= {f"SHARED_{name.upper()}": value for name, value in limits.items()}
    fleet = FleetProcess(f"{HUB}:hub", folder, store, environment)
    await asyncio.to_thread(fleet.start, WORKERS)
    try:
        yield fleet
    finally:
        await asyncio.to_thread(fleet.end)


async def feed(fleet: FleetProcess, count: int, *, first: int = 0) -> None:
    """Events over as many connections as reach every process."""
    url = f"http://127.0.0.1:{fleet.port}/in/shop"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=32)) as session:

        async def send(number: int) -> None:
            document = {"type": "work", "id": f"o-{number}", "data": {"n": number}}
            async with session.post(url, json=document) as answer:
                assert answer.status == 202

        await asyncio.gather(*(send(number) for number in range(first, first + count)))


async def test_four_workers_keep_the_rate_of_one_connection_and_a_dead_ones_part_returns(
    tmp_path: Path,
) -> None:
    rate, burst, span_s = 50, 30, 8  # a burst that makes up for what a busy machine is late
    async with a_vendor() as vendor, workers(tmp_path, vendor, rate=f"{rate}/{burst}") as fleet:
        witness = Witness(vendor)
        await feed(fleet, 2000)
        await witness.until(1)
        settled_s = time.monotonic() + 2
        await asyncio.sleep(2 + span_s)
        steady = witness.between(settled_s, settled_s + span_s)
        assert len(witness.pids(settled_s)) == WORKERS
        assert all(count > steady / WORKERS / 2 for count in witness.pids(settled_s).values())
        assert 0.9 * rate * span_s <= steady <= 1.1 * rate * span_s

        dead = witness.arrivals[-1][2]
        os.kill(dead, signal.SIGKILL)
        fleet.until(lambda: not is_alive(dead), "a killed process lives")
        healed_s = time.monotonic() + 7
        await asyncio.sleep(7 + span_s)
        healed = witness.between(healed_s, healed_s + span_s)
        assert 0.9 * rate * span_s <= healed <= 1.1 * rate * span_s
        # One call more for each worker whose part of the burst is less than a call, and what the
        # network bunches.
        assert witness.most_in(5.0) <= 1.1 * (rate * 5 + burst + WORKERS)


async def test_four_workers_together_have_no_more_calls_out_than_the_connection_allows(
    tmp_path: Path,
) -> None:
    async with a_vendor() as vendor, workers(tmp_path, vendor, at_once="6") as fleet:
        witness = Witness(vendor)
        plain = witness.answer

        async def slow(asked: Asked) -> Answer:
            await asyncio.sleep(0.15)
            return plain(asked)

        vendor.rule = slow
        await feed(fleet, 240)
        began_s = await witness.until(24)
        ended_s = await witness.until(216)
        assert vendor.most_in_flight == 6
        assert len(witness.pids()) == WORKERS
        assert 192 / (ended_s - began_s) >= 0.6 * 6 / 0.15  # 6 out at a time, less what it takes


async def test_a_breaker_that_one_worker_opens_stops_all_and_one_probe_goes_out_over_all(
    tmp_path: Path,
) -> None:
    async with a_vendor() as vendor, workers(tmp_path, vendor) as fleet:
        witness = Witness(vendor)
        witness.says = lambda asked, at_s: Answer(503)  # type: ignore[method-assign]
        await feed(fleet, 60)
        first_s = await witness.until(5)
        # A worker that has not heard yet uses its share for 4 s, and then none (docs/limits.md).
        await asyncio.sleep(first_s + 5 - time.monotonic())
        stopped = len(witness.arrivals)
        fresh = set(range(60)) - {n for _, n, _ in witness.arrivals}
        gate, plain = asyncio.Event(), witness.answer

        async def held(asked: Asked) -> Answer:
            answer = plain(asked)
            await gate.wait()
            return answer

        witness.says = lambda asked, at_s: Answer()  # type: ignore[method-assign]
        vendor.rule = held
        await witness.until(stopped + 1)
        assert witness.arrivals[-1][0] - first_s >= 29.0
        await asyncio.sleep(4)
        assert len(witness.arrivals) == stopped + 1  # one over all, as long as it is out

        # Three good ones close it, and then all go that were never sent. How many went before
        # depends on the machine, and those are repeats: the budget lets ten of them go a minute.
        gate.set()
        async with asyncio.timeout(2 * PATIENCE_S):
            while len(witness.arrivals) < stopped + 4 or fresh - witness.numbers(stopped):
                await asyncio.sleep(0.05)


async def test_a_pause_that_a_provider_asks_of_one_worker_is_kept_by_all(tmp_path: Path) -> None:
    pause_s = 8
    async with a_vendor() as vendor, workers(tmp_path, vendor) as fleet:
        witness = Witness(vendor)
        await feed(fleet, 40)
        await witness.until(40)
        asked_s: list[float] = []

        def says(asked: Asked, at_s: float) -> Answer:
            if asked_s:
                return Answer()
            asked_s.append(at_s)
            return Answer(429, headers=(("retry-after", str(pause_s)),))

        witness.says = says  # type: ignore[method-assign]
        await feed(fleet, 1, first=100)
        await witness.until(41)
        await asyncio.sleep(1)
        await feed(fleet, 400, first=200)
        await witness.until(442)
        assert witness.between(asked_s[0] + 0.001, asked_s[0] + pause_s) == 0
        assert len(witness.pids()) == WORKERS


async def test_repeats_are_a_small_part_of_the_calls_of_all_workers_together(
    tmp_path: Path,
) -> None:
    async with a_vendor() as vendor, workers(tmp_path, vendor) as fleet:
        witness = Witness(vendor)
        witness.says = lambda asked, at_s: Answer(429)  # type: ignore[method-assign]
        await feed(fleet, 100)
        began_s = await witness.until(1)
        await asyncio.sleep(began_s + 20 - time.monotonic())
        first_tries = len({n for _, n, _ in witness.arrivals})
        repeats = len(witness.arrivals) - first_tries
        assert first_tries == 100
        assert 15 <= repeats <= 10 + first_tries // 5
        assert len(witness.pids()) == WORKERS
