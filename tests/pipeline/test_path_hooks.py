"""Hooks of the path: features take part where the engine names a place, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import Run
from tieline.compose.features import FEATURES
from tieline.compose.loops import loops
from tieline.features.manifest import Feature, OnPath, ProcessBase, Repeats
from tieline.model.base.ids import Micros
from tieline.model.commands import Admission
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.waits import Waits
from tieline.model.views.views import ListEvents, ListReceipts
from tieline.pipeline.hooks import NO_HOOKS, PathHooks, merged
from tieline.ports.guarded import NotNow, Tried

SECOND_US = 1_000_000


@dataclass(slots=True)
class Quota:
    """Takes part in all of the path: so many calls are left, and events of one kind go on."""

    left: int = 0
    until_us: Micros | None = None
    tried: list[tuple[str, int | None]] = field(default_factory=list)
    woken: list[Waits] = field(default_factory=list)

    def admitted(self, events: Sequence[Admission]) -> Sequence[Admission]:
        return [one for one in events if one.event.type != "order.noise"]

    def before(self, connection: ConnectionSpec, _: Micros) -> NotNow | None:
        if self.left:
            self.left -= 1
            return None
        return NotNow(self.until_us, Waits("quota", connection.name), "the quota is used up")

    def after(self, connection: ConnectionSpec, tried: Tried) -> None:
        self.tried.append((connection.name, tried.status))

    async def refill(self) -> float:
        self.left = 10
        return 1.0

    def on_path(self, ground: ProcessBase) -> OnPath:
        assert "books" in ground.hub.connections
        hooks = PathHooks((self.admitted,), (self.before,), (self.after,), (self.woken.append,))
        return OnPath(hooks, lambda _: [Repeats("quota", self.refill)])


@pytest.fixture
def quota(engine: Engine) -> Quota:
    """One more feature, which the hub of the engine has."""
    made = Quota()
    feature = Feature("quota", "Gives each connection so many calls.", on_path=made.on_path)
    engine.features = (*FEATURES, feature)
    return made


@pytest.fixture
def posting(town: Town) -> Town:
    books = town.books  # by its own name, so that the engine sees that it is used

    @town.hub.flow(on=town.on("order.*"))
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json=order)

    return town


async def test_before_a_call_a_feature_may_hold_it_back_until_a_time(
    engine: Engine, quota: Quota, posting: Town, vendor: Vendor
) -> None:
    quota.until_us = engine.clock.at_us + 60 * SECOND_US
    await engine.open(posting.hub)

    held = await engine.take({"n": 1})

    assert (held.run.state, held.run.reason) == ("waiting", "the quota is used up")
    assert (held.attempts, vendor.asked) == ((), [])

    quota.left = 1
    await engine.pass_time(seconds=61)

    assert (await engine.states(), len(vendor.asked), quota.left) == (["done"], 1, 0)


async def test_what_a_feature_holds_back_without_a_time_it_wakes_by_its_own_kind(
    engine: Engine, quota: Quota, posting: Town, vendor: Vendor
) -> None:
    await engine.open(posting.hub)
    await engine.take({"n": 1})
    await engine.pass_time(days=1)

    assert (await engine.states(), quota.woken) == (["waiting"], [])

    quota.left = 1
    woken = await engine.parts.house.wake(Waits("quota", "books"))
    await engine.work()

    assert (woken, quota.woken, await engine.states()) == (1, [Waits("quota", "books")], ["done"])


async def test_of_a_wake_that_finds_nobody_nothing_is_told(
    engine: Engine, quota: Quota, posting: Town
) -> None:
    await engine.open(posting.hub)

    assert await engine.parts.house.wake(Waits("quota", "books")) == 0
    assert quota.woken == []


async def test_after_a_call_a_feature_is_told_what_every_try_came_to(
    engine: Engine, quota: Quota, posting: Town, vendor: Vendor
) -> None:
    quota.left = 2
    vendor.answers = [Answer(503), Answer(201, json={})]
    await engine.open(posting.hub)

    await engine.take({"n": 1})
    await engine.pass_time(minutes=1)

    assert quota.tried == [("books", 503), ("books", 201)]


async def test_after_admission_a_feature_says_which_events_go_on(
    engine: Engine, quota: Quota, posting: Town
) -> None:
    quota.left = 9
    await engine.open(posting.hub)

    replies = [await engine.deliver({"n": 1}, kind=f"order.{kind}") for kind in ("placed", "noise")]
    await engine.work()

    assert [reply.status // 100 for reply in replies] == [2, 2]
    assert [row.type for row in (await engine.parts.views.read(ListEvents())).rows] == [
        "order.placed"
    ]
    assert await engine.states() == ["done"]
    assert [row.verdict for row in (await engine.parts.views.read(ListReceipts())).rows] == [
        Verdict.UNMATCHED,
        Verdict.ACCEPTED,
    ]


async def test_what_keeps_hooks_up_to_date_is_a_loop_of_the_process(
    engine: Engine, quota: Quota, posting: Town
) -> None:
    await engine.open(posting.hub)

    [refill] = [loop for loop in loops(engine.parts) if loop.name == "quota"]
    await refill.pass_()

    assert quota.left == 10


def test_the_hooks_of_features_are_done_in_their_order() -> None:
    first, second = Quota(), Quota()
    one = PathHooks(before_call=(first.before,), on_wake=(first.woken.append,))
    other = PathHooks(before_call=(second.before,), after_call=(second.after,))

    assert merged([one, NO_HOOKS, other]) == PathHooks(
        before_call=(first.before, second.before),
        after_call=(second.after,),
        on_wake=(first.woken.append,),
    )
    assert merged([]) == NO_HOOKS
