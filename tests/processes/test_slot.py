"""Slot: small real processes that misbehave in every way are kept, replaced and ended."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest
from tests.fleet_process import is_alive

from tieline.adapters.system.child import MOST_MISSED
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.listening import SharedAddress
from tieline.compose.fleet.slot import Slot, SlotParts

PATIENCE_S = 30.0
BEGIN = """
import os, signal, socket, sys, time
line = socket.socket(fileno=os.dup(0))
"""
GOOD = BEGIN + "line.sendall(b'ready\\n'); time.sleep(60)"
DEAF = (
    BEGIN
    + "signal.signal(signal.SIGTERM, signal.SIG_IGN); line.sendall(b'ready\\n')"
    + ("\nwhile True: time.sleep(60)")
)
MISTAKEN = BEGIN + "sys.exit(2)"
SHORT = BEGIN + "line.sendall(b'ready\\n'); sys.exit(4)"
HUNG_UP = BEGIN + "line.close(); os.close(0); time.sleep(60)"
HANGS = BEGIN + (
    "line.sendall(b'ready\\n')\n"
    "for _ in range(20): line.sendall(b'.'); time.sleep(0.02)\n"
    "time.sleep(60)"
)
BEATS = BEGIN + "line.sendall(b'ready\\n')\nwhile True: line.sendall(b'.'); time.sleep(0.02)"
GRANDCHILD = BEGIN + (
    "import subprocess\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'])\n"
    "sys.exit(4)"
)


COMES_LATE = (
    BEGIN
    + """
