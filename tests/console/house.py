"""House: a demo hub among simulated vendors, with something in every corner of the console.

It runs in a thread of its own, since the browser is driven from the test's.
"""

import asyncio
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tieline.compose.store import open_views
from tieline.demo.parts import DemoParts, stage
from tieline.demo.samples import deliver
from tieline.demo.scenario import STREAMS
from tieline.features.account.window_account import account_since
from tieline.model.base.ids import RunId
from tieline.model.views.rows import RunRow
from tieline.model.views.views import CountWork, ListDead, ListEvents, ListRuns, Question
from tieline.surfaces.cli.build import DemoOptions

R = TypeVar("R")
T = TypeVar("T")

CANARY = "canary-7f3a91-never-shown"
"""Planted where a secret may turn up: in a payload, and in what a vendor answers."""
START_S = 90.0
SETTLE_S = 60.0
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
STUCK = 4
"""Payments that the books refuse for good."""
HOLD = RunId("run_00000000000070008000000000000001")
"""A run that its flow holds; older than all others."""
HOLD_WORDS = "more than 10,000 EUR: finance must look"
DOUBTFUL = 2
"""Tickets of which nobody knows whether the chat has them."""
CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """A browser to drive; None: there is none."""
    named = os.environ.get("TIELINE_TEST_CHROMIUM")
    return named or next((path for name in CHROMES if (path := shutil.which(name))), None)


@dataclass(slots=True)
class House:
    """A hub at work, as seen from another thread."""

    stage: DemoParts
    loop: asyncio.AbstractEventLoop
    order: str
    """The number of an order whose payment was booked."""
    secrets: list[str] = field(default_factory=list)
    """What must be found on no page."""

    @property
    def url(self) -> str:
        """Of the console, without a slash at its end."""
        return self.stage.hub.console.rstrip("/")

    @property
    def log_in(self) -> tuple[str, str]:
        """Name and password of an administrator."""
        entry = self.stage.hub.log_in
        assert entry is not None, "the demo did not come in"
        return entry.name, entry.password

    def ask(self, question: Question[R]) -> R:
        """Read the store."""
        return self.do(self.stage.views.read(question))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do *work* in the house's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SETTLE_S)

    def until(self, question: Question[R], holds: Any, what: str) -> R:
        """The first answer of which *holds* is true."""
        last = time.monotonic() + SETTLE_S
        while True:
            found = self.ask(question)
            if holds(found):
                return found
            assert time.monotonic() < last, f"not within {SETTLE_S:.0f} s: {what}"
            threading.Event().wait(0.1)

    def runs(self, **wanted: Any) -> tuple[RunRow, ...]:
        """Runs of a kind, the newest first."""
        return self.ask(ListRuns(**wanted)).rows

    def send_payment(self, number: int) -> None:
        """One more payment, made by the payments vendor."""
        self.do(self.stage.vendors["payments"].ask("POST", "send", _one(number)))


def _one(number: int) -> dict[str, Any]:
    kind = "payment_intent.succeeded"
    return {"generate": {"kind": kind, "count": 1, "start_number": number}}


@contextmanager
def house() -> Iterator[House]:
    """Everything at work while the block lasts."""
    ready: Future[House] = Future()
    leave = threading.Event()
    thread = threading.Thread(target=_live, args=(ready, leave), name="house")
    thread.start()
    try:
        yield ready.result(START_S)
    finally:
        leave.set()
        thread.join(START_S)


def _live(ready: "Future[House]", leave: threading.Event) -> None:
    try:
        asyncio.run(_at_work(ready, leave))
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)


async def _at_work(ready: "Future[House]", leave: threading.Event) -> None:
    wishes = DemoOptions(0.0, 1.0, False, None, True, False)
    async with stage(wishes, open_views, account_since) as at_work, _furnished(at_work) as found:
        ready.set_result(found)
        await asyncio.to_thread(leave.wait)


@asynccontextmanager
async def _furnished(at_work: DemoParts) -> AsyncIterator[House]:
    number = at_work.first_number
    await _misbehave(at_work)
    for stream in STREAMS:
        url = f"http://127.0.0.1:{at_work.hub.port}/in/{stream.connection}"
        await at_work.vendors[stream.vendor].aim(url, at_work.signing[stream.connection])
        await at_work.vendors[stream.vendor].generate(stream.kind, 14, 0.0, number)
    payments = at_work.vendors["payments"]
    broken = {"id": "pi_broken", "customer": "cus_broken", "client_secret": CANARY}
    await payments.ask("POST", "send", {"events": [_event("payment_intent.succeeded", broken)]})
    for sample in at_work.samples:
        at_work.sent.append(
            await deliver(sample, at_work.hub.port, at_work.signing[sample.connection])
        )
    await _settled(at_work)
    await asyncio.to_thread(_fall_silent, at_work)
    await asyncio.to_thread(_hold, at_work)
    yield House(
        at_work,
        asyncio.get_running_loop(),
        order=f"ord-{number + STUCK + 5:08d}",
        secrets=[CANARY, *at_work.signing.values()],
    )


