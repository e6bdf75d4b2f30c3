"""Kills: hubs of one database are killed and started again, at moments that nobody chose."""

import time
from pathlib import Path

from tests.faults.cluster import Cluster
from tests.faults.town import a_town, long_s, restarted

KILLED_FOR_S = 60.0


def test_hubs_that_are_killed_for_a_minute_lose_and_double_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    """Each of them takes deliveries, works and sweeps, so each blow falls on all three."""
    with a_town(tmp_path, cluster) as town:
        town.settle_down()
        kills, begun = 0, town.since_now()
        while town.since_now() < begun + long_s(KILLED_FOR_S):
            hub = town.chance.choice(list(town.hubs))
            time.sleep(town.chance.uniform(0.0, 1.5))
            hub.kill()
            kills += 1
            time.sleep(town.chance.uniform(0.0, 1.0))
            restarted(hub)

        town.note(f"{kills} kills in {town.since_now() - begun:.0f} s")
        assert kills >= long_s(KILLED_FOR_S) / 10
        town.recovers(town.since_now())
        town.must_be_sound()
