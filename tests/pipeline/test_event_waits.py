"""Waiting for an event: a run is put down; it goes on with its payload, or hears that none came."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

import pytest
from tests.engine import Engine, Town

from tieline import Contract, Key, Run, Sensitive, WaitTimeout
from tieline.model.runs.waits import waits_for_event


class Settled(Contract, name="payment.settled", version=1):
    order: Annotated[str, Key("order")]
    cents: int


class Signed(Contract, name="form.signed", version=1):
    person: Annotated[str, Key("person"), Sensitive]


Seen = list[Any]


@pytest.fixture
def town(town: Town) -> Town:
    @town.hub.flow(on=town.on("payment.settled", contract=Settled))
    async def book(payment: Settled, run: Run) -> None:
        """Takes such events, and so gives them their keys."""

    return town


@pytest.fixture
def seen(town: Town) -> Seen:
    """What a flow that waits came to; each execution of it begins with ``began``."""
    found: Seen = []

    @town.hub.flow(on=town.on())
    async def ship(order: dict[str, Any], run: Run) -> None:
        found.append("began")
        try:
            paid = await run.wait_for("payment.settled", key=order["id"], within=timedelta(days=3))
        except WaitTimeout as error:
            found.append(str(error))
        else:
            found.append(paid["cents"])

    return found


def settle(engine: Engine, order: str = "84219", cents: int = 100) -> Any:
    return engine.deliver({"order": order, "cents": cents}, kind="payment.settled")


async def test_a_run_waits_for_an_event_and_goes_on_with_its_payload(
    engine: Engine, town: Town, seen: Seen
) -> None:
    await engine.open(town.hub)
    await engine.deliver({"id": 84219})
    await engine.work()
    (waiting,) = await engine.runs("ship")
    await settle(engine, "84220")
    await engine.work()
    assert (await engine.states("ship"), seen) == (["waiting"], ["began"])
    assert waiting.run.waits == waits_for_event("payment.settled", "84219")
    assert waiting.run.reason is not None
    assert waiting.run.reason.startswith("until 20")

    await settle(engine)
    await engine.work()

    assert (await engine.states("ship"), seen) == (["done"], ["began", "began", 100])


async def test_an_event_that_came_since_the_run_began_is_waited_for_no_more(
    engine: Engine, town: Town, seen: Seen
) -> None:
    await engine.open(town.hub)
    await engine.deliver({"id": "84219"})
    await settle(engine, cents=7)
    await engine.work()

    assert await engine.states("ship") == ["done"]
    assert seen[-1] == 7


async def test_an_event_from_before_the_run_does_not_count(
    engine: Engine, town: Town, seen: Seen
) -> None:
    await engine.open(town.hub)
    await settle(engine)
    await engine.pass_time(minutes=5)
    await engine.deliver({"id": "84219"})
    await engine.work()

    assert await engine.states("ship") == ["waiting"]


async def test_that_none_came_in_time_is_told_once_the_time_is_over(
    engine: Engine, town: Town, seen: Seen
) -> None:
    await engine.open(town.hub)
    await engine.deliver({"id": "84219"})
    await engine.work()
    for _ in range(12):
        await engine.pass_time(hours=6)
    await settle(engine)
    await engine.work()

    said = "no payment.settled with key 84219 came within 3 days, 0:00:00"
    assert (await engine.states("ship"), seen[-1]) == (["done"], said)


async def test_a_run_looks_by_itself_for_what_nobody_woke_it_for(
    engine: Engine, town: Town, seen: Seen
) -> None:
    """An older release that stores events beside this one wakes nobody."""
    await engine.open(town.hub)
    await engine.deliver({"id": "84219"})
    await engine.work()
    engine.parts.admitter._awaited = frozenset()
    await settle(engine)
    await engine.work()
    assert await engine.states("ship") == ["waiting"]

    await engine.pass_time(seconds=61)

    assert (await engine.states("ship"), seen[-1]) == (["done"], 100)


async def test_a_restart_keeps_what_was_waited_for_and_what_came(
    engine: Engine, town: Town, seen: Seen
) -> None:
    await engine.open(town.hub)
    await engine.deliver({"id": "84219"})
    await engine.work()
    await engine.restart(town.hub)
    await settle(engine)
    await engine.restart(town.hub)
    await engine.work()

    assert (await engine.states("ship"), seen[-1]) == (["done"], 100)


async def test_asked_for_again_it_waits_for_a_later_event(engine: Engine, town: Town) -> None:
    seen: Seen = []

    @town.hub.flow(on=town.on())
    async def ship(order: dict[str, Any], run: Run) -> None:
        for _ in range(2):
            paid = await run.wait_for("payment.settled", key="1")
            seen.append(paid["cents"])

    await engine.open(town.hub)
    await engine.deliver()
    await engine.work()
    await settle(engine, "1", 10)
    await engine.work()
    assert (await engine.states("ship"), seen) == (["waiting"], [10])

    await settle(engine, "1", 20)
    await engine.work()

    assert (await engine.states("ship"), seen) == (["done"], [10, 10, 20])


async def test_a_sensitive_key_is_known_by_its_hash_and_not_told(
    engine: Engine, town: Town
) -> None:
    @town.hub.flow(on=town.on("form.signed", contract=Signed))
    async def file(form: Signed, run: Run) -> None:
        """Gives them their key."""

    @town.hub.flow(on=town.on())
    async def ship(order: dict[str, Any], run: Run) -> None:
        form = await run.wait_for("form.signed", key="ann@example.org")
        raise RuntimeError(f"signed by {form['person']}")

    await engine.open(town.hub)
    await engine.deliver()
    await engine.work()
    (waiting,) = await engine.runs("ship")
    await engine.deliver({"person": "ann@example.org"}, kind="form.signed")
    await engine.work()
    (ended,) = await engine.runs("ship")

    assert waiting.run.waits is not None
    assert waiting.run.waits.key.startswith("form.signed/sha256:")
    assert ended.run.state == "dead"
    for detail in (waiting, ended):
        assert "ann@" not in repr(detail)


def unseen(run: Run, type_: str) -> Any:
    return run.wait_for(type_, key="1")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda run: unseen(run, "payment." + "settled"), "which its hub does not see"),
        (lambda run: run.wait_for("payment.lost", key="1"), "no flow of its hub takes events"),
    ],
)
async def test_what_can_never_come_is_told_with_what_to_do(
    engine: Engine, town: Town, ask: Callable[[Run], Any], said: str
) -> None:
    @town.hub.flow(on=town.on())
    async def ship(order: dict[str, Any], run: Run) -> None:
        await ask(run)

    @town.hub.flow(on=town.on("other"))
    async def hopes(order: dict[str, Any], run: Run) -> None:
        await run.wait_for("payment.lost", key="1")

    await engine.open(town.hub)
    await engine.deliver()
    await engine.work()
    (run,) = await engine.runs("ship")

    assert run.dead is not None
    assert (run.dead.kind, said in run.dead.reason) == ("nothing-to-wait-for", True)
