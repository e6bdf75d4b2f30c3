"""Tenants: one sends, and another floods beside it; how long the first's runs took goes out.

A whole hub runs in this process, on a file or on PostgreSQL. Deliveries are stored as the door of
another process stores them, so that every run is claimed in turn; what a run does is to wait a
moment, as for a system that answers. Alone and beside the flood take turns.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.contestants import POSTGRES
from benchmarks.database import database
from benchmarks.figures import median_of, percentiles_ms
from tieline import Connector, Hub
from tieline.compose.process import Running, running
from tieline.model.base.ids import TenantId
from tieline.model.base.json_text import json_text
from tieline.model.commands import Ingest
from tieline.model.inbound.signature import EventShape, WebhookScheme
from tieline.model.views.views import CountWork
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.settings.settings import Settings

OTHER, FLOOD = TenantId("other"), TenantId("flood")
TIMES = 100
"""The flood sends so many for each of the other's."""
WORK_S = 0.01
AT_ONCE = 4
"""Places: 400 runs a second, and the flood sends more."""
PATIENCE = 3000
"""Looks, ten a second."""
SHOP = WebhookScheme(
    name="shop",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="",
)


@dataclass(frozen=True, slots=True)
class TenantsPlan:
    """How long each phase is, how often, and how fast the other sends."""

    seconds: float
    rounds: int
    per_second: float
    backend: str


@dataclass(slots=True)
class Watch:
    """When each of the other's deliveries was sent, and how long its run took to its end."""

    sent: dict[str, int] = field(default_factory=dict)
    took_us: list[int] = field(default_factory=list)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    def ended(self, identity: str) -> None:
        began = self.sent.pop(identity, None)
        if began is not None:
            self.took_us.append((time.perf_counter_ns() - began) // 1000)
        if not self.sent:
            self.empty.set()

    async def is_over(self) -> None:
        """Return once all of the other's runs have ended."""
        while self.sent:
            self.empty.clear()
            await self.empty.wait()


def tenants(plan: TenantsPlan) -> dict[str, object]:
    """The other's quantiles alone and beside the flood, and the ratio of the p99s."""
    if plan.backend == POSTGRES:
        with database() as url:
            return uvloop.run(_measure(url, plan))
    with tempfile.TemporaryDirectory(prefix="tenants-") as directory:
        return uvloop.run(_measure(str(Path(directory) / "hub.db"), plan))


async def _measure(store: str, plan: TenantsPlan) -> dict[str, object]:
    watch = Watch()
    hub = Hub("tenants")
    shop = hub.connect("shop", Connector("shop", webhook=SHOP))

    @hub.flow(on=shop.webhook("order.placed", unverified=True), concurrency=AT_ONCE)
    async def work(order: dict[str, Any]) -> None:
        await asyncio.sleep(WORK_S)
        watch.ended(order["identity"])

    settings = Settings(store=store, at_once=AT_ONCE, port=0, roles=("worker", "scheduler"))
    found: dict[str, list[int]] = {"alone": [], "beside the flood": []}
    async with running(hub.spec(), settings, environment={}) as process:
        send = _sender(process, watch)
        await _every(1 / plan.per_second, 1.0, send, OTHER)
        for name, samples in list(found.items()) * plan.rounds:
            samples += await _phase(send, watch, plan, is_flooded=name != "alone")
            await _emptied(process)
            print(f"{name}: {percentiles_ms(watch.took_us)}", file=sys.stderr, flush=True)
    columns = {name: percentiles_ms(samples) for name, samples in found.items()}
    alone, beside = (each["p99"] for each in columns.values())
    return {
        "benchmark": "tenants",
        "backend": plan.backend,
        "samples": len(found["alone"]),
        "per second": plan.per_second,
        "flood per second": plan.per_second * TIMES,
        "median": columns,
        "ratio": median_of([beside / alone]),
    }


async def _phase(send: "Send", watch: Watch, plan: TenantsPlan, *, is_flooded: bool) -> list[int]:
    """Send for a while, and wait for what was sent."""
    watch.took_us = []
    flood = asyncio.create_task(_flood(send, plan, on=is_flooded))
    await _every(1 / plan.per_second, plan.seconds, send, OTHER)
    await watch.is_over()
    flood.cancel()
    with suppress(asyncio.CancelledError):
        await flood
    return watch.took_us


async def _emptied(process: Running) -> None:
    """Let the hub do what the flood has left behind."""
    for _ in range(PATIENCE):
        if not (await process.parts.views.read(CountWork())).flows:
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("the hub does not come to the end of the flood")


Send = Callable[[TenantId], Coroutine[Any, Any, None]]


def _sender(process: Running, watch: Watch) -> Send:
    """Stores one delivery of a tenant, as the door of another process does."""
    parts, numbers = process.parts, count(1)

    async def send(tenant: TenantId) -> None:
        identity = f"{tenant}-{next(numbers)}"
        payload = {"identity": identity}
        found = [Occurrence("order.placed", identity, payload, json_text(payload))]
        origin = EventOrigin(tenant, "shop", parts.clock.now_us(), identity)
        admitted = parts.admitter.admit(found, origin)
        if tenant == OTHER:
            watch.sent[identity] = time.perf_counter_ns()
        await parts.journal.commit(Ingest(admitted.admissions))
        parts.look()

    return send


async def _flood(send: Send, plan: TenantsPlan, *, on: bool) -> int:
    return await _every(1 / (plan.per_second * TIMES), 10**6, send, FLOOD) if on else 0


async def _every(rest_s: float, seconds: float, send: Send, tenant: TenantId) -> int:
    """Send at an even pace, whatever becomes of it; returns how many."""
    began, sent = time.monotonic(), 0
    under_way: set[asyncio.Task[None]] = set()
    try:
        while (now := time.monotonic()) < began + seconds:
            while sent * rest_s <= now - began:
                task = asyncio.create_task(send(tenant))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                sent += 1
            await asyncio.sleep(max(0.001, sent * rest_s - (time.monotonic() - began)))
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)
    return sent
