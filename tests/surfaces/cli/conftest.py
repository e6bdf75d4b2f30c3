"""CLI fixtures: a store after an eventful day, stopped; and the command line in this process."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tieline.adapters.system.secrecy import SystemSecrecy
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.compose.cli import CliBuild
from tieline.compose.features import VOCABULARY
from tieline.features.issues.rules import issue_of
from tieline.features.schedules.model import KeepSchedule
from tieline.model.commands import By, DeliveryTime, KeepTally, Pause, Progress, TallyRow
from tieline.model.hub.flow import HubSpec
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import Dead, Held, Outcome, RetryAt, Returned, StepState
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.rules.runs.failure import Failure
from tieline.surfaces.cli.build import CommandTarget, DemoOptions, Overrides
from tieline.surfaces.cli.main import run

DEAD_REASON = "the books say: no such customer"
REFUSED_REASON = "bad-signature: no secret fits"
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class SteadyBuild(CliBuild):
    """The real wiring, with the clock and the ids of the store's maker."""

    def __init__(self, house: Any, store: Path) -> None:
        self.house = house
        self.store = store
        self.served: list[tuple[str, dict[str, object]]] = []

    def target(self, overrides: Overrides) -> CommandTarget:
        told = overrides.get("store")
        store = Path(str(told)) if told else self.store
        hub = str(overrides.get("hub") or "hub.py:hub" if self.house.hub is None else "acme:hub")
        return CommandTarget(
            str(store), hub, self.house.clock, self.house.ids, EnvironmentVault({}), SystemSecrecy()
        )

    def load_hub(self, overrides: Overrides) -> HubSpec:
        if overrides.get("hub") or self.house.hub is None:
            return super().load_hub(overrides)
        hub: HubSpec = self.house.hub
        return hub

    def serve(self, overrides: Overrides) -> int:
        self.served.append(("serve", dict(overrides)))
        return 0

    def demo(self, wishes: DemoOptions) -> int:
        self.served.append(("demo", asdict(wishes)))
        return 0


@dataclass(frozen=True, slots=True)
class Shop:
    """A stopped store, and what is in it by name."""

    path: Path
    ids: dict[str, str]
    build: SteadyBuild
    tieline: Callable[..., Said]


async def fill(house: Any, invoice: Callable[..., dict[str, object]]) -> dict[str, str]:
    """A day at the shop: every verdict at the door and every end of a run."""
    paid = await house.deliver("invoice.paid", invoice(1, email="zoe@mail.example"), identity="a")
    house.clock.advance(minutes=1)
    await house.deliver("invoice.paid", invoice(1, email="zoe@mail.example"), identity="a")
    [first] = await house.claim()
    await house.settle(first, Returned(), posted(house, first))
    await house.work()
    names = {"paid": paid.event_id, "done": first.id, "receipt": first.event.receipt_id}
    house.clock.advance(minutes=1)
    for name, payload, outcome in endings(house, invoice):
        type_ = "invoice.paid" if "invoice_id" in payload else "order.made"
        await house.deliver(type_, payload, identity=name)
        [run_] = await house.claim()
        doubt = house.call_step(run_, StepState.INTENT) if isinstance(outcome, Held) else None
        await house.settle(run_, outcome, doubt)
        names |= {name: run_.id, f"{name} event": run_.event.id}
        house.clock.advance(minutes=1)
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="odd")
    await house.deliver("nobody.cares", {}, identity="lost")
    names["refused"] = await house.refuse()
    by = By("ana", "books are down", house.clock.at_us)
    await house.journal.commit(Pause("connection", "books", by))
    at_us = house.clock.at_us
    nightly = KeepSchedule("schedule:nightly", "0 6 * * *", "UTC", at_us + HOUR_US, at_us)
    await house.journal.commit(nightly)
    heard = DeliveryTime("billing", at_us - HOUR_US // 60, at_us, 2)
    await house.journal.commit(
        KeepTally((TallyRow("source", "billing", HOUR_US, at_us, "accepted", 7),), (heard,))
    )
    names |= {
        "issue": issue_of(Failure("post_invoice", None, None, "rejected", 422, DEAD_REASON)),
        "odd issue": issue_of(Failure(None, "billing", None, "refused", 401, REFUSED_REASON)),
    }
    house.clock.advance(minutes=1)
    return names


def posted(house: Any, first: Any) -> Progress:
    """What the first run did: a call, a name, an event."""
    origin = EventOrigin(
        first.tenant, "topic", house.clock.at_us, first.event.correlation, cause=first.id
    )
    occurrence = Occurrence("invoice.posted", "emit-1", {"id": "in_1"}, b'{"id":"in_1"}')
    emitted = house.admitter.admit([occurrence], origin).admissions
    mention = Mention("entry", "entry_1", first.event.id, first.id, house.clock.at_us)
    made = house.call_step(first)
    return Progress(made.steps, made.attempts, (mention,), emitted)


def endings(
    house: Any, invoice: Callable[..., dict[str, object]]
) -> list[tuple[str, dict[str, object], Outcome]]:
    """(name, payload, how its run ends)."""
    later = house.clock.at_us + 6 * HOUR_US
    return [
        ("dead", invoice(2, "cus_2"), Dead("refused-422", DEAD_REASON)),
        ("held", {"id": 1}, Held("the outcome is not known", ("books POST /entries", "#1"))),
        ("retrying", {"id": 2}, RetryAt(later, "books answered 503", counts=True)),
    ]


@pytest.fixture
def shop_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Shop]:
    """The command line on the stopped store of a maker."""
    monkeypatch.chdir(tmp_path)
    for variable in ("TIELINE_STORE", "TIELINE_HUB", "SUDO_USER"):
        monkeypatch.delenv(variable, raising=False)

    def on(house: Any, names: dict[str, str] | None = None) -> Shop:
        build = SteadyBuild(house, house.path)

        def tieline(*words: str) -> Said:
            capsys.readouterr()
            code = run(VOCABULARY, lambda: build, words)
            captured = capsys.readouterr()
            return Said(code, captured.out, captured.err)

        return Shop(house.path, names or {}, build, tieline)

    return on


@pytest.fixture
def shop(
    build_house: Callable[[], Any],
    invoice: Callable[..., dict[str, object]],
    shop_on: Callable[..., Shop],
) -> Shop:
    """The store after that day, stopped."""

    async def make() -> tuple[Any, dict[str, str]]:
        house = build_house()
        names = await fill(house, invoice)
        await house.close()
        return house, names

    return shop_on(*asyncio.run(make()))
