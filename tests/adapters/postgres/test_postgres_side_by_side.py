"""Side by side: workers with connections of their own share one store and never one run."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.makers import FLOW, START_US, an_ingest

from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.committer import Committer
from tieline.model.base.ids import WorkerId
from tieline.model.commands import Beat, Claim, Pause, Progress, Settle
from tieline.model.commands import By as Person
from tieline.model.runs.run import ClaimedRun, Returned
from tieline.model.views.views import PARTS, CheckRows, CountWork

OpenJournal = Callable[[str], Awaitable[Committer]]
WORKERS = [WorkerId(f"wrk_{n}") for n in range(4)]


async def agree(views: PostgresReader) -> bool:
    slices = [await views.read(CheckRows(part)) for part in PARTS]
    return all(not checked.oddities for checked in slices)


async def test_four_workers_that_claim_at_once_get_each_run_once(
    url: str, journal_on: OpenJournal
) -> None:
    journals = [await journal_on(url) for _ in WORKERS]
    await asyncio.gather(*(journals[0].commit(an_ingest(n)) for n in range(1, 301)))

    async def claim_all(worker: WorkerId, journal: Committer) -> list[str]:
        taken: list[str] = []
        while True:
            claimed = await journal.commit(Claim(worker, 7, {FLOW: 7}, START_US))
            if not claimed.runs:
                return taken
            assert {run.epoch for run in claimed.runs} == {1}
            taken.extend(run.id for run in claimed.runs)

    parts = await asyncio.gather(*map(claim_all, WORKERS, journals))

    taken = [run for part in parts for run in part]
    assert len(taken) == len(set(taken)) == 300


@dataclass(slots=True)
class Watch:
    """Which runs of which lanes were worked on, in order; two of one lane at a time are noticed."""

    left: int
    done: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    busy: set[str] = field(default_factory=set)

    def begin(self, run: ClaimedRun) -> None:
        assert run.lane not in self.busy, "two runs of one lane were claimed at a time"
        self.busy.add(run.lane or "")

    def end(self, run: ClaimedRun) -> None:
        self.busy.discard(run.lane or "")
        self.done[run.lane or ""].append(run.id)
        self.left -= 1

    def is_in_order(self, sender: int) -> bool:
        """Whether what one sender delivered was worked on in the order of its deliveries."""
        own = [[r for r in ids if int(r[-6:], 16) % 4 == sender] for ids in self.done.values()]
        return all(ids == sorted(ids) for ids in own)


async def test_lanes_stay_in_order_while_workers_deliver_claim_and_settle_at_once(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journals = [await journal_on(url) for _ in WORKERS]
    for worker, journal in zip(WORKERS, journals, strict=True):
        await journal.commit(Beat(worker, START_US))
    watch = Watch(left=240)

    async def deliver(sender: int, journal: Committer) -> None:
        for number in range(sender + 4, 244, 4):
            await journal.commit(an_ingest(number, lane=f"lane-{number % 5}"))

    async def work(worker: WorkerId, journal: Committer) -> None:
        while watch.left > 0:
            claimed = await journal.commit(Claim(worker, 3, {FLOW: 3}, START_US))
            for run in claimed.runs:
                watch.begin(run)
            for run in claimed.runs:
                watch.end(run)
                await journal.commit(Settle(run.claim, Returned(), Progress(), START_US))

    await asyncio.gather(*map(deliver, range(4), journals), *map(work, WORKERS, journals))

    assert sum(map(len, watch.done.values())) == 240
    assert all(watch.is_in_order(sender) for sender in range(4))
    assert (await views.read(CountWork())).flows == ()
    assert await agree(views)


async def test_a_delivery_that_arrives_at_two_doors_at_once_is_stored_once(
    url: str, journal_on: OpenJournal
) -> None:
    doors = [await journal_on(url) for _ in range(3)]

    for number in range(1, 40):
        answers = await asyncio.gather(*(door.commit(an_ingest(number)) for door in doors))

        assert sorted(answer.fresh for answer in answers) == [False, False, True]
        assert len({answer.event_id for answer in answers}) == 1


async def test_the_audit_log_is_one_chain_whoever_writes_it(
    url: str, journal_on: OpenJournal, views: PostgresReader
) -> None:
    journals = [await journal_on(url) for _ in range(3)]

    for number in range(10):
        by = Person("ann", "why not", START_US + number)
        await asyncio.gather(*(j.commit(Pause("flow", f"f{number}", by)) for j in journals))

    checked = await views.read(CheckRows("audit"))
    assert (checked.looked, checked.oddities) == (30, ())
