"""Engine: a hub's real parts on a real store, a steered clock, and a vendor on a socket.

No loops run here: a test makes the passes itself, so that nothing happens behind its back.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from tests.makers import START_US

from tieline import Connection, Connector, Hub, NoAuth, RetryPolicy
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.system.simulated_clock import SimulatedClock
from tieline.adapters.vault.fixed import FixedVault
from tieline.compose.features import FEATURES
from tieline.compose.loops import of_features
from tieline.compose.parts import Parts, ProcessPorts, assemble
from tieline.compose.service import Loop
from tieline.features.manifest import Feature
from tieline.features.replays.passes import replay_pass
from tieline.model.base.ids import NO_TENANT
from tieline.model.commands import By
from tieline.model.inbound.request import Inbound, Reply
from tieline.model.inbound.signature import EventShape, WebhookScheme
from tieline.model.runs.facts import Fact
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ListRuns, ShowRun, Window
from tieline.pipeline.front import Front, FrontParts
from tieline.ports.crash_points import Reach, go_on
from tieline.ports.vault import Vault
from tieline.settings.settings import Settings

PATIENCE_S = 20.0
SHOP_EVENTS = WebhookScheme(
    name="shop",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="",
)
QUICK = RetryPolicy(attempts=4, first=timedelta(seconds=1), cap=timedelta(minutes=1))


class TestClock(SimulatedClock):
    """Stands still until a test moves it."""

    __test__ = False

    def __init__(self, at_us: int = START_US) -> None:
        super().__init__(at_us)
        self.jumped_us = 0

    def monotonic_us(self) -> int:
        return self.at_us - self.jumped_us

    def advance(self, **duration: float) -> None:
        self.at_us += timedelta(**duration) // timedelta(microseconds=1)

    def jump(self, **duration: float) -> None:
        """Somebody sets the wall clock; no time passes."""
        self.jumped_us += timedelta(**duration) // timedelta(microseconds=1)
        self.advance(**duration)


class TestIds(SystemIds):
    """Real ids; the jitter is what a test says."""

    __test__ = False

    def __init__(self) -> None:
        self.next_chance = 0.5

    def chance(self) -> float:
        return self.next_chance


@dataclass(slots=True)
class Witness:
    """Keeps every fact."""

    facts: list[Fact] = field(default_factory=list)

    def saw(self, fact: Fact) -> None:
        self.facts.append(fact)


# --- the other side ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor says. ``status`` 0: nothing, the connection is closed instead."""

    status: int = 200
    json: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


DROP = Answer(status=0)
"""The request is taken, and the connection lost before an answer."""
Script = Callable[[Asked], "Answer | Awaitable[Answer]"]


@dataclass(slots=True)
class Vendor:
    """A system on a socket: answers from its list first, then by its rule."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    rule: Script | None = None
    in_flight: int = 0
    most_in_flight: int = 0
    gate: asyncio.Event | None = None
    """While it is set to an event, answers wait for it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self, method: str = "POST") -> list[str]:
        return [one.path for one in self.asked if one.method == method]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.CancelledError):
            while True:
                asked = await _read(reader)
                answer = await self._answer(asked)
                if answer.status == 0:
                    break
                writer.write(_wire(answer))
                await writer.drain()
        writer.close()

    async def _answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.answers:
                return self.answers.pop(0)
            if self.rule is None:
                return Answer(json={"id": f"id_{len(self.asked)}"})
            given = self.rule(asked)
            return given if isinstance(given, Answer) else await given
        finally:
            self.in_flight -= 1


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.split(": ", 1) for line in lines)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)


