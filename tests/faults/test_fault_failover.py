"""Failover: the primary dies at once and for good; its synchronous standby takes over."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.cluster import Cluster, a_server, a_standby
from tests.faults.town import a_town
from tests.hub_process import eventually

STANDBY = "standby1"
IN_STEP = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


@pytest.fixture
def pair(place: Path) -> Iterator[tuple[Cluster, Cluster]]:
    """A primary that acknowledges nothing before its standby has it: docs/scaling.md."""
    with a_server(place / "primary") as primary:
        primary.make_database()
        with a_standby(place / "standby", primary, STANDBY) as standby:
            primary.configure(synchronous_standby_names=f"'FIRST 1 ({STANDBY})'")
            primary.reload()
            eventually(lambda: int(primary.sql(IN_STEP)) == 1, "the standby does not follow")
            yield primary, standby


def test_nothing_acknowledged_is_lost_when_the_primary_dies_and_its_standby_takes_over(
    tmp_path: Path, pair: tuple[Cluster, Cluster]
) -> None:
    primary, standby = pair
    both = f"postgresql://hub@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/hub"
    with a_town(tmp_path, standby, store=f"{both}?sslmode=disable") as town:
        town.settle_down()

        primary.kill()
        acknowledged = town.acknowledged()
        assert acknowledged > 0
        standby.promote()

        town.recovers(town.since_now())
        town.must_be_sound()


def test_a_primary_without_its_standby_acknowledges_nothing_and_goes_on_when_it_is_back(
    tmp_path: Path, pair: tuple[Cluster, Cluster]
) -> None:
    primary, standby = pair
    with a_town(tmp_path, primary) as town:
        town.settle_down()

        standby.stop()
        eventually(lambda: town.sent_again() > 0, "no sender was kept waiting")
        before = town.acknowledged()
        time.sleep(2.0)
        assert town.acknowledged() == before
        standby.start()

        town.recovers(town.since_now())
        town.must_be_sound()
