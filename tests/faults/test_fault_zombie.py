"""Zombie: a worker stands still for longer than its lease, and goes on as if nothing had been."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.cluster import HUB, Cluster
from tests.faults.town import SILENT_S, Town, a_town
from tests.hub_process import HubProcess, eventually

SLOW = {"kind": "slow", "match": {"path_prefix": "/invoices"}, "params": {"seconds": 0.3}}
"""So that a worker has runs in its hands at any moment."""

LOCKED_FOR_S = 20.0
"""Of the 30 s in which a hub must be up again, what a stopped worker may take."""


def test_a_worker_that_stood_still_for_longer_than_its_lease_writes_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    with a_town(tmp_path, cluster) as town:
        town.vendors["books"].faults([SLOW])
        town.settle_down()
        for zombie in town.chance.sample(list(town.hubs), 2):
            _bury_and_raise(town, cluster, zombie)

        town.recovers(town.since_now())
        assert all(not hub.has_ended for hub in town.hubs)
        town.must_be_sound()


def test_a_worker_that_stands_still_in_a_transaction_does_not_keep_its_locks(
    cluster: Cluster,
) -> None:
    locked = "INSERT INTO held VALUES (1)"
    cluster.sql("CREATE TABLE held (id integer PRIMARY KEY)")
    cluster.sql(f"ALTER TABLE held OWNER TO {HUB}")
    program = (
        "import asyncio, os, signal\n"
        "from tieline.adapters.postgres.link import Link\n"
        "from tieline.adapters.postgres.url import parse\n"
        "async def hang():\n"
        f"    link = await Link.dial(parse({cluster.url()!r}))\n"
        "    await link.begin()\n"
        f"    await link.execute({locked!r})\n"
        "    os.kill(os.getpid(), signal.SIGSTOP)\n"
        "asyncio.run(hang())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as zombie:
        try:
            os.waitpid(zombie.pid, os.WUNTRACED)
            began = time.monotonic()
            cluster.sql(locked)
            assert time.monotonic() - began < LOCKED_FOR_S
        finally:
            zombie.kill()


def _bury_and_raise(town: Town, cluster: Cluster, zombie: HubProcess) -> None:
    assert zombie.process is not None
    mine = _worker(cluster, zombie.process.pid)
    held = f"SELECT count(*) FROM work WHERE worker = '{mine}' AND state = 'running'"
    eventually(lambda: int(cluster.sql(held)) > 1, "it has nothing to do")
    zombie.signal(signal.SIGSTOP)
    try:
        left = cluster.sql(
            f"SELECT run_id, epoch FROM work WHERE worker = '{mine}' AND state = 'running'"
        ).splitlines()
        time.sleep(SILENT_S)
        eventually(lambda: int(cluster.sql(held)) == 0, "nobody took its runs")
        town.keeps_up(town.since_now(), 30.0, f"{len(left)} runs were taken from a worker")
    finally:
        zombie.signal(signal.SIGCONT)


def _worker(cluster: Cluster, pid: int) -> str:
    return cluster.sql(f"SELECT id FROM worker WHERE about LIKE '%pid {pid}'")