def _wire(answer: Answer) -> bytes:
    body = answer.body if answer.body is not None else orjson.dumps(answer.json)
    kind = (
        ()
        if any(n == "content-type" for n, _ in answer.headers)
        else (("content-type", "application/json"),)
    )
    headers = (*kind, *answer.headers, ("content-length", str(len(body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status} X\r\n{lines}\r\n".encode() + body


@asynccontextmanager
async def a_vendor() -> AsyncIterator[Vendor]:
    """A vendor that listens while the block lasts."""
    vendor = Vendor()
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0)
    vendor.port = server.sockets[0].getsockname()[1]
    try:
        yield vendor
    finally:
        server.close()


# --- the hub ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Town:
    """A hub with the connections that flows of tests use; a test declares the flows."""

    hub: Hub
    shop: Connection
    books: Connection
    """Takes idempotency keys."""
    chat: Connection
    """Takes none: its writes are ``once``, or ``verify`` with a ``confirm``."""

    def on(self, kind: str = "order.placed", **more: Any) -> Any:
        return self.shop.webhook(kind, unverified=True, **more)


def a_town(vendor: Vendor, **options: Any) -> Town:
    """Connections to *vendor*; *options* are dials of books and chat."""
    hub = Hub("test")
    dials: dict[str, Any] = {"base_url": vendor.url, "allow": ("127.0.0.1",), "retry": QUICK}
    shop = Connector("shop", webhook=SHOP_EVENTS)
    books = Connector("books", auth=NoAuth(), idempotency_header="Idempotency-Key")
    chat = Connector("chat", auth=NoAuth())
    return Town(
        hub,
        hub.connect("shop", shop),
        hub.connect("books", books, **(dials | options)),
        hub.connect("chat", chat, **(dials | options)),
    )


@dataclass(slots=True)
class Engine:
    """The parts of one hub, and the moves that tests make."""

    folder: Path
    is_fast: bool
    """Whether the front half may hand runs over in memory."""
    clock: TestClock
    ids: TestIds
    vault: Vault
    witness: Witness
    reach: Reach = go_on
    at_once: int = 1024
    sent: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    """Further settings of the hub."""
    features: Sequence[Feature] = FEATURES
    parts: Parts = field(init=False)
    kept: dict[str, Loop] = field(init=False)
    """What features repeat, by name; a test makes their passes."""
    front: Front = field(init=False)

    async def open(self, hub: Hub) -> None:
        """Start on the store as it is."""
        outside = ProcessPorts(self.vault, self.witness, self.clock, self.ids, self.reach)
        settings = Settings(
            store=str(self.folder / "tieline.db"), at_once=self.at_once, port=0, **self.more
        )
        self.parts = assemble(hub.spec(), settings, outside, features=self.features)
        parts = FrontParts(
            self.parts.journal,
            self.vault,
            self.clock,
            self.ids,
            self.witness,
            self.parts.admitter,
            self.parts.back if self.is_fast else None,
            self.reach,
            self.parts.tenants,
        )
        self.front = Front(self.parts.hub, parts)
        await self.parts.house.recover()
        self.kept = {loop.name: loop for loop in of_features(self.parts)}
        for loop in self.kept.values():
            if loop.begin is not None:
                await loop.begin()
        await self.parts.holds.pass_()

    async def close(self, seconds: float = 0.2) -> None:
        """Stop as a hub does."""
        await self.parts.back.drain(seconds)
        await self.parts.http.close()
        await self.parts.views.close()
        await self.parts.journal.close()

    async def restart(self, hub: Hub, *, seconds: float = 0.2) -> None:
        """Stop, and start *hub*, which may be another release, on the same store."""
        await self.close(seconds)
        await self.open(hub)

    # --- moves --------------------------------------------------------------------------------

    async def deliver(
        self,
        data: Any = None,
        *,
        kind: str = "order.placed",
        identity: str | None = None,
        raw: bytes | None = None,
    ) -> Reply:
        """One delivery at the door; nothing is executed yet on the fair path. *raw* is the data as
        it stands on the wire."""
        self.sent += 1
        document: dict[str, Any] = {"type": kind, "id": identity or f"ord-{self.sent}"}
        document["data"] = data or {} if raw is None else orjson.Fragment(raw)
        inbound = Inbound(
            "POST",
            "http://hub.example/in/shop",
            (("content-type", "application/json"),),
            orjson.dumps(document),
            "shop",
            "192.0.2.1",
            self.clock.at_us,
        )
        return await self.front.take(inbound)

    async def work(self) -> None:
        """Execute whatever is ready, until nothing is."""
        back = self.parts.back
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await self.at_rest()
                claimed, _ = await back.claim_pass()
                await self.at_rest()
                if claimed == 0 and not self._wakes():
                    return
                for waits in list(self.parts.calls.recovered):
                    self.parts.calls.recovered.discard(waits)
                    await self.parts.house.wake(waits)

    def _wakes(self) -> bool:
        look = self.parts.back.signals.look
        was_set = look.is_set()
        look.clear()
        return was_set or bool(self.parts.calls.recovered)

    async def at_rest(self) -> None:
        """Return once no run is being executed."""
        await until(lambda: self.parts.back.busy == 0)

    async def pass_time(self, **duration: float) -> None:
        """Move the clock, make due what is due, and work."""
        self.clock.advance(**duration)
        await self.parts.house.beat_pass()
        while await self.parts.back.due_pass():
            pass
        await self.work()

    async def take(self, data: Any = None, **how: Any) -> RunDetail:
        """Deliver and work; returns the newest run."""
        await self.deliver(data, **how)
        await self.work()
        return (await self.runs())[-1]

    async def replay(self) -> None:
        """Make the bites of running replays, and work."""
        for _ in range(100):
            now_us = self.clock.now_us()
            parts = self.parts
            passed = await replay_pass(parts.journal, parts.views, parts.admitter, now_us)
            await self.work()
            if passed.next_us is None:
                return
            self.clock.advance(seconds=1)

    # --- looks --------------------------------------------------------------------------------

    async def rows(self, flow: str | None = None) -> list[RunRow]:
        """Every run, oldest first."""
        page = await self.parts.views.read(ListRuns(flow=flow, window=Window(limit=500)))
        return sorted(page.rows, key=lambda row: row.id)

    async def runs(self, flow: str | None = None) -> list[RunDetail]:
        """Every run with all about it, oldest first."""
        return [await self.parts.views.read(ShowRun(row.id)) for row in await self.rows(flow)]

    async def states(self, flow: str | None = None) -> list[str]:
        return [row.state for row in await self.rows(flow)]

    async def only(self, flow: str | None = None) -> RunDetail:
        (run,) = await self.runs(flow)
        return run

    def by(self, reason: str = "a test") -> By:
        return By("tester", reason, self.clock.at_us)


@asynccontextmanager
async def an_engine(
    folder: Path,
    *,
    is_fast: bool = True,
    secrets: Mapping[str, str] | None = None,
    **options: Any,
) -> AsyncIterator[Engine]:
    """An engine that is closed at the end, if a test opened it."""
    engine = Engine(
        folder,
        is_fast,
        TestClock(),
        TestIds(),
        FixedVault(secrets or {}),
        Witness(),
        **options,
    )
    async with AsyncExitStack() as at_end:
        yield engine
        if hasattr(engine, "parts"):
            at_end.push_async_callback(engine.close)


async def until(is_so: Callable[[], bool]) -> None:
    """Let the loop run until *is_so*."""
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up:
            raise TimeoutError("it did not come about")
        await asyncio.sleep(0.001)


__all__ = ["DROP", "NO_TENANT", "Answer", "Asked", "Engine", "Town", "Vendor", "a_town", "until"]
