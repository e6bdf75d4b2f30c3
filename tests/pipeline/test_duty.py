"""Duty: one process has it, keeps it by asking in time, and another gets it after that."""

from datetime import timedelta

from tests.engine import Engine, TestClock, Town

from tieline.model.base.ids import WorkerId
from tieline.pipeline.upkeep.leader import LOOKS, LeaderLease

LENGTH_US = 15_000_000


def duty(engine: Engine, worker: str, clock: TestClock | None = None) -> LeaderLease:
    journal = engine.parts.journal
    return LeaderLease(journal, clock or engine.clock, WorkerId(worker), LENGTH_US, is_alone=False)


async def test_the_first_who_asks_has_it_and_keeps_it(engine: Engine, town: Town) -> None:
    await engine.open(town.hub)
    alice, bob = duty(engine, "wrk_alice"), duty(engine, "wrk_bob")

    for _ in range(10):
        assert await alice.is_ours()
        assert not await bob.is_ours()
        engine.clock.advance(seconds=alice.look_s)


async def test_it_passes_on_when_its_holder_asks_no_more(engine: Engine, town: Town) -> None:
    await engine.open(town.hub)
    alice, bob = duty(engine, "wrk_alice"), duty(engine, "wrk_bob")
    assert await alice.is_ours()
    waited = timedelta()

    while not await bob.is_ours():
        engine.clock.advance(seconds=bob.look_s)
        waited += timedelta(seconds=bob.look_s)

    assert waited == timedelta(microseconds=LENGTH_US)
    assert not await alice.is_ours()


async def test_it_passes_on_at_once_when_it_is_given_away(engine: Engine, town: Town) -> None:
    await engine.open(town.hub)
    alice, bob = duty(engine, "wrk_alice"), duty(engine, "wrk_bob")
    assert await alice.is_ours()

    await bob.give_away()  # which is not his to give
    assert not await bob.is_ours()
    await alice.give_away()
    engine.clock.advance(seconds=bob.look_s)

    assert await bob.is_ours()


async def test_the_store_is_not_asked_at_every_pass(engine: Engine, town: Town) -> None:
    await engine.open(town.hub)
    alice = duty(engine, "wrk_alice")
    before = engine.parts.journal.commands

    for _ in range(LOOKS * 1000):
        assert await alice.is_ours()
        engine.clock.advance(microseconds=LENGTH_US / LOOKS / 1000)

    assert engine.parts.journal.commands - before == LOOKS


async def test_a_process_that_is_alone_asks_nobody(engine: Engine, town: Town) -> None:
    await engine.open(town.hub)
    before = engine.parts.journal.commands

    assert await engine.parts.duty.is_ours()

    assert engine.parts.journal.commands == before
