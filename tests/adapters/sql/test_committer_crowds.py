"""Committer: transactions side by side keep the order of a run; what is interrupted is redone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.makers import ALICE, START_US, a_claim, an_ingest

from tieline.adapters.sql.committer import MOST_TRIES, Batching, Committer
from tieline.adapters.sql.statement import Steps
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import StaleClaim, StoreInterrupted
from tieline.model.commands import Beat, Progress, Remember, ReturnClaims, Settle
from tieline.model.runs.run import Returned

T = TypeVar("T")


@dataclass(slots=True)
class GatedDatabase:
    """A real store behind a gate: it counts who waits there, and can interrupt whoever comes."""

    inner: SqliteDatabase
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    most: int = 0
    interruptions: int = 0
    tries: int = 0

    async def transact(self, steps: Steps[T], *, is_hasty: bool = False) -> T:
        self.tries += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await self.gate.wait()
        self.waiting -= 1
        if self.interruptions:
            self.interruptions -= 1
            raise StoreInterrupted("a deadlock, say")
        return await self.inner.transact(steps)

    async def close(self) -> None:
        await self.inner.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[GatedDatabase]:
    gated = GatedDatabase(SqliteDatabase(tmp_path / "tieline.db"))
    yield gated
    await gated.close()


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if is_so():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not come to that in time")


def send(journal: Committer, *commands: Any) -> list["asyncio.Task[Any]"]:
    return [asyncio.create_task(journal.commit(command)) for command in commands]


async def test_a_crowd_gets_transactions_side_by_side_and_no_more_than_the_store_has(
    database: GatedDatabase,
) -> None:
    journal = Committer(database, CATALOGUE, batching=Batching(side_by_side=3, crowd=5, most=5))

    sent = send(journal, *(an_ingest(n) for n in range(1, 41)))
    await until(lambda: database.waiting == 3)
    database.gate.set()
    await asyncio.gather(*sent)

    assert database.most == 3


async def test_the_first_few_share_one_transaction(database: GatedDatabase) -> None:
    journal = Committer(database, CATALOGUE, batching=Batching(side_by_side=3, crowd=5))

    sent = send(journal, *(an_ingest(n) for n in range(1, 5)))
    await until(lambda: database.waiting == 1)
    database.gate.set()
    await asyncio.gather(*sent)

    assert (database.most, journal.batches) == (1, 1)


async def test_who_comes_while_a_transaction_is_slow_does_not_wait_for_it(
    database: GatedDatabase,
) -> None:
    journal = Committer(database, CATALOGUE, batching=Batching(side_by_side=2, crowd=100))
    first = send(journal, an_ingest(1))
    await until(lambda: database.waiting == 1)

    later = []
    while database.waiting < 2:
        later += send(journal, Beat(ALICE, START_US))
        await asyncio.sleep(0.01)
    database.gate.set()

    await asyncio.gather(*first, *later)


async def test_commands_of_one_run_are_never_in_two_transactions_at_once(
    database: GatedDatabase,
) -> None:
    database.gate.set()
    journal = Committer(database, CATALOGUE, batching=Batching(side_by_side=4, crowd=1, most=1))
    for number in range(1, 4):
        await journal.commit(an_ingest(number, worker=ALICE))
    claims = [a_claim(number) for number in range(1, 4)]
    remember = [Remember(claim, Progress()) for claim in claims for _ in range(5)]
    settle = [Settle(claim, Returned(), Progress(), START_US) for claim in claims]

    answers = await asyncio.gather(*send(journal, *remember, *settle), return_exceptions=True)

    assert not [answer for answer in answers if isinstance(answer, Exception)]


async def test_runs_that_are_given_back_wait_for_what_is_on_its_way(
    database: GatedDatabase,
) -> None:
    database.gate.set()
    journal = Committer(database, CATALOGUE, batching=Batching(side_by_side=4, crowd=1, most=1))
    await journal.commit(an_ingest(1, worker=ALICE))
    await journal.commit(an_ingest(2, worker=ALICE))
    claims = (a_claim(1), a_claim(2))

    answers: list[Any] = await asyncio.gather(
        *send(
            journal,
            Remember(a_claim(), Progress()),
            ReturnClaims(claims, START_US),
            Remember(a_claim(2), Progress()),
        ),
        return_exceptions=True,
    )

    remembered, given, late = answers
    assert (remembered.count, given.count) == (1, 2)
    assert isinstance(late, StaleClaim)


async def test_an_interrupted_transaction_is_run_again_and_answered_once(
    database: GatedDatabase,
) -> None:
    database.gate.set()
    database.interruptions = 3
    journal = Committer(database, CATALOGUE)

    answer = await journal.commit(an_ingest(1))

    assert (answer.fresh, database.tries) == (True, 4)


async def test_a_store_that_only_interrupts_is_given_up_after_some_tries(
    database: GatedDatabase,
) -> None:
    database.gate.set()
    database.interruptions = 100
    journal = Committer(database, CATALOGUE)

    with pytest.raises(StoreInterrupted):
        await journal.commit(an_ingest(1))

    assert database.tries == MOST_TRIES
