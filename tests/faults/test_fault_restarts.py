"""Restarts: PostgreSQL stops and comes back under load, politely and not."""

from pathlib import Path

import pytest
from tests.faults.cluster import Cluster
from tests.faults.town import a_town


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_of_the_server_loses_and_doubles_nothing(
    tmp_path: Path, cluster: Cluster, mode: str
) -> None:
    with a_town(tmp_path, cluster) as town:
        town.settle_down()

        cluster.restart(mode)

        town.recovers(town.since_now())
        town.must_be_sound()
