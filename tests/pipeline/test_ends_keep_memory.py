"""Ends keep memory: however an execution ends, what it did is found again by the next."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import apsw
import pytest
from tests.engine import Engine, Town, Vendor

from tieline import Hold, Reject, Retry, RetryPolicy, Run
from tieline.model.commands import ResolveHeld, RetryDead
from tieline.model.runs.facts import StoreTrouble

SECOND_US = 1_000_000


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("nobody may know")


class OwnHold(Hold):
    def __init__(self, amount: int) -> None:
        self.amount = amount


def charging(town: Town, end: Callable[[], Any]) -> list[int]:
    """A flow that does something of its own, makes a charge and then ends with *end*."""
    done: list[int] = []

    @town.hub.flow(on=town.on(), retry=RetryPolicy(attempts=3, first=timedelta(seconds=1)))
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("own", lambda: done.append(1))
        await town.chat.post("/charge", json={})
        end()

    return done


def raising(make: Callable[[], BaseException]) -> Callable[[], None]:
    def end() -> None:
        raise make()

    return end


@pytest.mark.parametrize(
    ("make", "state", "reason"),
    [
        (lambda: Reject(ValueError("no lines")), "dead", "no lines"),
        (lambda: Reject({"lines": 0}), "dead", "{'lines': 0}"),
        (lambda: Reject(None), "dead", "Reject, without a reason"),
        (lambda: Reject(b"no lines"), "dead", "no lines"),
        (lambda: Reject(Unprintable()), "dead", "Unprintable"),
        (lambda: Hold(ValueError("look")), "held", "look"),
        (lambda: Hold("half \udc80 and \0"), "held", r"half \udc80 and \x00"),
        (lambda: OwnHold(5), "held", "OwnHold: 5"),
        (lambda: Retry(OSError("gone")), "retrying", "gone"),
        (lambda: Retry("x", after=float("inf")), "dead", "TypeError: Retry(after=inf) is no"),
    ],
)
async def test_whatever_an_author_gives_as_a_reason_is_put_into_words(
    engine: Engine,
    vendor: Vendor,
    town: Town,
    make: Callable[[], BaseException],
    state: str,
    reason: str,
) -> None:
    done = charging(town, raising(make))
    await engine.open(town.hub)
    run = await engine.take()
    said = run.dead.reason if run.dead is not None else run.run.reason

    assert (run.run.state, (said or "")[: len(reason)]) == (state, reason)
    if state == "dead":
        await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
        await engine.work()
        assert await engine.states() == ["dead"]
    assert (len(vendor.asked), len(done)) == (1, 1)


async def test_a_pause_may_be_a_number_of_seconds(engine: Engine, town: Town) -> None:
    charging(town, raising(lambda: Retry("not yet", after=90)))
    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.due_us == engine.clock.at_us + 90 * SECOND_US


async def test_a_name_with_what_no_store_takes_is_kept(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        run.refer(order="half \udc80 and \0")
        await town.chat.post("/charge", json={})

    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.state == "done"
    assert {m.key for m in run.mentions} == {r"half \udc80 and \x00"}


@pytest.mark.parametrize("how", ["name", "key"])
async def test_a_step_whose_name_no_store_keeps_is_found_again_as_it_is_spelt_out(
    engine: Engine, vendor: Vendor, town: Town, how: str
) -> None:
    done: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        name, key = ("a\0b", None) if how == "name" else ("own", "half \udc80")
        await run.step(name, lambda: done.append(1), key=key)
        await run.sleep(timedelta(minutes=1))

    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(minutes=2)
    (run,) = await engine.runs()

    spelt = ("a\\x00b", "#1") if how == "name" else ("own", "half \\udc80")
    assert (run.run.state, done) == ("done", [1])
    assert spelt in {(step.name, step.key) for step in run.steps}


def refuse(engine: Engine, table: str, when: str) -> None:
    """From now on the store takes no row of *table* with *when*."""
    connection = apsw.Connection(str(engine.folder / "tieline.db"))
    connection.execute(
        f"CREATE TRIGGER refuses BEFORE INSERT ON {table} WHEN {when} "
        "BEGIN SELECT RAISE(ABORT, 'a mistake of ours'); END"
    )
    connection.close()


async def test_what_was_done_is_kept_though_how_it_was_told_is_not(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/charge", json={})
        run.refer(order="poison")

    await engine.open(town.hub)
    await engine.close()
    refuse(engine, "reference", "NEW.key = 'poison'")
    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert (run.dead.kind, "a mistake of ours" in run.dead.reason) == ("engine-failure", True)
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()
    assert (await engine.states(), len(vendor.asked)) == (["dead"], 1)


async def test_what_cannot_be_written_down_at_all_is_held_with_its_names(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    charged: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("paid", lambda: charged.append(1))

    await engine.open(town.hub)
    await engine.close()
    refuse(engine, "step", "NEW.name = 'paid'")
    await engine.open(town.hub)
    run = await engine.take()

    assert run.run.state == "held"
    assert "cannot be written down" in (run.run.reason or "")
    assert "paid (#1); look what of it happened" in (run.run.reason or "")
    assert any(isinstance(fact, StoreTrouble) for fact in engine.witness.facts)
    await engine.parts.journal.commit(ResolveHeld(run.run.id, "give-up", engine.by()))
    assert await engine.states() == ["cancelled"]


async def test_an_effect_is_not_begun_when_what_led_to_it_cannot_be_written_down(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        try:
            await town.chat.post("/charge", json={})
        except Exception:  # noqa: BLE001 - as authors write it
            await town.chat.post("/behind", json={})

    await engine.open(town.hub)
    await engine.close()
    refuse(engine, "step", "NEW.state = 'intent'")
    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, vendor.asked) == ("dead", [])
    assert [step.state for step in run.steps] == ["failed"]


async def test_a_call_that_was_cut_off_before_it_was_sent_leaves_no_doubt(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    tried: list[int] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        tried.append(1)
        async with asyncio.timeout(0 if len(tried) == 1 else None):
            await town.chat.post("/charge", json={})

    await engine.open(town.hub)
    await engine.take()
    assert vendor.asked == []
    await engine.pass_time(minutes=10)

    assert (await engine.states(), len(vendor.asked)) == (["done"], 1)
