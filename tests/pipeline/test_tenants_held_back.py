"""Tenants held back: who is paused waits, who has as many runs at work as it may waits its turn."""

import asyncio
from typing import Any

from tests.engine import Engine, Town, until
from tests.makers import START_US

from tieline import Run, Tenant
from tieline.features.records.why import why
from tieline.features.tenants.model import AddTenant, LimitTenant, PauseTenant, ResumeTenant
from tieline.model.base.ids import TenantId
from tieline.model.command import OperatorCommand
from tieline.model.commands import Ingest
from tieline.model.fleet.hint import Hint
from tieline.pipeline.admit import EventOrigin, Occurrence

A, B = TenantId("shop-a"), TenantId("shop-b")


def posting(town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def post(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json=order)


async def ingest(engine: Engine, tenant: TenantId, *identities: str) -> None:
    """Deliveries of *tenant*, which this process does not execute at once."""
    parts = engine.parts
    origin = EventOrigin(tenant, "shop", START_US, f"of {tenant}")
    found = [Occurrence("order.placed", one, {"n": one}, b"{}") for one in identities]
    await parts.journal.commit(Ingest(parts.admitter.admit(found, origin).admissions))


async def order(engine: Engine, command: OperatorCommand[Any]) -> None:
    """As a person does it over the control socket or the console."""
    await engine.parts.journal.commit(command)
    engine.parts.holds.after(command)
    await look(engine)


async def look(engine: Engine) -> None:
    """What the loop of the book does once it is woken."""
    loop = engine.kept["tenants"]
    assert loop.wake is not None
    assert loop.wake.is_set()
    loop.wake.clear()
    await loop.pass_()


async def test_the_runs_of_a_paused_tenant_wait_until_it_is_resumed(
    engine: Engine, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await ingest(engine, A, "1", "2")
    await ingest(engine, B, "1")
    await order(engine, PauseTenant(A, engine.by("it floods us")))

    await engine.work()

    runs = await engine.runs()
    assert {(run.run.tenant, run.run.state) for run in runs} == {(A, "ready"), (B, "done")}
    waiting = next(run for run in runs if run.run.tenant == A)
    assert why(waiting, START_US) == "tenant shop-a is paused by tester: it floods us"
    await order(engine, ResumeTenant(A, engine.by()))
    await engine.work()
    assert await engine.states() == ["done"] * 3


async def test_a_pause_that_another_process_made_is_read_at_once(
    engine: Engine, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await engine.parts.journal.commit(AddTenant(A, engine.by()))
    await engine.parts.journal.commit(PauseTenant(A, engine.by()))

    engine.parts.holds.heard(Hint(pauses=True))
    await look(engine)

    flows = list(engine.parts.hub.flows.values())
    assert not engine.parts.back.reserve(flows, [A])
    assert engine.parts.back.reserve(flows, [B])


async def test_what_is_paused_when_a_process_starts_waits_from_the_start(
    engine: Engine, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await ingest(engine, A, "1")
    await engine.parts.journal.commit(PauseTenant(A, engine.by()))

    await engine.restart(town.hub)
    await engine.work()

    assert await engine.states() == ["ready"]


async def test_whoever_may_have_one_run_at_work_has_the_next_once_it_ends(
    engine: Engine, town: Town, vendor: Any
) -> None:
    posting(town)
    await engine.open(town.hub)
    await ingest(engine, A, "1", "2", "3")
    await ingest(engine, B, "1", "2")
    await order(engine, LimitTenant(A, engine.by(), at_once=1))
    back, vendor.gate = engine.parts.back, asyncio.Event()

    await back.claim_pass()

    await until(lambda: vendor.in_flight == 3)
    assert sorted(row.tenant for row in await engine.rows() if row.state == "running") == [A, B, B]
    assert not back.reserve(list(engine.parts.hub.flows.values()), [A])
    assert await back.claim_pass() == (0, False)
    back.signals.look.clear()
    vendor.gate.set()
    await engine.at_rest()
    assert back.signals.look.is_set()
    await engine.work()
    assert await engine.states() == ["done"] * 5


# --- from the door to the store's own tenants -----------------------------------------------------


def selling(town: Town) -> None:
    @town.hub.flow(on=town.on(tenant=Tenant.field("data.account")))
    async def post(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json=order)


async def test_who_is_added_comes_in_and_who_is_paused_waits_also_on_the_fast_path(
    engine: Engine, town: Town
) -> None:
    selling(town)
    await engine.open(town.hub)
    await order(engine, AddTenant(A, engine.by()))

    stranger = await engine.deliver({"account": B})
    await order(engine, PauseTenant(A, engine.by("it floods us")))
    await engine.deliver({"account": A})
    await engine.work()

    assert stranger.status == 202
    [run] = await engine.rows()
    assert (run.tenant, run.state) == (A, "ready")
    await order(engine, ResumeTenant(A, engine.by()))
    await order(engine, AddTenant(B, engine.by()))
    await engine.deliver({"account": B})
    await engine.work()
    assert [(row.tenant, row.state) for row in await engine.rows()] == [(A, "done"), (B, "done")]


async def test_who_sends_more_than_it_may_is_told_when_to_come_back(
    engine: Engine, town: Town
) -> None:
    selling(town)
    await engine.open(town.hub)
    await order(engine, AddTenant(A, engine.by()))
    await order(engine, LimitTenant(A, engine.by(), rate_count=2, rate_us=10_000_000))

    statuses = [(await engine.deliver({"account": A})).status for _ in range(4)]

    assert statuses == [202, 202, 429, 429]
    engine.clock.advance(seconds=5)
    assert (await engine.deliver({"account": A})).status == 202


async def test_a_full_queue_takes_no_more_until_it_is_shorter(engine: Engine, town: Town) -> None:
    selling(town)
    await engine.open(town.hub)
    await order(engine, AddTenant(A, engine.by()))
    await order(engine, LimitTenant(A, engine.by(), queue=2))
    await order(engine, PauseTenant(A, engine.by()))

    statuses = [(await engine.deliver({"account": A})).status for _ in range(3)]
    await engine.kept["tenants"].pass_()
    counted = await engine.deliver({"account": A})
    await order(engine, ResumeTenant(A, engine.by()))
    await engine.work()
    await engine.kept["tenants"].pass_()

    assert (statuses, counted.status) == ([202, 202, 429], 429)
    assert (await engine.deliver({"account": A})).status == 202
