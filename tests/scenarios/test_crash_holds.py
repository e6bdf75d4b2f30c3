"""Crashes around a hold: a hub dies where a yes could be lost; none is lost, none counts twice."""

import json
import signal
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.hub_process import HubProcess, eventually

HUB = Path(__file__).with_name("held_hub.py")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    made = HubProcess(f"{HUB}:hub", tmp_path, {"TIELINE_TEST_BOOK": str(tmp_path / "book")})
    yield made
    made.end()


def deliver(hub: HubProcess) -> None:
    """One order; whoever dies of it may not answer."""
    body = json.dumps({"type": "order.placed", "id": "ord-1", "data": {}}).encode()
    address = f"http://127.0.0.1:{hub.port}/in/shop"
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    with suppress(OSError):
        urllib.request.urlopen(request, timeout=20).close()


def run(hub: HubProcess) -> tuple[str, str]:
    """Id and state of the only run."""
    with closing(sqlite3.connect(f"file:{hub.store}?mode=ro", uri=True)) as store:
        (found,) = store.execute("SELECT id, state FROM run").fetchall()
    return str(found[0]), str(found[1])


def must_have_died(hub: HubProcess) -> None:
    """Nobody but the crash point sends SIGKILL."""
    assert hub.wait_for_end() == -signal.SIGKILL, hub.log.read_text()[-2000:]


def let_through(hub: HubProcess, words: str) -> None:
    """A life in which the run is held; then a person lets it pass."""
    hub.start()
    eventually(lambda: run(hub)[1] == "held", "it is not held")
    hub.kill()
    hub.command("held", "resolve", run(hub)[0], "--continue", "--reason", words)


def test_a_yes_is_neither_lost_nor_counted_twice(hub: HubProcess, tmp_path: Path) -> None:
    hub.start(crash_at="settle.before:1")
    deliver(hub)
    must_have_died(hub)

    let_through(hub, "one")
    hub.launch(crash_at="step.before-record:1")
    must_have_died(hub)
    hub.launch(crash_at="settle.before:1")
    must_have_died(hub)
    let_through(hub, "two")

    hub.start()
    eventually(lambda: run(hub)[1] == "done", "it does not end behind its holds")
    book = (tmp_path / "book").read_text(encoding="utf-8").splitlines()
    said = {line.partition(":")[0]: line.rpartition(": ")[2] for line in book}
    assert said == {"first": "one", "second": "two"}
    assert len(set(book)) == len(said), "a repeat says what was said first"
