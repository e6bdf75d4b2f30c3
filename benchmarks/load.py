"""Load: a target, a mode and a time come in; signed webhooks and one JSON line go out."""

import argparse
import asyncio
import json
import time
from array import array
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

from benchmarks.event import PATH, Maker, now_us
from benchmarks.figures import percentiles_ms
from benchmarks.ticks import Ticks

RECONNECT_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: without a rate every connection sends again as soon as it is answered."""

    url: str
    connections: int
    seconds: float
    rate: int
    first_seq: int
    limit: int
    run: str
    grace_seconds: float


class Load:
    """The state all connections share: what is due, what was answered and how late."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sent = 0
        self.acknowledged = bytearray()
        self.late_us = array("q")
        self.statuses: Counter[int] = Counter()
        self.lost = 0
        self.open = 0
        self.is_over = asyncio.Event()
        self._due_us: deque[int] = deque()
        self._idle: list[Talker] = []
        self._last_us = 0
        self._is_ending = False
        address = urlsplit(plan.url)
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._maker = Maker(plan.run, address.path or PATH)

    async def run(self) -> dict[str, object]:
        started_cpu = time.process_time()
        for _ in range(self.plan.connections):
            await self.connect()
        started_us = now_us()
        self._last_us = started_us + int(self.plan.seconds * 1_000_000)
        ticks = Ticks(self.plan.rate, self.due) if self.plan.rate else None
        if ticks:
            ticks.start(started_us)
        else:
            for talker in self._idle.copy():
                self.feed(talker)
        await self._wait(self.plan.seconds)
        if ticks:
            ticks.stop()
        self._is_ending = True
        self._close_if_over()
        await self._wait(self.plan.grace_seconds)
        self.is_over.set()
        return self._report(started_us, time.process_time() - started_cpu)

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = now_us() + 60_000_000
        while now_us() < deadline and not self.is_over.is_set():
            try:
                await loop.create_connection(lambda: Talker(self), self._host, self._port)
            except OSError:
                await asyncio.sleep(RECONNECT_SECONDS)
            else:
                return

    def due(self, at_us: int) -> None:
        self._due_us.append(at_us)
        if self._idle:
            self.feed(self._idle.pop())

    def feed(self, talker: "Talker") -> None:
        """Give *talker* its next request, or let it rest until one is due."""
        if self.plan.rate:
            if not self._due_us:
                self._idle.append(talker)
                return
            due_us = self._due_us.popleft()
        else:
            due_us = now_us()
            if due_us >= self._last_us or self.sent >= self.plan.limit:
                self._close_if_over()
                return
        seq = self.plan.first_seq + self.sent
        self.sent += 1
        self.acknowledged.append(0)
        self.open += 1
        talker.send(seq, due_us, self._maker.request(seq, due_us))

    def rest(self, talker: "Talker") -> None:
        if self._last_us and not self.plan.rate:
            self.feed(talker)
        else:
            self._idle.append(talker)

    def answered(self, talker: "Talker", status: int) -> None:
        self.late_us.append(now_us() - talker.due_us)
        self.statuses[status] += 1
        if status < 300:
            self.acknowledged[talker.seq - self.plan.first_seq] = 1
        self.open -= 1
        self.feed(talker)
        if self._is_ending:
            self._close_if_over()

    def dropped(self, talker: "Talker") -> None:
        if talker in self._idle:
            self._idle.remove(talker)
        if talker.is_waiting:
            self.lost += 1
            self.open -= 1
            if self._is_ending:
                self._close_if_over()
        if not self.is_over.is_set():
            talker.again = asyncio.get_running_loop().create_task(self.connect())

    def _close_if_over(self) -> None:
        """What is due and still unsent when the grace ends is reported, not forgotten."""
        if not self.open and not self._due_us:
            self.is_over.set()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.is_over.wait(), seconds)

    def _report(self, started_us: int, cpu_seconds: float) -> dict[str, object]:
        acknowledged = sum(self.acknowledged)
        return {
            "sent": self.sent,
            "acknowledged": acknowledged,
            "by_status": {str(status): count for status, count in self.statuses.items()},
            "lost_connections": self.lost,
            "unsent": len(self._due_us),
            "unanswered": self.open,
            "started_us": started_us,
            "per_second": round(acknowledged / self.plan.seconds, 1),
            "ack_ms": percentiles_ms(self.late_us),
            "cpu_us_per_request": round(cpu_seconds * 1e6 / max(1, self.sent), 1),
        }


class Talker(asyncio.Protocol):
    """One keep-alive connection with one request on its way at a time."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._parser = httptools.HttpResponseParser(self)
        self.again: asyncio.Task[None] | None = None
        self.is_waiting = False
        self.seq = 0
        self.due_us = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._load.rest(self)

    def send(self, seq: int, due_us: int, request: bytes) -> None:
        self.seq, self.due_us, self.is_waiting = seq, due_us, True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.is_waiting = False
        self._load.answered(self, self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.dropped(self)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rate", type=int, default=0, help="a second, open loop; 0: closed loop")
    parser.add_argument("--first-seq", type=int, default=0)
    parser.add_argument("--limit", type=int, default=10**9, help="closed loop: at most so many")
    parser.add_argument("--run", default="run", help="prefix of the event ids")
    parser.add_argument("--grace-seconds", type=float, default=5)
    parser.add_argument("--acks", type=Path, help="write one byte a sequence number: 1 = answered")
    options = vars(parser.parse_args())
    acks: Path | None = options.pop("acks")
    load = uvloop.run(_run(Plan(**options), acks))
    print(json.dumps(load))


async def _run(plan: Plan, acks: Path | None) -> dict[str, object]:
    load = Load(plan)
    report = await load.run()
    if acks:
        acks.write_bytes(load.acknowledged)  # noqa: ASYNC240 - the measuring is over
    return report


if __name__ == "__main__":
    main()
