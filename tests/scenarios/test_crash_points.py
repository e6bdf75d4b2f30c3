"""Crash points: a hub is killed at every named place under traffic; nothing is lost or doubled."""

import calendar
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import apsw
import pytest
from tests import soak
from tests.hub_process import HubProcess, eventually
from tests.street import a_street

from tieline.ports.crash_points import POINTS
from tieline_sim.launch import launch_all
from tieline_sim.steering import Sim

AT_STOP = ("checkpoint.before", "checkpoint.after", "give-back.before", "give-back.after")
AT_FIRING = ("fire.before", "fire.after")
UNDER_TRAFFIC = tuple(point for point in POINTS if point not in {*AT_STOP, *AT_FIRING})
FIRST = {
    "early": 1,
    "late": 1_000,
    "stop": 2_000,
    "fire": 3_000,
    "kill": 4_000,
    "term": 5_000,
    "replay": 6_000,
}


@pytest.fixture(scope="module")
def vendors() -> Iterator[Mapping[str, Sim]]:
    """One process for all of this module."""
    with launch_all() as sims:
        yield sims


def must_have_died(hub: HubProcess, point: str) -> None:
    """Nobody but the crash point sends SIGKILL."""
    code = hub.wait_for_end()
    assert code == -signal.SIGKILL, f"{point}: exit code {code}\n{hub.log.read_text()[-2000:]}"


@pytest.mark.parametrize("when", ["early", "late"])
def test_a_hub_that_dies_at_any_point_loses_and_doubles_nothing(
    tmp_path: Path, vendors: Mapping[str, Sim], when: str
) -> None:
    """Each life is killed at another point while it works off what the ones before it left."""
    with a_street(tmp_path, vendors, FIRST[when]) as street:
        for at, point in enumerate(UNDER_TRAFFIC):
            occurrence = 1 if when == "early" else 3 + at % 4
            street.traffic()
            street.hub.start(crash_at=f"{point}:{occurrence}")
            must_have_died(street.hub, f"{point}:{occurrence}")
            street.looked()
        street.hub.start()
        street.drain()
        assert street.hub.stop() == 0
        wrong, looked = street.verdict()

    assert wrong == [], looked.stands()


def test_a_hub_that_dies_while_it_stops_loses_and_doubles_nothing(
    tmp_path: Path, vendors: Mapping[str, Sim]
) -> None:
    slow = {"kind": "slow", "match": {"path_prefix": "/entries"}, "params": {"seconds": 0.5}}
    with a_street(tmp_path, vendors, FIRST["stop"]) as street:
        for point in AT_STOP:
            vendors["books"].faults([slow])
            street.traffic()
            street.hub.start(crash_at=point, shutdown_seconds=0.01)
            eventually(lambda: bool(street.looked().runs.get("running")), "nothing runs")
            street.hub.signal(signal.SIGTERM)
            must_have_died(street.hub, point)
            vendors["books"].clear_faults()
        street.hub.start()
        street.drain()
        assert street.hub.stop() == 0
        wrong, looked = street.verdict()

    assert wrong == [], looked.stands()


def test_a_hub_that_dies_while_a_schedule_fires_fires_it_once(
    tmp_path: Path, vendors: Mapping[str, Sim]
) -> None:
    with a_street(tmp_path, vendors, FIRST["fire"]) as street:
        street.hub.start()
        assert street.hub.stop() == 0
        due = _make_due(street.hub.store)
        for point in AT_FIRING:
            street.hub.start(crash_at=point)
            must_have_died(street.hub, point)
            _make_due(street.hub.store)
        street.hub.start()
        eventually(lambda: street.looked().runs == {"done": 1}, "it does not fire")
        assert street.hub.stop() == 0

        assert len(vendors["books"].ledger(due)) == 1


def _make_due(store: Path) -> str:
    """Move the yearly schedule, of a stopped hub, to the first of January just past."""
    now = time.gmtime()
    at_us = calendar.timegm((now.tm_year, 1, 1, 0, 0, 0)) * 1_000_000
    connection = apsw.Connection(str(store))
    connection.execute("UPDATE schedule SET next_us = ?", (at_us,))
    connection.close()
    return f"{now.tm_year}-01-01T00:00:00+00:00"


def test_a_hub_that_is_killed_at_random_loses_and_doubles_nothing(
    tmp_path: Path, vendors: Mapping[str, Sim]
) -> None:
    """Under load, and once with a backlog that a paused vendor has made."""
    seed = soak.seed()
    chance = Random(seed)
    slow = {"kind": "slow", "match": {"path_prefix": "/entries"}, "params": {"seconds": 0.3}}
    with a_street(tmp_path, vendors, FIRST["kill"]) as street:
        for life in range(soak.times(6)):
            street.traffic(20)
            if life % 6 == 3:
                vendors["books"].faults([slow])
            street.hub.start()
            time.sleep(chance.uniform(0.0, 0.6))
            street.hub.kill()
            if street.hub.store.exists():
                street.looked()
        vendors["books"].clear_faults()
        street.hub.start()
        street.drain()
        assert street.hub.stop() == 0
        wrong, looked = street.verdict()

    assert wrong == [], f"seed {seed}: {looked.stands()}"


def test_a_hub_that_is_stopped_and_paused_while_busy_loses_and_doubles_nothing(
    tmp_path: Path, vendors: Mapping[str, Sim]
) -> None:
    with a_street(tmp_path, vendors, FIRST["term"]) as street:
        for shutdown_seconds in (0.01, 5.0):
            street.traffic(30)
            street.hub.start(shutdown_seconds=shutdown_seconds)
            eventually(lambda: street.looked().runs.get("done", 0) > 3, "nothing is done")
            street.hub.signal(signal.SIGSTOP)
            time.sleep(0.5)
            street.hub.signal(signal.SIGCONT)
            assert street.hub.stop() == 0
            assert "running" not in street.looked().runs
        street.hub.start()
        street.drain()
        assert street.hub.stop() == 0
        wrong, looked = street.verdict()

    assert wrong == [], looked.stands()


@pytest.mark.parametrize("point", ["commit.before", "commit.after"])
def test_a_hub_that_dies_while_it_replays_finishes_the_replay_and_makes_nothing_again(
    tmp_path: Path, vendors: Mapping[str, Sim], point: str
) -> None:
    first = FIRST["replay"] + (500 if point == "commit.after" else 0)
    again = ["replay", "run", "--flow", "settle", "--source", "billing", "-y", "--no-wait"]
    with a_street(tmp_path, vendors, first) as street:
        street.traffic(20)
        street.hub.start()
        street.drain()
        street.hub.command(*again, "--per-second", "20", "--reason", "a test")
        street.hub.kill()
        street.hub.start(crash_at=f"{point}:9")
        must_have_died(street.hub, f"{point}:9")
        street.hub.start()
        eventually(lambda: street.looked().replayed == 20, "the replay does not go on")
        street.drain()
        assert street.hub.stop() == 0
        wrong, looked = street.verdict()

    assert wrong == [], looked.stands()
    assert looked.replayed == 20


def test_every_point_is_in_one_of_these_stories() -> None:
    assert sorted((*UNDER_TRAFFIC, *AT_STOP, *AT_FIRING)) == sorted(POINTS)
