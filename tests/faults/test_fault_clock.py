"""Clock: one worker's clock is a minute ahead or behind; nobody loses runs or time by it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.faults.cluster import Cluster
from tests.faults.town import a_town, long_s

SLOW = {"kind": "slow", "match": {"path_prefix": "/invoices"}, "params": {"seconds": 0.3}}
"""So that every worker has runs that could be taken away."""
AHEAD = "SELECT ahead_us FROM worker"
WELL_SET_US = 2_000_000
TAKEN = "SELECT coalesce(max(epoch), 0) FROM work WHERE state = 'running'"


@pytest.mark.parametrize("wrong_by_s", [60, -60])
def test_a_worker_whose_clock_is_wrong_by_a_minute_takes_nothing_from_others(
    tmp_path: Path, cluster: Cluster, wrong_by_s: int
) -> None:
    def of_each(number: int) -> Mapping[str, Any]:
        return {"clock_offset_seconds": wrong_by_s if number == 1 else 0}

    with a_town(tmp_path, cluster, of_each=of_each) as town:
        town.vendors["books"].faults([SLOW])
        town.settle_down()
        ahead = sorted(int(each) for each in cluster.sql(AHEAD).splitlines())
        town.note(f"clocks are ahead by {ahead} us")
        assert sorted(ahead, key=abs)[-1] == pytest.approx(wrong_by_s * 1e6, abs=WELL_SET_US)
        assert all(abs(each) < WELL_SET_US for each in sorted(ahead, key=abs)[:-1])
        begun = town.since_now()
        epochs = 1
        while town.since_now() < begun + long_s(8.0):
            epochs = max(epochs, int(cluster.sql(TAKEN)))

        town.note(f"runs were begun up to {epochs} times")
        assert epochs == 1
        town.recovers(begun)
        town.must_be_sound()
