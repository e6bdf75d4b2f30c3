"""A rolling restart under load: nothing that was acknowledged is lost, no effect is made twice."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from tests.checker import look_at_database
from tests.faults.town import HUB, history_of
from tests.faults.traffic import Traffic
from tests.faults.verdict import verdict
from tests.fleet_process import FleetProcess

from tieline_sim.launch import launch_all
from tieline_sim.steering import Sim

SETTINGS = {"worker_silent_seconds": 4, "shutdown_seconds": 3}


@pytest.fixture
def vendors() -> Iterator[Mapping[str, Sim]]:
    with launch_all() as sims:
        yield sims


@pytest.fixture
def fleet(
    vendors: Mapping[str, Sim], a_fleet: Callable[..., FleetProcess]
) -> Iterator[FleetProcess]:
    made = a_fleet(
        Path(HUB.rpartition(":")[0]),
        BOOKS_URL=vendors["books"].url,
        PAYMENTS_URL=vendors["payments"].url,
        TIELINE_SECRET_BILLING_SIGNING=vendors["payments"].secret,
    )
    made.start(3, **SETTINGS)
    vendors["payments"].target(
        f"http://127.0.0.1:{made.port}/in/billing",
        max_attempts=2000,
        first_wait_seconds=0.05,
        longest_wait_seconds=0.5,
        timeout_seconds=5.0,
        concurrency=32,
    )
    yield made
    made.end()


def effects(vendors: Mapping[str, Sim]) -> int:
    return int(vendors["payments"].stats()["effects"])


def until_some_more(fleet: FleetProcess, vendors: Mapping[str, Sim], count: int = 20) -> None:
    before = effects(vendors)
    fleet.until(lambda: effects(vendors) >= before + count, "nothing is done any more")


def must_be_sound(fleet: FleetProcess, vendors: Mapping[str, Sim], traffic: Traffic) -> None:
    """Everything has come through, once, in order."""
    traffic.stop()
    assert vendors["payments"].idle(60), fleet.said()[-3000:]
    fleet.until(lambda: look_at_database(fleet.store).live == 0, "not drained")
    assert fleet.stop() == 0, fleet.said()[-3000:]
    history = history_of(vendors, fleet.store)
    assert len(history.sent) == traffic.offered > 0
    assert verdict(history) == []


def test_processes_that_are_replaced_one_by_one_under_load_lose_and_double_nothing(
    fleet: FleetProcess, vendors: Mapping[str, Sim]
) -> None:
    traffic = Traffic(vendors["payments"])
    traffic.start()
    until_some_more(fleet, vendors)
    first = fleet.pids()

    for turn in (1, 2):
        fleet.signal(signal.SIGHUP)
        fleet.until(
            lambda turn=turn: fleet.said().count("tieline: replaced all processes\n") == turn,  # type: ignore[misc]
            "not replaced",
        )
        until_some_more(fleet, vendors)

    assert not set(first.values()) & set(fleet.pids().values())
    must_be_sound(fleet, vendors, traffic)
    by_status = vendors["payments"].stats()["sender"]["by_status"]
    assert not [status for status in by_status if status.startswith("5")], by_status


def test_processes_that_are_killed_under_load_are_replaced_and_lose_nothing(
    fleet: FleetProcess, vendors: Mapping[str, Sim]
) -> None:
    chance = Random(7)
    traffic = Traffic(vendors["payments"])
    traffic.start()
    for _ in range(5):
        until_some_more(fleet, vendors, 10)
        number = chance.choice(sorted(fleet.pids()))
        gone = fleet.pids()[number]
        os.kill(gone, signal.SIGKILL)
        fleet.until(lambda: fleet.pids()[number] != gone, "nobody followed")  # noqa: B023
    must_be_sound(fleet, vendors, traffic)


def test_a_supervisor_that_is_killed_under_load_is_started_again_and_nothing_is_lost(
    fleet: FleetProcess, vendors: Mapping[str, Sim]
) -> None:
    traffic = Traffic(vendors["payments"])
    traffic.start()
    until_some_more(fleet, vendors)

    fleet.signal(signal.SIGKILL)
    fleet.wait_for_end()
    fleet.until(lambda: fleet.said().count(": stopped\n") == 3, "orphans")
    fleet.start(3, **SETTINGS)

    until_some_more(fleet, vendors)
    must_be_sound(fleet, vendors, traffic)
