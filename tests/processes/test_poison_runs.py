"""Poison runs: what ends its process is executed a few times and then held; others go on."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.checker import look_at
from tests.fleet_process import FleetProcess
from tests.hub_process import HubProcess, eventually

HUB = f"{Path(__file__).parent / 'poison_hub.py'}:hub"
WHY = "4 executions in a row ended with their process"


def send(port: int, kind: str, number: int, **data: object) -> None:
    """One delivery, acknowledged."""
    document = {"type": kind, "id": f"evt-{number}", "data": data}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/in/shop",
        json.dumps(document).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 202


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    made = HubProcess(HUB, tmp_path, {})
    yield made
    made.end()


def test_a_run_that_ends_its_process_is_held_and_what_ran_beside_it_is_done(
    hub: HubProcess,
) -> None:
    hub.start()
    for number in range(5):
        send(hub.port, "beside", number)
    send(hub.port, "poison", 9)
    lives = 1
    while hub.wait_for_end() == 7:
        lives += 1
        hub.launch()
        if lives > 4:
            break
    eventually(lambda: look_at(hub.store).live == 1, "those beside it are not done")

    assert lives == 5
    assert look_at(hub.store).runs == {"done": 5, "held": 1}
    assert WHY in hub.log.read_text()
    assert hub.stop() == 0


def test_it_does_not_take_every_process_of_a_fleet_in_turn(
    a_fleet: Callable[..., FleetProcess], sql: Callable[[str], list[Any]]
) -> None:
    fleet = a_fleet(Path(HUB.removesuffix(":hub")))
    fleet.start(2, worker_silent_seconds=2, shutdown_seconds=1)
    send(fleet.port, "poison", 1)

    fleet.until(lambda: sql("SELECT 1 FROM run WHERE state = 'held'"), "it is not held")

    assert fleet.said().count("(exit code 7)") == 4
    assert WHY in sql("SELECT reason FROM run")[0][0]
    assert fleet.stop() == 0
