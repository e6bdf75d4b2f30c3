"""Street: a hub that dies, vendors that keep sending and counting, and the verdict over both."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.checker import Looked, disagreements, look_at
from tests.hub_process import HubProcess, eventually

from tieline_sim.steering import Sim

HUB = f"{Path(__file__).parent / 'scenarios' / 'crash_hub.py'}:hub"
EVENTS = 8
SYSTEM = {"entry": "books", "message": "chat", "refund": "payments", "invoice": "books"}
"""What a flow makes → who counts it."""


@dataclass(slots=True)
class Street:
    """A hub to be killed, and vendors that keep sending and counting."""

    hub: HubProcess
    vendors: Mapping[str, Sim]
    first: int
    sent: int = 0

    def traffic(self, count: int = EVENTS) -> None:
        """More events, sent and sent again until they are acknowledged."""
        url = f"http://127.0.0.1:{self.hub.port}/in/billing"
        self.vendors["payments"].target(
            url, max_attempts=400, first_wait_seconds=0.02, longest_wait_seconds=0.2
        )
        start = self.first + self.sent
        self.vendors["payments"].generate("invoice.paid", count, start_number=start, spread=5)
        self.sent += count

    def looked(self) -> Looked:
        looked = look_at(self.hub.store)
        assert looked.odd == ()
        return looked

    def drain(self) -> None:
        """Until every event is acknowledged, and every run is done or held."""
        assert self.vendors["payments"].idle(60)
        self._rest()
        while self._let_go_on():
            self._rest()

    def _rest(self) -> None:
        eventually(lambda: self.looked().live == self.looked().runs.get("held", 0), "not drained")

    def _let_go_on(self) -> int:
        """Whoever was at work in too many processes that were killed waits for a person, who knows
        that it was not the flow that ended them; returns how many did."""
        if not self.looked().runs.get("held", 0):
            return 0
        held = map(json.loads, self.hub.command("--json", "held", "list").splitlines())
        lost = [row["id"] for row in held if "ended with their process" in row.get("reason", "")]
        for run_id in lost:
            self.hub.command("held", "resolve", run_id, "--retry", "--reason", "they were killed")
        return len(lost)

    def verdict(self) -> tuple[list[str], Looked]:
        """What is wrong after all."""
        looked = self.looked()
        last = self.first + self.sent
        mine = {f"in_{number:08d}" for number in range(self.first, last)}
        acknowledged = {
            row["id"]
            for row in self.vendors["payments"].deliveries("accepted")
            if row["ref"] in mine
        }
        assert len(acknowledged) == self.sent
        wrong = [
            f"{name}: {fault}"
            for name in ("books", "chat", "payments")
            for fault in disagreements(
                looked,
                acknowledged=acknowledged,
                ledger=[e for e in self.vendors[name].ledger() if _ref(e) in mine],
            )
        ]
        counts = {name: self._applied(name, mine) for name in SYSTEM}
        if (counts["entry"], counts["message"]) != (self.sent, self.sent):
            wrong.append(f"{self.sent} events became {counts}")
        held = looked.runs.get("held", 0)
        if not self.sent - held <= counts["refund"] <= self.sent:
            wrong.append(f"{held} runs are held, and {counts} effects were made")
        if counts["invoice"] != self.sent - held:
            wrong.append(f"{held} runs are held, and {counts['invoice']} were heard of")
        if looked.runs.get("dead", 0):
            wrong.append(f"runs died: {looked.stands()}")
        return wrong, looked

    def _applied(self, action: str, mine: set[str]) -> int:
        ledger = self.vendors[SYSTEM[action]].ledger()
        return sum(1 for e in ledger if e["action"] == action and _ref(e) in mine)


def _ref(entry: Mapping[str, Any]) -> str:
    ref: str = entry["ref"]
    return ref


@contextmanager
def a_street(folder: Path, vendors: Mapping[str, Sim], first: int) -> Iterator[Street]:
    """A street whose events are numbered from *first*: vendors outlive it."""
    environment = {
        "BOOKS_URL": vendors["books"].url,
        "CHAT_URL": vendors["chat"].url,
        "PAYMENTS_URL": vendors["payments"].url,
        "TIELINE_SECRET_BILLING_SIGNING": vendors["payments"].secret,
    }
    hub = HubProcess(HUB, folder, environment)
    try:
        yield Street(hub, vendors, first)
    finally:
        hub.end()
