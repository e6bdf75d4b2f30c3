"""A stop ends the process whatever its flows do, and what they did not finish is not lost."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.checker import look_at
from tests.hub_process import HubProcess, eventually

HUB = f"{Path(__file__).parent / 'stubborn_hub.py'}:hub"
THREADS = 40
"""More than the loop's own pool has on any machine: every one of its threads is taken."""
SHUTDOWN_S = 0.5
MOST_S = 30.0


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    made = HubProcess(HUB, tmp_path, {})
    yield made
    made.end()


def send(port: int, kind: str, number: int) -> None:
    """One delivery to the stubborn hub, acknowledged."""
    document = {"type": kind, "id": f"evt-{number}", "data": {"n": number}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/in/shop",
        json.dumps(document).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 202


def began(hub: HubProcess) -> int:
    return len(list(hub.folder.glob("began-*")))


@pytest.mark.parametrize(("kind", "count"), [("deaf", 1), ("asleep", 1), ("asleep", THREADS)])
def test_a_flow_that_does_not_end_does_not_keep_the_process(
    hub: HubProcess, kind: str, count: int
) -> None:
    hub.start(shutdown_seconds=SHUTDOWN_S)
    for number in range(count):
        send(hub.port, kind, number)
    eventually(lambda: began(hub) > 0, "nothing began")

    since = time.monotonic()
    code = hub.stop()

    assert code == 0, hub.log.read_text()
    assert time.monotonic() - since < MOST_S
    assert "tieline: stopped\n" in hub.log.read_text()
    looked = look_at(hub.store)
    assert looked.odd == ()
    assert sum(looked.runs.values()) == count
    assert looked.live == count


def test_a_hub_without_such_flows_does_not_wait_for_the_last_resort(hub: HubProcess) -> None:
    hub.start(shutdown_seconds=SHUTDOWN_S)
    send(hub.port, "quick", 1)
    eventually(lambda: began(hub) > 0, "nothing began")

    assert hub.stop() == 0
    assert look_at(hub.store).runs == {"done": 1}
