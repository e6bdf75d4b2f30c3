"""Out of files: a call that finds no file left is our own trouble, and opens nobody's breaker."""

import errno
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.engine import Engine, a_town, a_vendor, an_engine

from tieline import Run
from tieline.adapters.http.out_of_files import is_out_of_files
from tieline.adapters.system.open_files import raise_open_files
from tieline.model.base.failure import FailureKind
from tieline.rules.fleet.open_files import senders_for
from tieline.rules.outbound.breaker import counts_against
from tieline.rules.runs.doubt import may_be_applied


@contextmanager
def no_file_left() -> Iterator[None]:
    """As long as it lasts, this process can open nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = [os.open(os.devnull, os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, held[0] + 40), hard))
    try:
        while True:
            held.append(os.dup(held[0]))
    except OSError:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in held:
            os.close(one)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with an_engine(tmp_path) as made:
        yield made


async def test_a_call_for_which_no_file_is_left_is_tried_again_and_is_nobodys_fault(
    engine: Engine,
) -> None:
    times: list[int] = []
    async with a_vendor() as vendor:
        town = a_town(vendor)

        @town.hub.flow(on=town.on())
        async def flow(order: object, run: Run) -> None:
            times.append(1)
            if len(times) > 1:
                await town.books.post("/entries", json={})
                return
            with no_file_left():
                await town.books.post("/entries", json={})

        await engine.open(town.hub)
        await engine.take()
        await engine.pass_time(minutes=2)
        run = await engine.only()

    assert (run.run.state, len(vendor.asked), len(times)) == ("done", 1, 2)
    assert [one.outcome for one in run.attempts] == ["exhausted", "done"]


def test_the_limit_is_raised_to_what_it_may_be() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 512:
        pytest.skip("this machine allows nothing")
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        limit = raise_open_files()
        assert limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
        assert raise_open_files() == limit
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("wanted", "limit", "senders"),
    [(1000, 65_536, 1000), (1000, 1024, 480), (100, 1024, 100), (1000, 64, 1), (1, 1024, 1)],
)
def test_strangers_leave_half_of_the_files_to_calls(wanted: int, limit: int, senders: int) -> None:
    assert senders_for(wanted, limit) == senders


def test_it_is_nobodys_breaker_and_was_surely_not_applied() -> None:
    assert not counts_against(FailureKind.EXHAUSTED)
    assert not may_be_applied(FailureKind.EXHAUSTED)


def test_an_error_of_the_other_side_is_not_taken_for_our_own() -> None:
    assert not is_out_of_files(ConnectionRefusedError(errno.ECONNREFUSED, "refused"))
    assert is_out_of_files(OSError(errno.EMFILE, "too many"))
    assert is_out_of_files(OSError(errno.ENFILE, "too many on the machine"))
