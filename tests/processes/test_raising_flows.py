"""Raising flows: what ends Python itself ends the run that raised it, and nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.checker import look_at
from tests.hub_process import HubProcess, eventually
from tests.processes.raising_hub import KINDS
from tests.processes.test_poison_runs import send

HUB = f"{Path(__file__).parent / 'raising_hub.py'}:hub"
PLACES = ("body", "step", "task", "orphan")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    made = HubProcess(HUB, tmp_path, {})
    yield made
    made.end()


def test_no_error_ends_the_hub_and_each_run_has_its_end(hub: HubProcess) -> None:
    hub.start(shutdown_seconds=1)
    wanted: dict[str, list[str]] = {}
    for number, (place, error) in enumerate((p, e) for p in PLACES for e in KINDS):
        send(hub.port, place, number, error=error)
        wanted.setdefault(place, []).append("done" if place == "orphan" else error)
    eventually(lambda: hub.has_ended or look_at(hub.store).live == 0, "a run has no end")

    rows = apsw.Connection(str(hub.store), flags=apsw.SQLITE_OPEN_READONLY).execute(
        "SELECT r.flow, coalesce(d.kind, r.state) FROM run AS r "
        "LEFT JOIN dead AS d ON d.run_id = r.id ORDER BY r.id"
    )
    found: dict[str, list[str]] = {}
    for flow, kind in rows:
        found.setdefault(flow, []).append(kind)
    assert found == wanted
    assert hub.log.read_text().count("tieline: a flow raised KeyboardInterrupt: enough") >= 2
    assert hub.stop() == 0


BLOCKED = """
import asyncio, os, signal, threading, time
from tieline.compose.service import told_to_stop
{loop}

async def main():
    told_to_stop(lambda: os._exit(7))
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
    time.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("loop", ["", "import uvloop; uvloop.install()"], ids=["asyncio", "uvloop"])
def test_a_signal_is_heard_while_a_flow_blocks_the_loop(loop: str) -> None:
    """The last resort is armed by the signal itself, whatever the loop does."""
    source = BLOCKED.format(loop=loop)
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", source], check=False, timeout=30)

    assert ended.returncode == 7
