"""Two releases on one store: workers of an earlier commit and of this one share all the work."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests import postgres_server
from tests.checker import look_at_database
from tests.faults.town import HUB, history_of
from tests.faults.traffic import LANES, Traffic
from tests.faults.verdict import verdict
from tests.hub_process import HubProcess, eventually
from tests.processes.old_release import (
    OldRelease,
    checked_out,
    last_commit,
    older,
    oldest_that_may_work_beside,
)

from tieline_sim.launch import launch_all
from tieline_sim.steering import Sim

FIRST = 1_000
EACH = 40
SLOW = {"kind": "slow", "match": {"path_prefix": "/entries"}, "params": {"seconds": 0.3}}
"""So that a stop finds runs in a worker's hands, and others waiting behind them."""
REVISIONS: Mapping[str, Callable[[], str]] = {
    "last-commit": last_commit,
    "oldest": oldest_that_may_work_beside,
}


@dataclass(slots=True)
class Pair:
    """Two hubs of different releases, and vendors between which they stand."""

    new: HubProcess
    old: HubProcess
    release: OldRelease
    vendors: Mapping[str, Sim]
    store: str
    sent: int = 0

    def start(self, hub: HubProcess) -> None:
        hub.start(shutdown_seconds=5)
        assert not hub.has_ended, hub.log.read_text()[-3000:]

    def deliver(self, hub: HubProcess) -> None:
        """Some events at the door of *hub*, acknowledged when it returns."""
        sender = self.vendors["payments"]
        sender.target(f"http://127.0.0.1:{hub.port}/in/billing", max_attempts=50)
        sender.generate("invoice.paid", EACH, start_number=FIRST + self.sent, spread=LANES)
        self.sent += EACH
        assert sender.idle(60), self.last_words()

    def drain(self) -> None:
        try:
            eventually(lambda: look_at_database(self.store).live == 0, "not drained")
        except TimeoutError:
            raise TimeoutError(
                f"{look_at_database(self.store).stands()}\n{self.last_words()}"
            ) from None

    def last_words(self) -> str:
        return "\n".join(hub.log.read_text()[-3000:] for hub in (self.new, self.old))

    def verdict(self) -> list[str]:
        history = history_of(self.vendors, self.store)
        assert len(history.sent) == self.sent
        return verdict(history)


@contextmanager
def a_pair(revision: str, tmp_path: Path, store: str) -> Iterator[Pair]:
    """Two hubs that are not started yet, the old one with the code of *revision*."""
    release = checked_out(revision, tmp_path / "old-release")
    with ExitStack() as at_end:
        vendors = at_end.enter_context(launch_all())
        environment = {
            "BOOKS_URL": vendors["books"].url,
            "PAYMENTS_URL": vendors["payments"].url,
            "TIELINE_SECRET_BILLING_SIGNING": vendors["payments"].secret,
        }
        hubs = []
        for name, more in (("new", {}), ("old", release.environment)):
            (tmp_path / name).mkdir()
            hub = HubProcess(HUB, tmp_path / name, {**environment, **more}, address=store)
            at_end.callback(hub.end)
            hubs.append(hub)
        hubs[1].knows = release.settings()
        yield Pair(hubs[0], hubs[1], release, vendors, store)


@pytest.fixture(params=list(REVISIONS))
def pair(request: pytest.FixtureRequest, tmp_path: Path, store: str) -> Iterator[Pair]:
    """Over a store with today's schema."""
    with a_pair(older(REVISIONS[request.param]), tmp_path, store) as made:
        yield made


@pytest.fixture
def old_pair(tmp_path: Path) -> Iterator[Pair]:
    """Over a store without any tables, and with the oldest release."""
    revision = older(oldest_that_may_work_beside)
    server = postgres_server.shared()
    name = f"tl_bare_{uuid4().hex[:12]}"
    asyncio.run(server.ask(f"CREATE DATABASE {name}"))
    with a_pair(revision, tmp_path, server.url(name)) as made:
        yield made
    asyncio.run(server.ask(f"DROP DATABASE {name} WITH (FORCE)"))


def test_workers_of_two_releases_share_the_work_and_finish_it_without_the_other(
    pair: Pair,
) -> None:
    pair.start(pair.new)  # which brings the schema up to date
    pair.start(pair.old)
    pair.deliver(pair.old)
    pair.deliver(pair.new)
    pair.drain()

    pair.vendors["books"].faults([SLOW])
    pair.deliver(pair.new)
    assert pair.new.stop() == 0  # what it had in its hands is now the old one's
    pair.vendors["books"].clear_faults()
    pair.deliver(pair.old)
    pair.drain()

    pair.start(pair.new)
    pair.vendors["books"].faults([SLOW])
    pair.deliver(pair.old)
    assert pair.old.stop() == 0  # and the other way round
    pair.vendors["books"].clear_faults()
    pair.drain()

    assert pair.new.stop() == 0
    assert pair.verdict() == []


def test_an_old_hub_starts_on_a_schema_that_is_newer_than_it(pair: Pair) -> None:
    """An older process that is started again while a release is rolled out."""
    pair.start(pair.new)
    assert pair.new.stop() == 0

    pair.start(pair.old)
    pair.deliver(pair.old)
    pair.drain()
    assert pair.old.stop() == 0

    assert pair.verdict() == []


def test_a_new_release_changes_the_schema_under_the_feet_of_an_old_one_at_work(
    old_pair: Pair,
) -> None:
    """A release is rolled out under load: migrations, then the door, then the last old worker."""
    pair, sender = old_pair, old_pair.vendors["payments"]
    patient: dict[str, Any] = {
        "max_attempts": 2000,
        "first_wait_seconds": 0.05,
        "longest_wait_seconds": 0.5,
        "timeout_seconds": 5.0,
        "concurrency": 16,
    }

    def until_some_more() -> None:
        last = int(sender.stats()["effects"]) + 40
        eventually(lambda: int(sender.stats()["effects"]) >= last, "nothing is done")

    pair.start(pair.old)
    sender.target(f"http://127.0.0.1:{pair.old.port}/in/billing", **patient)
    traffic = Traffic(sender)
    traffic.start()
    until_some_more()

    pair.start(pair.new)
    until_some_more()
    assert not pair.old.has_ended
    sender.target(f"http://127.0.0.1:{pair.new.port}/in/billing", **patient)
    until_some_more()
    assert pair.old.stop() == 0
    until_some_more()

    traffic.stop()
    assert sender.idle(60), pair.last_words()
    pair.drain()
    assert pair.new.stop() == 0
    pair.sent = traffic.offered
    assert pair.verdict() == []
