"""Kills: processes of every role, and their supervisor, are killed at moments nobody chose."""

import time
from collections.abc import Mapping
from pathlib import Path

import psutil  # type: ignore[import-untyped, unused-ignore]
from tests.faults.cluster import Cluster
from tests.faults.town import Town, a_town, long_s

KILLED_FOR_S = 25.0
"""Two or three rounds; `make soak` goes on for minutes."""
SUPERVISOR, DOOR, WORKER = range(3)
ROLES: Mapping[int, Mapping[str, object]] = {
    SUPERVISOR: {"processes": 2},
    DOOR: {"roles": "ingest"},
    WORKER: {"roles": "worker,scheduler"},
}
"""One machine with a supervisor over two processes, one with a door, one that only works."""

OFTEN = ("a door", "a worker", "a door", "a process of a supervisor", "a worker") * 2
"""In each round, in any order; then the supervisor, which takes a while to come back."""


def test_processes_of_every_role_that_are_killed_over_and_over_lose_and_double_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    with a_town(tmp_path, cluster, of_each=lambda number: ROLES[number]) as town:
        town.settle_down()
        blows = dict.fromkeys((*OFTEN, "a supervisor"), 0)
        begun = town.since_now()
        while town.since_now() < begun + long_s(KILLED_FOR_S):
            for victim in (*town.chance.sample(OFTEN, len(OFTEN)), "a supervisor"):
                time.sleep(town.chance.uniform(0.2, 2.0))
                blows[victim] += _strike(town, victim)
                town.revive()

        town.note(f"killed in {town.since_now() - begun:.0f} s: {blows}")
        assert all(blows.values())
        town.revive()
        town.recovers(town.since_now())
        town.revive()
        town.must_be_sound()


def _strike(town: Town, victim: str) -> int:
    """Whether there was anybody to strike."""
    at = {"a door": DOOR, "a worker": WORKER}.get(victim, SUPERVISOR)
    hub = town.hubs[at]
    if hub.process is None or hub.has_ended:
        return 0
    if victim == "a process of a supervisor":
        children = psutil.Process(hub.process.pid).children()
        if not children:
            return 0
        town.chance.choice(children).kill()
        return 1
    hub.kill()
    return 1
