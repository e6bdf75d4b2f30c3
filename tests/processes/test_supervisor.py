"""Supervisor: real processes die, are replaced one by one, and never outlive who started them."""

import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fleet_process import FleetProcess, is_alive
from tests.ports import free_port
from tests.scenarios.test_stubborn_stop import send

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@pytest.fixture
def fleet(tmp_path: Path, store: str) -> Iterator[FleetProcess]:
    hub = tmp_path / "hub.py"
    hub.write_text((SCENARIOS / "stubborn_hub.py").read_text())
    made = FleetProcess(f"{hub}:hub", tmp_path, store, {})
    yield made
    made.end()


def all_gone(pids: list[int]) -> bool:
    return not any(is_alive(pid) for pid in pids)


def test_a_process_that_dies_is_followed_by_another(fleet: FleetProcess) -> None:
    fleet.start(3, shutdown_seconds=1)
    before = fleet.pids()
    assert sorted(before) == [1, 2, 3]

    os.kill(before[2], signal.SIGKILL)
    fleet.until(lambda: fleet.pids()[2] != before[2], "nobody followed")

    after = fleet.pids()
    assert (after[1], after[3]) == (before[1], before[3])
    assert "tieline: process 2 ended (signal 9); again in " in fleet.said()
    assert fleet.stop() == 0
    assert all_gone(fleet.lives())
    assert fleet.said().endswith("tieline: stopped\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_end_when_the_supervisor_is_told_to(
    fleet: FleetProcess, number: signal.Signals
) -> None:
    fleet.start(2, shutdown_seconds=1)

    fleet.signal(number)

    assert fleet.wait_for_end() == 0
    assert all_gone(fleet.lives())
    for one in (1, 2):
        assert f"tieline[{one}]: stopped\n" in fleet.said()


def test_no_process_outlives_a_supervisor_that_is_killed(fleet: FleetProcess) -> None:
    """Not even those whose flow catches its cancellation, always."""
    fleet.start(2, shutdown_seconds=1)
    for number in range(8):
        send(fleet.port, "deaf", number)
    fleet.until(lambda: len(list(fleet.folder.glob("began-*"))) == 8, "nothing began")

    fleet.signal(signal.SIGKILL)
    fleet.wait_for_end()

    fleet.until(lambda: all_gone(fleet.lives()), "orphans")
    for one in (1, 2):
        assert f"tieline[{one}]: stopped\n" in fleet.said()


def test_a_signal_replaces_the_processes_one_by_one(fleet: FleetProcess) -> None:
    fleet.start(3, shutdown_seconds=1)
    before = fleet.pids()

    fleet.signal(signal.SIGHUP)
    fleet.until(lambda: "tieline: replaced all processes\n" in fleet.said(), "not replaced")

    after = fleet.pids()
    assert not set(before.values()) & set(after.values())
    said = fleet.said().partition("SIGHUP")[2]
    events = [
        (said.index(f"tieline: process {n} is ready"), said.index(f"tieline[{n}]: stopped"))
        for n in (1, 2, 3)
    ]
    flat = [at for pair in events for at in pair]
    assert flat == sorted(flat), "each is ready before the one it follows ends"
    assert fleet.stop() == 0
    assert all_gone(fleet.lives())


def test_metrics_of_each_process_stay_on_their_port_while_it_is_replaced(
    fleet: FleetProcess,
) -> None:
    port = free_port(successive=2)
    fleet.start(2, shutdown_seconds=1, metrics_port=port - 1)

    fleet.signal(signal.SIGHUP)
    fleet.until(lambda: "tieline: replaced all processes\n" in fleet.said(), "not replaced")

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert b"tieline" in answer.read()
    assert fleet.stop() == 0


def test_a_broken_hub_does_not_replace_one_that_works(fleet: FleetProcess) -> None:
    fleet.start(2, shutdown_seconds=1)
    before = fleet.pids()
    (fleet.folder / "hub.py").write_text("raise ValueError('half an edit')")

    fleet.signal(signal.SIGHUP)
    fleet.until(lambda: "did not get ready" in fleet.said(), "nobody complained")

    assert fleet.pids() == before
    assert all(is_alive(pid) for pid in before.values())
    assert fleet.stop() == 0


def test_a_hub_that_cannot_be_loaded_is_not_started_for_ever(fleet: FleetProcess) -> None:
    (fleet.folder / "hub.py").write_text("raise ValueError('half an edit')")
    fleet.begin(4)

    assert fleet.wait_for_end() == 2
    assert fleet.said().count("half an edit") == 1
    assert "process 1 cannot start as the hub is configured" in fleet.said()


def test_one_that_breaks_while_others_work_is_given_up_after_a_few_times(
    fleet: FleetProcess,
) -> None:
    fleet.start(2, shutdown_seconds=1)
    (fleet.folder / "hub.py").write_text("raise ValueError('half an edit')")
    os.kill(fleet.pids()[2], signal.SIGKILL)

    assert fleet.wait_for_end() == 2
    assert fleet.said().count("half an edit") == 3
    assert all_gone(fleet.lives())


def test_a_store_that_is_a_file_has_one_process(fleet: FleetProcess) -> None:
    fleet.store = str(fleet.folder / "tieline.db")
    fleet.begin(2)

    assert fleet.wait_for_end() == 2
    assert "processes is 2; a store that is a file has one process" in fleet.said()


def test_only_the_first_process_has_the_console(fleet: FleetProcess) -> None:
    fleet.start(3, shutdown_seconds=1)

    assert fleet.said().count("console: http://") == 1
    assert "tieline[1]: console: http://" in fleet.said()
    assert fleet.stop() == 0


def test_processes_that_could_only_serve_the_console_are_refused(fleet: FleetProcess) -> None:
    fleet.begin(2, "--roles", "console")

    assert fleet.wait_for_end() == 2
    assert "only one process can serve the console" in fleet.said()
