"""Failover: the primary dies at once and for good; its synchronous standby takes over.

Everything that makes the standby, and that it takes over with, is read from ``docs/scaling.md``.
"""

import re
import shlex
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.faults.cluster import Cluster, a_copy, a_server
from tests.faults.town import a_town
from tests.hub_process import eventually

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
BLOCK = re.compile(r"<!-- run: (\w+) -->\n```\w+\n(.*?)```", re.DOTALL)
DATA = "/var/lib/postgresql/data"
IN_STEP = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
FOLLOWS = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"


@pytest.fixture(scope="module")
def page() -> dict[str, str]:
    """The blocks that the page marks, by their names."""
    return dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def follow(page: dict[str, str], primary: Cluster, folder: Path) -> AbstractContextManager[Cluster]:
    """A standby of *primary*, as the page makes it."""
    here = page["follow"].replace("host=db1 port=5432", f"host=127.0.0.1 port={primary.port}")
    words = shlex.split(here.replace(DATA, "{data}"))
    return a_copy(folder, *words, lines=page["standby"])


def wait_for_it(page: dict[str, str], primary: Cluster) -> None:
    """Let the primary acknowledge nothing that its standby does not have."""
    eventually(lambda: int(primary.sql(FOLLOWS)) == 1, "the standby does not follow")
    primary.write(page["primary"])
    primary.reload()
    eventually(lambda: int(primary.sql(IN_STEP)) == 1, "nobody is waited for")


@pytest.fixture
def pair(place: Path, page: dict[str, str]) -> Iterator[tuple[Cluster, Cluster]]:
    """A primary and its synchronous standby."""
    with a_server(place / "primary") as primary:
        primary.make_database()
        primary.sql(page["role"])
        with follow(page, primary, place / "standby") as standby:
            wait_for_it(page, primary)
            yield primary, standby


def test_nothing_acknowledged_is_lost_when_the_primary_dies_and_its_standby_takes_over(
    tmp_path: Path, place: Path, page: dict[str, str], pair: tuple[Cluster, Cluster]
) -> None:
    primary, standby = pair
    both = f"postgresql://hub@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/hub"
    with a_town(tmp_path, standby, store=f"{both}?sslmode=disable") as town:
        town.settle_down()

        primary.kill()
        assert town.acknowledged() > 0
        standby.run(*shlex.split(page["promote"].replace(DATA, str(standby.data))))

        town.recovers(town.since_now())
        with follow(page, standby, place / "another"):
            wait_for_it(page, standby)
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
