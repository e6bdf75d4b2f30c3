"""Zombie: a worker stands still for longer than its lease, and goes on as if nothing had been."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.cluster import HUB, Cluster
from tests.faults.town import SILENT_S, Town, a_town
from tests.hub_process import HubProcess, eventually

SLOW = {"kind": "slow", "match": {"path_prefix": "/invoices"}, "params": {"seconds": 0.3}}
"""So that a worker has runs in its hands at any moment."""

TAKEN = "SELECT sum((epoch - 1) / 2) FROM run"
"""How often a run was taken from a worker: that raises its epoch, as each claim does. At most the
one call that was then in flight is made again. Workers that waited for a lock of the zombie's, and
were silent for too long, have lost runs too."""

TRIES = 20

LOCKED_FOR_S = 20.0
"""Of the 30 s in which a hub must be up again, what a stopped worker may take."""


def test_a_worker_that_stood_still_for_longer_than_its_lease_writes_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    with a_town(tmp_path, cluster) as town:
        town.vendors["books"].faults([SLOW])
        town.settle_down()
        repeated = repeats(town)
        zombies = town.chance.sample(list(town.hubs), 2)
        left = [_bury_and_raise(town, cluster, zombie) for zombie in zombies]

        town.recovers(town.since_now())
        assert all(not hub.has_ended for hub in town.hubs)
        for each in left:
            assert each.written(cluster) == each.rows, f"seed {town.seed}: written by a zombie"
        town.must_be_sound()
        taken, again = int(cluster.sql(TAKEN)), repeats(town) - repeated
        town.note(f"{again} calls were made again, of {taken} runs that were taken from a worker")
        assert sum(len(each.epochs) for each in left) <= taken
        assert again <= taken, f"seed {town.seed}: effects were asked for again without a reason"


def test_a_worker_that_stands_still_in_a_transaction_does_not_keep_its_locks(
    cluster: Cluster,
) -> None:
    locked = "INSERT INTO held VALUES (1)"
    cluster.sql("CREATE TABLE held (id integer PRIMARY KEY)")
    cluster.sql(f"ALTER TABLE held OWNER TO {HUB}")
    program = (
        "import asyncio, os, signal\n"
        "from tieline.adapters.postgres.connection import Link\n"
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


@dataclass(frozen=True, slots=True)
class Left:
    """What a worker had in its hands when it was stopped, and what others made of it."""

    epochs: Mapping[str, int]
    """Of the runs, under its claim."""
    rows: str = ""
    """Of those runs, when others had ended them."""

    @property
    def runs(self) -> str:
        return ", ".join(f"'{run}'" for run in self.epochs)

    def ended(self, cluster: Cluster) -> dict[str, int]:
        """Those of the runs that are done, and under which claim."""
        text = f"SELECT id, epoch FROM run WHERE state = 'done' AND id IN ({self.runs})"
        return _numbers(cluster.sql(text))

    def written(self, cluster: Cluster) -> str:
        """Every row of the runs."""
        return "\n".join(
            cluster.sql(f"SELECT t FROM {table} AS t WHERE {key} IN ({self.runs}) ORDER BY t::text")
            for table, key in (("run", "id"), ("step", "run_id"), ("attempt", "run_id"))
        )


def repeats(town: Town) -> int:
    """How often a vendor was sent a key that it knew."""
    return sum(int(town.vendors[name].stats()["replayed"]) for name in ("books", "payments"))


def _bury_and_raise(town: Town, cluster: Cluster, zombie: HubProcess) -> Left:
    """Stop a worker until others have ended all that it had in its hands, and let it go on."""
    assert zombie.process is not None
    mine = _worker(cluster, zombie.process.pid)
    held = f"FROM work WHERE worker = '{mine}' AND state = 'running'"
    try:
        left = _stop_at_work(cluster, zombie, held)
        time.sleep(SILENT_S)
        eventually(lambda: set(left.ended(cluster)) == set(left.epochs), "nobody ended its runs")
        ended = left.ended(cluster)
        assert all(ended[run] > epoch for run, epoch in left.epochs.items()), f"{left}, {ended}"
        town.goes_on(town.since_now(), 30.0, f"{len(ended)} runs were taken from a worker")
        return replace(left, rows=left.written(cluster))
    finally:
        zombie.signal(signal.SIGCONT)


def _stop_at_work(cluster: Cluster, zombie: HubProcess, held: str) -> Left:
    """Stop a worker while it has runs in its hands; what those are."""
    for _ in range(TRIES):
        eventually(lambda: int(cluster.sql(f"SELECT count(*) {held}")) > 1, "it has nothing to do")
        zombie.signal(signal.SIGSTOP)
        if epochs := _numbers(cluster.sql(f"SELECT run_id, epoch {held}")):
            return Left(epochs)
        zombie.signal(signal.SIGCONT)
    raise AssertionError("whenever it was stopped, it had nothing in its hands")


def _numbers(rows: str) -> dict[str, int]:
    """``name|number`` lines."""
    pairs = (row.split("|") for row in rows.splitlines())
    return {name: int(number) for name, number in pairs}


def _worker(cluster: Cluster, pid: int) -> str:
    return cluster.sql(f"SELECT id FROM worker WHERE about LIKE '%pid {pid}'")