while not os.path.exists(os.environ["MAY_START"]): time.sleep(0.01)
door = socket.socket(fileno=int(os.environ["DOOR"]))
door.listen(8)
line.sendall(b"ready\\n")
while True: door.accept()[0].close()
"""
)


@dataclass(slots=True)
class Rig:
    """A slot and what it says."""

    slot: Slot
    stop: asyncio.Event
    said: list[str] = field(default_factory=list)

    async def until(self, is_so: Callable[[], object]) -> None:
        last = asyncio.get_running_loop().time() + PATIENCE_S
        while not is_so():
            assert asyncio.get_running_loop().time() < last, self.said
            await asyncio.sleep(0.01)


def a_rig(
    script: str,
    stop_s: float = PATIENCE_S,
    look_s: float = PATIENCE_S,
    addresses: Mapping[str, SharedAddress] = MappingProxyType({}),
    **environment: str,
) -> Rig:
    stop, said = asyncio.Event(), list[str]()
    around = SlotParts(
        [sys.executable, "-c", script],
        {},
        SystemClock(),
        lambda: 0.0,
        said.append,
        stop,
        stop_s,
        look_s,
    )
    return Rig(Slot(7, around, environment, addresses), stop, said)


async def test_a_process_that_does_not_stop_in_time_is_killed() -> None:
    rig = a_rig(DEAF, stop_s=0.3)
    keeping = asyncio.create_task(rig.slot.keep())
    await rig.until(lambda: rig.slot.pid)
    pid = rig.slot.pid
    assert pid is not None

    rig.stop.set()
    await rig.slot.end()
    await asyncio.wait_for(keeping, PATIENCE_S)

    assert not is_alive(pid)
    assert "process 7 did not stop in time: killed" in rig.said
    assert rig.slot.codes == [-9]


async def test_a_process_that_stops_when_asked_is_not_killed() -> None:
    rig = a_rig(GOOD)
    keeping = asyncio.create_task(rig.slot.keep())
    await rig.until(lambda: rig.slot.pid)

    rig.stop.set()
    await rig.slot.end()
    await asyncio.wait_for(keeping, PATIENCE_S)

    assert rig.slot.codes == [-15]


async def test_a_door_is_open_while_somebody_is_behind_it(tmp_path: Path) -> None:
    address, may_start = SharedAddress("127.0.0.1", 0), tmp_path / "go"
    rig = a_rig(COMES_LATE, addresses={"DOOR": address}, MAY_START=str(may_start))
    keeping = asyncio.create_task(rig.slot.keep())

    def is_open() -> bool:
        try:
            socket.create_connection(("127.0.0.1", address.port), 1).close()
        except ConnectionRefusedError:
            return False
        return True

    await asyncio.sleep(0)
    assert not is_open()
    may_start.touch()
    await rig.until(lambda: rig.slot.pid)
    assert is_open()

    may_start.unlink()
    assert rig.slot.pid is not None
    os.kill(rig.slot.pid, signal.SIGKILL)
    await rig.until(lambda: any("ended (signal 9)" in line for line in rig.said))
    assert not is_open(), "the next one is not ready"
    may_start.touch()
    await rig.until(lambda: rig.slot.pid)
    assert is_open()

    rig.stop.set()
    await rig.slot.end()
    assert not is_open()
    await asyncio.wait_for(keeping, PATIENCE_S)
    address.close()


async def test_waits_grow_while_a_process_ends_as_soon_as_it_is_ready() -> None:
    rig = a_rig(SHORT)
    keeping = asyncio.create_task(rig.slot.keep())
    await rig.until(lambda: sum("ended" in line for line in rig.said) == 4)

    rig.stop.set()
    await rig.slot.end()
    await asyncio.wait_for(keeping, PATIENCE_S)

    waits = [line.rpartition("again in ")[2] for line in rig.said if "ended" in line]
    assert waits == ["0.1 s", "0.2 s", "0.4 s", "0.8 s"]
    assert rig.slot.hopeless_code is None


async def test_a_mistake_at_the_very_start_is_hopeless() -> None:
    rig = a_rig(MISTAKEN)

    await asyncio.wait_for(rig.slot.keep(), PATIENCE_S)

    assert rig.slot.hopeless_code == 2
    assert not rig.slot.was_ready.is_set()


@pytest.mark.parametrize("script", [HUNG_UP, GRANDCHILD], ids=["hung-up", "line-inherited"])
async def test_a_process_that_cannot_get_ready_any_more_is_not_waited_for(script: str) -> None:
    rig = a_rig(script)
    keeping = asyncio.create_task(rig.slot.keep())

    await rig.until(lambda: any("ended" in line for line in rig.said))

    rig.stop.set()
    await rig.slot.end()
    await asyncio.wait_for(keeping, PATIENCE_S)
    assert not rig.slot.was_ready.is_set()


async def test_a_new_process_is_ready_before_the_old_one_is_ended() -> None:
    rig = a_rig(GOOD)
    keeping = asyncio.create_task(rig.slot.keep())
    await rig.until(lambda: rig.slot.pid)
    before = rig.slot.pid

    assert await rig.slot.renew()

    assert before is not None
    assert rig.slot.pid not in {None, before}
    assert not is_alive(before)
    assert not any("ended" in line for line in rig.said), "it was not taken for a death"
    rig.stop.set()
    await rig.slot.end()
    await asyncio.wait_for(keeping, PATIENCE_S)


async def test_an_empty_slot_is_renewed_by_whoever_comes_next() -> None:
    assert await a_rig(GOOD).slot.renew()


async def test_a_process_that_beats_no_more_is_killed_and_followed() -> None:
    rig = a_rig(HANGS, look_s=0.1)
    keeping = asyncio.create_task(rig.slot.keep())

    await rig.until(lambda: sum("is ready" in line for line in rig.said) == 2)

    assert any("hangs" in line for line in rig.said)
    assert any("ended (signal 9)" in line for line in rig.said)
    rig.stop.set()
    await rig.slot.end()
    await asyncio.wait_for(keeping, PATIENCE_S)


@pytest.mark.parametrize("script", [BEATS, GOOD], ids=["beats", "of-a-release-that-never-does"])
async def test_a_process_that_beats_or_never_did_is_left_alone(script: str) -> None:
    rig = a_rig(script, look_s=0.1)
    keeping = asyncio.create_task(rig.slot.keep())
    await rig.until(lambda: rig.slot.pid)
    first = rig.slot.pid

    await asyncio.sleep(0.1 * MOST_MISSED * 3)

    assert rig.slot.pid == first
    rig.stop.set()
    await rig.slot.end()
    await asyncio.wait_for(keeping, PATIENCE_S)
