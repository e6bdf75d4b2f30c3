"""What only one process has to do is done by one, and by another when that one dies."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fleet_process import FleetProcess, is_alive

SILENT_S = 3.0
TICK_S = 100.0
"""A minute may just have begun when a test starts, and the machine may be busy."""
HOLDER = "SELECT w.pid FROM duty AS d JOIN worker AS w ON w.id = d.worker WHERE w.beat_us > 0"
FIRED = "SELECT identity FROM event WHERE source = 'schedule:minutely'"

Sql = Callable[[str], list[Any]]


def holder(sql: Sql) -> int:
    """The process that has the duty; 0: nobody."""
    rows = sql(HOLDER)
    return int(rows[0][0]) if rows else 0


def test_one_process_has_the_duty_and_one_event_comes_of_a_tick_and_a_kill_passes_both_on(
    a_fleet: Callable[..., FleetProcess], sql: Sql
) -> None:
    fleet = a_fleet(Path(__file__).parent / "minutely_hub.py")
    fleet.start(4, worker_silent_seconds=SILENT_S, shutdown_seconds=1)
    fleet.until(lambda: holder(sql) in fleet.pids().values(), "nobody has the duty")
    first = holder(sql)

    os.kill(first, signal.SIGKILL)

    fleet.until(lambda: holder(sql) != first and is_alive(holder(sql)), "it did not pass on")
    fleet.until(
        lambda: not sql(f"SELECT 1 FROM worker WHERE pid = {first}"), "nobody swept what it left"
    )
    fleet.until(lambda: len(sql("SELECT 1 FROM worker")) == 4, "nobody took its place")

    give_up = time.monotonic() + TICK_S
    while not (fired := sql(FIRED)):
        assert time.monotonic() < give_up, fleet.said()
        time.sleep(0.05)
    time.sleep(2.0)  # for the other three to do what they should not
    again = sql(FIRED)
    assert fleet.stop() == 0

    minutes = {identity for (identity,) in again}
    assert len(again) == len(minutes) <= len(fired) + 1
    assert sql("SELECT count(*) FROM run")[0][0] == len(again)
    (schedule,) = sql("SELECT missed FROM schedule")
    assert schedule == (0,)


def test_a_stop_gives_the_duty_away_at_once(a_fleet: Callable[..., FleetProcess], sql: Sql) -> None:
    """With the usual half minute of silence, a duty that lapses would take a quarter of one."""
    fleet = a_fleet(Path(__file__).parent / "minutely_hub.py")
    fleet.start(2, shutdown_seconds=1)
    fleet.until(lambda: holder(sql) in fleet.pids().values(), "nobody has the duty")

    assert fleet.stop() == 0

    (left_us,) = sql("SELECT until_us - extract(epoch FROM now()) * 1000000 FROM duty")[0]
    assert left_us <= 0


def test_a_list_of_workers_says_what_each_of_them_is(
    a_fleet: Callable[..., FleetProcess], sql: Sql
) -> None:
    fleet = a_fleet(Path(__file__).parent / "minutely_hub.py")
    fleet.start(2, "--roles", "worker,scheduler,console", shutdown_seconds=1)

    rows = sql("SELECT pid, roles, version, host, about FROM worker")
    assert fleet.stop() == 0

    said = {pid: roles for pid, roles, *_ in rows}
    pids = fleet.pids()
    assert said == {pids[1]: "worker,scheduler,console", pids[2]: "worker,scheduler"}
    for pid, _, version, host, about in rows:
        assert version
        assert about == f"{host} pid {pid}"
