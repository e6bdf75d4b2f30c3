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


def test_a_flow_that_blocks_its_process_is_named_with_its_line_while_it_does(
    hub: HubProcess,
) -> None:
    hub.start()
    send(hub.port, "blocking", 1, seconds=6)
    send_later = "flow blocking (run_"

    eventually(lambda: send_later in hub.log.read_text(), "the log does not name it")
    doctor = hub.command("doctor", check=False)

    lines = (Path(__file__).parent / "poison_hub.py").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "time.sleep(" in text)
    assert f"poison_hub.py:{line}, in blocking; await it" in hub.log.read_text()
    assert f"poison_hub.py:{line}, in blocking; await it" in doctor
    eventually(lambda: look_at(hub.store).runs == {"done": 1}, "it does not go on")
    assert hub.stop() == 0


def test_neither_takes_every_process_of_a_fleet_in_turn(
    a_fleet: Callable[..., FleetProcess], sql: Callable[[str], list[Any]]
) -> None:
    fleet = a_fleet(Path(HUB.removesuffix(":hub")))
    fleet.start(2, worker_silent_seconds=2, shutdown_seconds=1)
    held = "SELECT reason FROM run WHERE state = 'held' AND flow = '{}'"
    send(fleet.port, "poison", 1)
    fleet.until(lambda: sql(held.format("poison")), "it is not held")
    assert WHY in sql(held.format("poison"))[0][0]

    send(fleet.port, "blocking", 2, seconds=6)
    fleet.until(lambda: sql(held.format("blocking")), "what blocks is not held")

    assert fleet.said().count("(exit code 7)") == 4
    assert "in blocking; await it" in sql(held.format("blocking"))[0][0]
    fleet.end()
