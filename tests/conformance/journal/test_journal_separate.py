"""Tenants are strangers: what one sees is what it would see alone, whatever the other does.

Two tenants with the same sources, identities, lanes, keys and steps act in turns on one store; then
each story is told once more, for a tenant on its own. Both must come to the same.
"""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import NamedTuple

from tests.makers import (
    ALICE,
    FLOW,
    START_US,
    a_step,
    an_admission,
    by,
    event_id,
    receipt_id,
    run_id,
)
from tests.soak import seed, times
from tests.stores import Store

from tieline.model.base.ids import RunId, TenantId
from tieline.model.commands import Claim, Ingest, Progress, RetryDead, Settle
from tieline.model.hub.tenants import TenantLimits
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import ClaimedRun, Dead, Held, Outcome, RetryAt, Returned
from tieline.model.views.views import ListDead, ListEvents, ListRuns, Window

ACTS = 40
STORIES = 4
OUTCOMES: tuple[Outcome, ...] = (
    Returned(),
    Dead("refused", "no"),
    RetryAt(START_US, "busy"),
    Held("in doubt"),
)
WHOLE = Window(limit=500)


class Act(NamedTuple):
    """One move of a story; the numbers choose among what there is."""

    kind: str
    one: int
    two: int


def story(chance: Random) -> list[Act]:
    kinds = ("deliver", "deliver", "claim", "settle", "settle", "retry")
    return [Act(chance.choice(kinds), chance.randrange(6), chance.randrange(12))
            for _ in range(ACTS)]  # fmt: skip


class Tenant:
    """One tenant on a store, and what it was told; ids are put as its own ordinal numbers."""

    def __init__(self, store: Store, name: str, others: frozenset[TenantId], ids: Iterator[int]):
        self.store, self.name, self.ids = store, TenantId(name), ids
        self.limits = TenantLimits(others - {self.name})
        self.told: list[object] = []
        self.mine: dict[str, int] = {}
        self.running: list[ClaimedRun] = []
        self.dead: list[RunId] = []

    def ordinal(self, id_: str) -> int:
        """Raises KeyError for what is another's."""
        return self.mine[id_]

    async def do(self, act: Act) -> None:
        match act.kind:
            case "deliver":
                await self.deliver(act)
            case "claim":
                await self.claim(1 + act.one)
            case "settle" if self.running:
                await self.settle(self.running.pop(act.one % len(self.running)), act.two)
            case "retry" if self.dead:
                await self.retry(self.dead.pop(act.one % len(self.dead)))
            case _:
                self.told.append("nothing")

    async def deliver(self, act: Act) -> None:
        number = next(self.ids)
        lane = None if act.two % 3 == 0 else f"lane-{act.two % 3}"
        made = an_admission(number, tenant=self.name, lane=lane)
        event = made.event._replace(identity=f"identity-{act.two}", correlation=receipt_id(act.two))
        mention = Mention("order", f"{act.two}", event.id, "", START_US)
        self.mine |= {event_id(number): len(self.mine), run_id(number): len(self.mine)}
        stored = await self.store.journal.commit(
            Ingest((made.__class__(event, made.runs, (mention,), made.expires_us),))
        )
        self.told.append((self.ordinal(stored.event_id), stored.fresh, stored.queued))

    async def claim(self, limit: int) -> None:
        command = Claim(ALICE, limit, {FLOW: limit}, START_US, 0, self.limits)
        for run in (await self.store.journal.commit(command)).runs:
            assert run.tenant == run.event.tenant == self.name
            assert all(step.result == self._result for step in run.steps)
            self.told.append(
                (self.ordinal(run.id), run.epoch, run.tries, sorted(s.name for s in run.steps))
            )
            self.running.append(run)

    @property
    def _result(self) -> bytes:
        return b'"of %s"' % self.name.encode()

    async def settle(self, run: ClaimedRun, number: int) -> None:
        outcome = OUTCOMES[number % len(OUTCOMES)]
        step = a_step(run.id, f"books POST /{number % 2}", result=self._result)
        settled = await self.store.journal.commit(
            Settle(run.claim, outcome, Progress(steps=(step,)), START_US)
        )
        if isinstance(outcome, Dead):
            self.dead.append(run.id)
        if isinstance(outcome, RetryAt):
            await self.store.promote()
        self.told.append((self.ordinal(run.id), type(outcome).__name__, settled.woke))

    async def retry(self, run: RunId) -> None:
        await self.store.journal.commit(RetryDead(run, by()))
        self.told.append((self.ordinal(run), "retried"))

    async def lists(self) -> list[object]:
        """What people are shown of it."""
        read, name = self.store.views.read, self.name
        runs = (await read(ListRuns(window=WHOLE, tenant=name))).rows
        events = (await read(ListEvents(window=WHOLE, tenant=name))).rows
        dead = (await read(ListDead(window=WHOLE, tenant=name))).rows
        return [
            [(self.ordinal(row.id), row.state, row.behind, row.lane) for row in runs],
            [(self.ordinal(row.id), row.identity) for row in events],
            [self.ordinal(row.run_id) for row in dead],
        ]


async def test_two_tenants_share_nothing(store: Store) -> None:
    chance, ids = Random(seed(20_261_130)), count(1)
    kinds, numbers = ("one", "two", "alone-one", "alone-two"), range(times(STORIES))
    everybody = frozenset(TenantId(f"{kind}-{number}") for kind in kinds for number in numbers)
    for number in numbers:
        tenants = {kind: Tenant(store, f"{kind}-{number}", everybody, ids) for kind in kinds}
        stories = {kind: story(chance) for kind in ("one", "two")}
        for first, second in zip(stories["one"], stories["two"], strict=True):
            await tenants["one"].do(first)
            await tenants["two"].do(second)
        for kind in ("one", "two"):
            for act in stories[kind]:
                await tenants[f"alone-{kind}"].do(act)
            beside, alone = tenants[kind], tenants[f"alone-{kind}"]
            assert beside.told == alone.told
            assert await beside.lists() == await alone.lists()
