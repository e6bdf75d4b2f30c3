"""Standings: what a process learned of its connections outlives it; a call costs no statement."""

from typing import Any

from tests.engine import Answer, Engine, Town, Vendor

from tieline import Run
from tieline.model.fleet.limits import KeepConnectionStates


def posting(town: Town) -> None:
    books = town.books

    @town.hub.flow(on=town.on(), name="post")
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json=order)


def watch(engine: Engine) -> list[KeepConnectionStates]:
    """Every commit that keeps standings."""
    kept: list[KeepConnectionStates] = []
    journal: Any = engine.parts.journal
    commit = journal.commit

    async def seen(command: Any) -> Any:
        if isinstance(command, KeepConnectionStates):
            kept.append(command)
        return await commit(command)

    journal.commit = seen
    return kept


async def test_an_open_breaker_stays_open_over_a_restart(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.answers = [Answer(503)] * 5
    await engine.open(town.hub)
    for number in range(5):
        await engine.deliver({"n": number})
    await engine.work()
    await engine.parts.sharing.pass_()
    await engine.restart(town.hub)
    await engine.parts.sharing.restore()

    guard = engine.parts.calls.guard(town.books.spec)
    assert guard.state == "open"
    await engine.deliver({"n": 9})
    await engine.pass_time(seconds=20)
    assert len(vendor.asked) == 5

    for _ in range(10):
        await engine.pass_time(seconds=31)
    assert set(await engine.states()) == {"done"}


async def test_a_pause_that_a_provider_asked_for_is_kept_over_a_restart(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.answers = [Answer(429, headers=(("retry-after", "120"),))]
    await engine.open(town.hub)
    await engine.take()
    await engine.parts.sharing.give_back()
    await engine.restart(town.hub)
    await engine.parts.sharing.restore()
    await engine.take({"n": 2})
    await engine.pass_time(seconds=100)
    assert len(vendor.asked) == 1

    await engine.pass_time(seconds=21)
    assert await engine.states() == ["done", "done"]


async def test_a_refused_credential_is_tried_once_after_a_restart(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.answers = [Answer(401), Answer(401)]
    await engine.open(town.hub)
    await engine.take()
    await engine.parts.sharing.pass_()
    await engine.restart(town.hub)
    await engine.parts.sharing.restore()
    guard = engine.parts.calls.guard(town.books.spec)

    assert guard.state == "unhealthy"
    assert guard.ask(engine.clock.at_us, repeat=False) is None
    assert guard.ask(engine.clock.at_us, repeat=False) is not None
    guard.let_go()


async def test_calls_that_go_well_store_nothing_of_their_connection(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    kept = watch(engine)
    for number in range(20):
        await engine.take({"n": number})
        await engine.parts.sharing.pass_()
        await engine.pass_time(seconds=2)
    assert (await engine.states(), kept) == (["done"] * 20, [])


async def test_many_changes_are_stored_once_a_second_at_most(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    vendor.answers = [Answer(429)] * 3
    await engine.open(town.hub)
    kept = watch(engine)
    for number in range(3):
        await engine.deliver({"n": number})
        await engine.work()
        await engine.parts.sharing.pass_()
    assert len(kept) == 1

    engine.clock.advance(seconds=2)
    await engine.parts.sharing.pass_()
    assert len(kept) <= 2
