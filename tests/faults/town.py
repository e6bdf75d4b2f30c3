"""Town: hubs of one database under steady traffic, vendors that count, and what came of it all."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests import soak
from tests.checker import look_at_database
from tests.faults.cluster import HUB as USER
from tests.faults.cluster import Cluster
from tests.faults.relay import Relay, a_relay
from tests.faults.traffic import IN_FLIGHT, LANES, Traffic, steady
from tests.faults.verdict import Effect, History, Sent, verdict
from tests.hub_process import HubProcess, eventually

from tieline_sim.launch import launch_all
from tieline_sim.steering import Sim

HUB = f"{Path(__file__).parent / 'fault_hub.py'}:hub"
HUBS = 3
RATE = int(os.environ.get("TIELINE_TEST_FAULT_RATE", "0"))
"""Events a second that are offered; 0: a share of what the town turns out to be able to do."""
SILENT_S = 4.0
"""A worker that does not beat for this long loses its runs; 30 s where nobody says otherwise."""
USUAL = {"worker_silent_seconds": SILENT_S, "shutdown_seconds": 5, "console_port": 0}
BEFORE_S = 4.0
RECOVERS_S = float(os.environ.get("TIELINE_TEST_FAULT_RECOVERY_SECONDS", "30"))
WINDOW_S = 3.0
ENOUGH = 0.9
DRAIN_S = 90.0
CONCURRENCY = 400
"""Of the sender: a door that answers nobody holds each delivery for as long as it is waited for."""


def long_s(usual: float) -> float:
    """How long a fault goes on: *usual*, or what ``TIELINE_TEST_FAULT_SECONDS`` asks for."""
    return float(os.environ.get("TIELINE_TEST_FAULT_SECONDS", usual))


@dataclass(slots=True)
class Town:
    """What a test of a fault works with."""

    hubs: Sequence[HubProcess]
    vendors: Mapping[str, Sim]
    doors: Relay
    traffic: Traffic
    store: str
    """The URL under which the verdict reads the store, whatever way the hubs take."""
    folder: Path
    seed: int
    chance: Random
    settings: Sequence[Mapping[str, Any]]
    """Of each hub, so that a further life is like the one before."""
    before: float = 0.0
    """Events a second that came through before any fault."""
    notes: list[str] = field(default_factory=list)

    # --- what it does ---------------------------------------------------------------------------

    def settle_down(self) -> None:
        """Traffic as on a good day, measured: what the time after a fault is compared with."""
        capacity = self.traffic.measure(self.done)
        self.traffic.rate = RATE or steady(capacity)
        self.note(f"{capacity:.0f} events/s can be done, {self.traffic.rate} are offered")
        self.traffic.start()
        self._reaches(self.traffic.rate, self.since_now(), 2 * RECOVERS_S, "before any fault")
        self._catches_up()
        begun, done = time.monotonic(), self.done()
        time.sleep(BEFORE_S)
        rate = (self.done() - done) / (time.monotonic() - begun)
        self.note(f"before any fault: {rate:.1f} events/s")
        self.before = min(rate, self.traffic.rate)  # more was what had piled up

    def since_now(self) -> float:
        return time.monotonic()

    def revive(self) -> int:
        """Start the hubs that have ended, as an init system does; returns how many."""
        ended = [number for number, hub in enumerate(self.hubs) if hub.has_ended]
        for number in ended:
            self.hubs[number].launch(**self.settings[number])
        return len(ended)

    def recovers(self, since: float) -> None:
        """Within 30 s, 90 % of what was done each second before the fault is done again."""
        self.goes_on(since, RECOVERS_S, "after the fault")

    def goes_on(self, since: float, within_s: float, when: str) -> None:
        """Within so many seconds, 90 % of what was done each second before is done."""
        assert self.before > 0, "nothing was measured before the fault"
        self._reaches(self.before, since, within_s, when)

    def _reaches(self, wanted: float, since: float, within_s: float, when: str) -> None:
        """Wait for 3 s in which 90 % of the wanted rate was done."""
        seen: list[tuple[float, int]] = []
        while True:
            now, done = time.monotonic(), self.done()
            seen.append((now, done))
            window = [each for each in seen if each[0] >= now - WINDOW_S]
            rate = (done - window[0][1]) / max(now - window[0][0], 0.5)
            if now - seen[0][0] >= WINDOW_S and rate >= ENOUGH * wanted:
                self.note(f"{when}: {rate:.0f} events/s of {wanted:.0f} {now - since:.1f} s later")
                return
            if now - since > within_s:
                raise AssertionError(
                    f"{when}: {rate:.0f} events/s of {wanted:.0f}, {self.behind()} behind "
                    f"after {now - since:.0f} s; seed {self.seed}\n{self.last_words()}"
                )
            time.sleep(0.25)

    def _catches_up(self) -> None:
        """Wait until what was on its way while the town was measured has come through."""
        eventually(lambda: self.behind() <= max(IN_FLIGHT / 2, self.traffic.rate), "a backlog")

    def behind(self) -> int:
        """Events that were offered and have not come through."""
        return self.traffic.offered - self.done()

    def done(self) -> int:
        """Events that have come through to their last effect."""
        return int(self.vendors["payments"].stats()["effects"])

    def acknowledged(self) -> int:
        return int(self.vendors["payments"].stats()["sender"]["accepted"])

    def sent_again(self) -> int:
        """Tries after one that nobody acknowledged."""
        return int(self.vendors["payments"].stats()["sender"]["retries"])

    def note(self, text: str) -> None:
        """For whoever reads the output of a test."""
        self.notes.append(text)
        print(f"[{time.strftime('%H:%M:%S')}] {text}")  # noqa: T201 - pytest shows it on failure

    def last_words(self) -> str:
        return "\n".join(f"{hub.folder.name}: {_tail(hub.log)}" for hub in self.hubs)

    # --- what it looks at at the end --------------------------------------------------------------

    def come_to_rest(self) -> History:
        """Stop the traffic, wait until everything is acknowledged and done, stop the hubs."""
        self.traffic.stop()
        assert self.vendors["payments"].idle(DRAIN_S), self.last_words()
        self._until_drained()
        for hub in self.hubs:
            assert hub.stop() == 0, self.last_words()
        history = self.history()
        history.keep(self.folder / "history.json")
        return history

    def must_be_sound(self) -> None:
        """Everything that must hold after every fault."""
        history = self.come_to_rest()
        wrong = verdict(history)
        self.note(f"{len(history.sent)} events, {len(history.effects)} effects, seed {self.seed}")
        assert wrong == [], f"{self.folder / 'history.json'}\n" + "\n".join(wrong)
        assert len(history.sent) == self.traffic.offered
        assert self.contradictions() == []

    def contradictions(self) -> list[str]:
        """What the doctor finds in rows that do not agree with each other."""
        said = self.hubs[0].command("--json", "doctor", "--thorough", check=False)
        found = [json.loads(line) for line in said.splitlines()]
        assert any("schema" in one["what"] for one in found), f"it has not looked: {said}"
        return [one["what"] for one in found if one["kind"]]

    def history(self) -> History:
        return history_of(self.vendors, self.store, self.seed)

    def _until_drained(self) -> None:
        give_up = time.monotonic() + DRAIN_S
        while (looked := look_at_database(self.store)).live:
            assert time.monotonic() < give_up, f"{looked.stands()}\n{self.last_words()}"
            time.sleep(0.25)


def history_of(vendors: Mapping[str, Sim], store: str, seed: int = 0) -> History:
    """What the sender, the vendors and the database know now."""
    looked = look_at_database(store)
    return History(
        seed,
        tuple(map(_sent, vendors["payments"].deliveries())),
        tuple(
            Effect(entry["action"], entry["ref"], entry["key"], entry["number"])
            for name in ("books", "payments")
            for entry in vendors[name].ledger()
        ),
        looked.identities,
        looked.runs,
        looked.odd,
    )


def _sent(row: Mapping[str, Any]) -> Sent:
    number = int(row["ref"].removeprefix("in_"))
    lane = f"cus_{number % LANES}"
    return Sent(row["id"], row["ref"], lane, row["sent_at_us"], row["acked_at_us"])


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""


@contextmanager
def a_town(
    folder: Path,
    cluster: Cluster,
    *,
    store: str = "",
    count: int = HUBS,
    of_each: Callable[[int], Mapping[str, Any]] = lambda _: {},
    **settings: Any,
) -> Iterator[Town]:
    """*count* hubs of the cluster's database; ``store`` is another way to it, for the hubs."""
    seed = soak.seed()
    print(f"a town: {soak.SEED}={seed}")  # noqa: T201 - pytest shows it on failure
    with ExitStack() as at_end:
        vendors = at_end.enter_context(launch_all(seed=seed))
        given = [{**USUAL, **settings, **of_each(number)} for number in range(count)]
        hubs = [
            _a_hub(folder / f"hub{number}", vendors, store or cluster.url(), own)
            for number, own in enumerate(given)
        ]
        for hub, own in zip(hubs, given, strict=True):
            at_end.callback(hub.end)
            hub.start(**own)
            assert not hub.has_ended, _tail(hub.log)
        doors = at_end.enter_context(a_relay(*(hub.port for hub in hubs if hub.has_door)))
        vendors["payments"].target(
            f"http://127.0.0.1:{doors.port}/in/billing",
            max_attempts=2000,
            first_wait_seconds=0.05,
            longest_wait_seconds=0.5,
            timeout_seconds=3.0,
            concurrency=CONCURRENCY,
        )
        traffic = Traffic(vendors["payments"])
        at_end.callback(traffic.stop)
        yield Town(
            hubs, vendors, doors, traffic, cluster.url(user=USER), folder, seed, Random(seed), given
        )


def _a_hub(
    folder: Path, vendors: Mapping[str, Sim], store: str, settings: Mapping[str, Any]
) -> HubProcess:
    folder.mkdir(parents=True)
    environment = {
        "BOOKS_URL": vendors["books"].url,
        "PAYMENTS_URL": vendors["payments"].url,
        "TIELINE_SECRET_BILLING_SIGNING": vendors["payments"].secret,
    }
    has_door = "ingest" in settings.get("roles", "ingest")
    return HubProcess(HUB, folder, environment, address=store, has_door=has_door)
