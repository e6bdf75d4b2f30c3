"""Snapshot: a stranger's open transaction keeps every dead row alive; work goes on all the same."""

import asyncio
import time
from pathlib import Path

import asyncpg  # type: ignore[import-untyped, unused-ignore]
from tests.faults.cluster import Cluster
from tests.faults.town import a_town, long_s

SHARE = 0.5
"""Of the rate before: while the snapshot is held work may slow down, and must not collapse."""
FEW = 20
PER_EVENT = 6_000
"""Bytes by which the hot tables may grow for an event while nothing can be cleared away."""
HOT = "'work', 'lane', 'worker', 'commit_mark'"
SIZE = f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ({HOT})"
DEAD = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'work'"


def test_an_idle_reader_with_an_old_snapshot_does_not_bring_the_hubs_down(
    tmp_path: Path, cluster: Cluster
) -> None:
    with a_town(tmp_path, cluster) as town:
        town.settle_down()
        size, done = int(cluster.sql(SIZE)), town.done()
        began = time.monotonic()

        asyncio.run(_hold_a_snapshot(cluster, long_s(20.0)))

        seconds = time.monotonic() - began
        rate = (town.done() - done) / seconds
        grown = int(cluster.sql(SIZE)) - size
        each = grown / max(1, town.done() - done)
        town.note(f"{rate:.1f} events/s for {seconds:.0f} s, {each:,.0f} bytes each")
        assert rate >= SHARE * town.before
        assert each <= PER_EVENT
        town.recovers(town.since_now())
        town.must_be_sound()
        cluster.sql("VACUUM work")
        assert int(cluster.sql(DEAD)) < FEW


async def _hold_a_snapshot(cluster: Cluster, seconds: float) -> None:
    reader = await asyncpg.connect(cluster.url())
    await reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    before = await reader.fetchval("SELECT count(*) FROM run")
    await asyncio.sleep(seconds)
    assert await reader.fetchval("SELECT count(*) FROM run") == before
    await reader.close()