def _event(kind: str, inner: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": kind, "object": inner, "id": "evt_broken"}


async def _misbehave(at_work: DemoParts) -> None:
    """Payments that die, tickets in doubt, calls that are made again, forged deliveries."""
    refuse = {"kind": "status", "count": STUCK, "params": {"status": 422}}
    await at_work.vendors["books"].misbehave([refuse])
    doubt = {
        "kind": "reset_after",
        "count": DOUBTFUL,
        "match": {"method": "POST", "body_contains": "#support"},
    }
    await at_work.vendors["chat"].misbehave([doubt])
    await at_work.vendors["crm"].misbehave([{"kind": "status", "count": 4, "skip": 2}])
    await at_work.vendors["payments"].misbehave([{"kind": "forge", "count": 2, "skip": 4}])
    await at_work.vendors["leads"].misbehave([{"kind": "duplicate", "count": 2}])


def _fall_silent(at_work: DemoParts) -> None:
    """A source that spoke every minute until yesterday; only what was counted is left of it."""
    last_us = time.time_ns() // 1_000 - DAY_US
    hour_us = (last_us - DAY_US) // HOUR_US * HOUR_US
    with closing(sqlite3.connect(at_work.hub.store, timeout=SETTLE_S)) as store, store:
        store.execute(
            "INSERT INTO rhythm (source, last_us, gap_us, longest_us, heard)"
            " VALUES ('orders', ?, 60000000, 300000000, 1000)",
            (last_us,),
        )
        store.execute(
            "INSERT INTO tally (kind, name, step_us, at_us, word, number)"
            " VALUES ('source', 'orders', ?, ?, 'accepted', 60)",
            (HOUR_US, hour_us),
        )


def _hold(at_work: DemoParts) -> None:
    """A run that asks a person, as a flow with a hold would have left it; no flow of the demo has
    one, so what goes on is the flow of a lead that is done."""
    with closing(sqlite3.connect(at_work.hub.store, timeout=SETTLE_S)) as store, store:
        store.execute(
            "INSERT INTO run (id, tenant, flow, event_id, state, priority, lane, generation,"
            " created_us, moved_us, reason)"
            " SELECT ?, tenant, flow, event_id, 'held', priority, NULL, 0, created_us,"
            " moved_us - 600000000, ? FROM run"
            " WHERE flow = 'capture_lead' AND state = 'done' ORDER BY id LIMIT 1",
            (HOLD, HOLD_WORDS),
        )
        store.execute(
            "INSERT INTO work (run_id, tenant, flow, priority, state, behind, epoch, tries,"
            " held_us) SELECT id, tenant, flow, priority, 'held', 0, 0, 0, moved_us FROM run"
            " WHERE id = ?",
            (HOLD,),
        )
        store.execute(
            "INSERT INTO step (run_id, tenant, name, key, state, effect, fingerprint, tries,"
            " started_us) SELECT id, tenant, 'hold for a person', '#1', 'failed', 'read', 'f', 1,"
            " moved_us FROM run WHERE id = ?",
            (HOLD,),
        )


async def _settled(at_work: DemoParts) -> None:
    """Wait until everything has arrived, and all is done that goes on by itself."""
    async with asyncio.timeout(SETTLE_S):
        for stream in STREAMS:
            await at_work.vendors[stream.vendor].ask("POST", "idle", {"timeout_seconds": 20})
        while not await _is_quiet(at_work):
            await asyncio.sleep(0.1)


async def _is_quiet(at_work: DemoParts) -> bool:
    counted = await at_work.views.read(CountWork())
    moving = sum(f.ready + f.running + f.retrying + f.waiting for f in counted.flows)
    held = sum(f.held for f in counted.flows)
    dead = await at_work.views.read(ListDead())
    events = await at_work.views.read(ListEvents())
    return not moving and held >= DOUBTFUL and len(dead.rows) >= STUCK and len(events.rows) >= 42
