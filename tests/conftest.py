"""Fixtures for all tests: asyncio, and a store that real commits fill on a steered clock."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import pytest
from hypothesis import settings
from tests import postgres_server, soak

from tieline import Contract, Hub, Key, Sensitive
from tieline.adapters.sql.committer import Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.compose.features import CATALOGUE
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS
from tieline.model.base.ids import (
    NO_TENANT,
    EventId,
    ReceiptId,
    ReplayId,
    RunId,
    TenantId,
    WorkerId,
)
from tieline.model.calls.auth import Bearer
from tieline.model.calls.call import Effect
from tieline.model.commands import Beat, Claim, Ingest, Ingested, KeepReceipt, Progress, Settle
from tieline.model.hub.connection import Connector
from tieline.model.hub.flow import HubSpec
from tieline.model.inbound.receipt import Receipt, Verdict
from tieline.model.runs.run import (
    AttemptRecord,
    ClaimedRun,
    HeadPolicy,
    Outcome,
    Returned,
    StepRecord,
    StepState,
)
from tieline.pipeline.admit import Admitter, EventOrigin, Occurrence

START_US = 1_767_225_600_000_000
"""2026-01-01 00:00 UTC: where the steered clock begins."""
SECOND_US = 1_000_000
WORKER = WorkerId("wrk_1")


# Tests share makers as `tests.makers`, also when pytest is started without `python -m`.
sys.path.insert(0, str(Path(__file__).parents[1]))
pytest_plugins = (
    "tests.costs",
    "tests.generated",
    "tests.light",
    "tests.order",
    "tests.quick_disk",
)

# A slow machine is no failure; what failed can be run again from the blob that is printed.
settings.register_profile("tieline", deadline=None, print_blob=True)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=soak.times(100))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tieline"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _servers_end_with_the_session() -> Iterator[None]:
    yield
    asyncio.run(postgres_server.forget_shared())


@dataclass(slots=True)
class SteeredClock:
    """A clock that stands still until a test moves it."""

    at_us: int = START_US

    def now_us(self) -> int:
        return self.at_us

    def monotonic_us(self) -> int:
        return self.at_us

    async def sleep_until(self, when_us: int) -> None:
        self.at_us = max(self.at_us, when_us)

    def advance(self, **duration: float) -> None:
        self.at_us += timedelta(**duration) // timedelta(microseconds=1)


@dataclass(slots=True)
class SteeredIds:
    """Ids as the real ones are (time, then order), but the same in every run of a test."""

    clock: SteeredClock
    made: int = 0

    def _next(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}{self.clock.at_us // 1000:012x}7{self.made:019x}"

    def receipt(self) -> ReceiptId:
        return ReceiptId(self._next("rct_"))

    def event(self) -> EventId:
        return EventId(self._next("evt_"))

    def run(self) -> RunId:
        return RunId(self._next("run_"))

    def replay(self) -> ReplayId:
        return ReplayId(self._next("rpl_"))

    def worker(self) -> WorkerId:
        return WorkerId(self._next("wrk_"))

    def trace(self) -> str:
        return "0" * 32

    def span(self) -> str:
        return f"{1:016x}"

    def chance(self) -> float:
        return 0.5


class InvoicePaid(Contract, name="invoice.paid", version=1):
    """The contract of the flow ``post_invoice``."""

    invoice_id: Annotated[str, Key]
    customer_id: str
    amount_cents: int
    email: Annotated[str | None, Key, Sensitive] = None


def a_hub() -> Hub:
    """Two systems and three flows: one ordered, one that takes everything, one that listens."""
    hub = Hub("acme")
    books = Connector("acme-books", "https://books.example", Bearer())
    billing = Connector("acme-billing", "https://billing.example", webhook=STANDARD_WEBHOOKS)
    source = hub.connect("billing", billing, credential="billing-live")
    target = hub.connect("books", books, credential="books-live")

    @hub.flow(
        on=source.webhook("invoice.paid", contract=InvoicePaid),
        ordered_by="customer_id",
        owner="finance-ops",
    )
    async def post_invoice(invoice: InvoicePaid) -> None:
        """Post a paid invoice to the books."""
        await target.post("/entries", json={"ref": invoice.invoice_id})

    @hub.flow(on=source.webhook("order.*"), owner="warehouse")
    async def ship_order(order: dict[str, Any]) -> None:
        await target.post("/orders", json=order)

    @hub.flow(on=hub.topic("invoice.posted"))
    async def announce(posted: dict[str, Any]) -> None:
        """Say that an invoice was posted."""

    return hub


@dataclass(slots=True)
class StoreHouse:
    """A store and the few moves that fill it; everything goes through the real journal."""

    path: Path
    clock: SteeredClock = field(default_factory=SteeredClock)
    hub: HubSpec = field(default_factory=lambda: a_hub().spec())
    worker: WorkerId = WORKER
    database: Committer | None = None
    """The journal to fill, where it is not a file at ``path``."""

    def __post_init__(self) -> None:
        self.ids = SteeredIds(self.clock)
        self.admitter = Admitter(self.hub, self.ids, dedupe_us=30 * 86_400 * SECOND_US)
        self.journal = self.database or Committer(SqliteDatabase(self.path), CATALOGUE)

    ids: SteeredIds = field(init=False)
    admitter: Admitter = field(init=False)
    journal: Committer = field(init=False)

    async def deliver(
        self,
        type_: str,
        payload: Any,
        *,
        identity: str | None = None,
        correlation: str | None = None,
        headers: Sequence[tuple[str, str]] = (("content-type", "application/json"),),
        tenant: TenantId = NO_TENANT,
    ) -> Ingested:
        """A delivery to ``billing``, as the front half stores it."""
        receipt_id = self.ids.receipt()
        body = orjson.dumps(payload)
        own = identity or f"evt-{self.ids.made}"
        origin = EventOrigin(
            tenant, "billing", self.clock.at_us, correlation or receipt_id, None, receipt_id
        )
        admitted = self.admitter.admit([Occurrence(type_, own, payload, None)], origin)
        receipt = self._receipt(receipt_id, body)._replace(
            tenant=tenant,
            verdict=admitted.verdict,
            status=202,
            reason=admitted.reason,
            event_id=admitted.admissions[0].event.id,
            headers=orjson.dumps(list(headers)),
            body=body,
        )
        ingested: Ingested = await self.journal.commit(Ingest(admitted.admissions, receipt))
        return ingested

    async def refuse(self, reason: str = "bad-signature: no secret fits") -> ReceiptId:
        """A delivery that was turned away at the door."""
        receipt_id = self.ids.receipt()
        receipt = self._receipt(receipt_id, b"forged")
        await self.journal.commit(KeepReceipt(receipt._replace(status=401, reason=reason)))
        return receipt_id

    def _receipt(self, receipt_id: ReceiptId, body: bytes) -> Receipt:
        return Receipt(
            receipt_id,
            NO_TENANT,
            "billing",
            self.clock.at_us,
            Verdict.REFUSED,
            0,
            None,
            None,
            "192.0.2.1",
            None,
            None,
            len(body),
        )

    async def claim(self, limit: int = 100) -> list[ClaimedRun]:
        """Take what is ready, as a worker does."""
        await self.journal.commit(Beat(self.worker, self.clock.at_us, "test"))
        room = dict.fromkeys(self.hub.flows, limit)
        claimed = await self.journal.commit(Claim(self.worker, limit, room, self.clock.at_us))
        return sorted(claimed.runs, key=lambda run: run.id)

    async def settle(
        self, run: ClaimedRun, outcome: Outcome, progress: Progress | None = None
    ) -> None:
        """End one execution of a claimed run."""
        await self.journal.commit(
            Settle(
                run.claim,
                outcome,
                progress or Progress(),
                self.clock.at_us,
                HeadPolicy.BLOCK,
            )
        )

    async def work(self, decide: Callable[[ClaimedRun], Outcome] = lambda _: Returned()) -> int:
        """Claim what is ready and settle each run as *decide* says; returns how many."""
        runs = await self.claim()
        for run in runs:
            await self.settle(run, decide(run))
        return len(runs)

    def call_step(self, run: ClaimedRun, state: StepState = StepState.DONE) -> Progress:
        """What a run remembers of one call to the books, and the try of it."""
        name, key = "books POST /entries", "#1"
        is_done = state is StepState.DONE
        step = StepRecord(
            run.id,
            name,
            key,
            state,
            Effect.IDEMPOTENT,
            "f" * 32,
            f"effect-of-{run.event.identity}",
            1,
            b'[201,[["content-type","application/json"]]]\n{"id":"entry_1"}' if is_done else None,
            self.clock.at_us,
            self.clock.at_us + 34_000 if is_done else None,
        )
        attempt = AttemptRecord(
            run.id,
            name,
            key,
            1,
            "books",
            self.clock.at_us,
            34_000,
            201 if is_done else None,
            "done" if is_done else "in-doubt",
            None,
            None if is_done else "the connection was lost",
            None,
        )
        return Progress(steps=(step,), attempts=(attempt,))

    async def close(self) -> None:
        """Stop: the file is left as a stopped hub leaves it."""
        await self.journal.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoreHouse]:
    """An empty store that is open for writing."""
    opened = StoreHouse(tmp_path / "tieline.db")
    yield opened
    await opened.close()


@pytest.fixture
def a_house() -> Callable[[Path, Committer], StoreHouse]:
    """The maker of houses for stores that are open already."""
    return lambda path, journal: StoreHouse(path, database=journal)


@pytest.fixture
def build_house(tmp_path: Path) -> Callable[[], StoreHouse]:
    """For tests without a loop of their own: opens the store when it is called, inside a loop."""
    return lambda: StoreHouse(tmp_path / "tieline.db")


def invoice(number: int, customer: str = "cus_1", **more: object) -> dict[str, object]:
    """A payload that fits the contract."""
    return {
        "invoice_id": f"in_{number}",
        "customer_id": customer,
        "amount_cents": 100 * number,
        **more,
    }


@pytest.fixture(name="invoice")
def the_invoice() -> Callable[..., dict[str, object]]:
    """The maker of payloads that fit the contract."""
    return invoice


@pytest.fixture
def a_hub_spec() -> HubSpec:
    """The hub that ``house`` works for."""
    return a_hub().spec()
