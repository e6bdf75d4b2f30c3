"""Outcomes: every way in which an execution ends, and what is stored and seen of it."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import pytest
from pydantic import field_validator
from tests.engine import DROP, QUICK, Answer, Engine, Town, Vendor, a_town, until

from tieline import Contract, Hold, Key, Reject, Retry, RetryPolicy, Run
from tieline.model.commands import Cancel, RetryDead
from tieline.model.views.views import ListEvents

SECOND_US = 1_000_000


async def raising(engine: Engine, town: Town, error: BaseException, **dials: Any) -> Any:
    """The run of a flow that raises *error*."""

    @town.hub.flow(on=town.on(), **dials)
    async def flow(order: dict[str, Any], run: Run) -> None:
        raise error

    await engine.open(town.hub)
    return await engine.take()


async def test_reject_ends_a_run_at_once_with_the_authors_reason(
    engine: Engine, town: Town
) -> None:
    run = await raising(engine, town, Reject("the order has no lines"))

    assert (run.run.state, run.dead.kind) == ("dead", "rejected")
    assert run.dead.reason == "the order has no lines"


async def test_hold_waits_for_a_person(engine: Engine, town: Town) -> None:
    run = await raising(engine, town, Hold("more than 10,000 EUR"))

    assert (run.run.state, run.run.reason) == ("held", "more than 10,000 EUR")
    assert run.run.step_in_doubt is None


async def test_retry_comes_back_after_the_time_that_the_author_asked_for(
    engine: Engine, town: Town
) -> None:
    run = await raising(engine, town, Retry("not yet", after=timedelta(minutes=7)))

    assert run.run.due_us - engine.clock.at_us == 420 * SECOND_US
    assert (run.run.state, run.run.reason) == ("retrying", "not yet")


@pytest.mark.parametrize(
    "error", [Retry(), OSError("disk"), TimeoutError("slow"), ConnectionError("gone")]
)
async def test_what_may_pass_is_tried_again_until_the_flows_tries_are_lost_claims(
    engine: Engine, town: Town, error: Exception
) -> None:
    await raising(engine, town, error, retry=QUICK)
    for _ in range(QUICK.attempts + 2):
        await engine.pass_time(minutes=5)

    run = await engine.only()
    assert run.dead is not None
    assert (run.dead.kind, run.run.tries) == ("retries-used-up", 0)
    assert run.dead.reason.startswith("gave up after 4 attempts: ")


async def test_a_mistake_in_a_flow_is_dead_at_once_with_its_traceback(
    engine: Engine, town: Town
) -> None:
    run = await raising(engine, town, KeyError("amount"))

    assert (run.run.state, run.dead.kind, run.dead.reason) == (
        "dead",
        "KeyError",
        "KeyError: 'amount'",
    )
    assert "raise error" in run.evidence


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("nobody may know")


@pytest.mark.parametrize(
    "error",
    [
        Unprintable(),
        ValueError("half a pair: \udc80"),
        ValueError("nul: \0"),
        ValueError("x" * 100_000),
        SystemExit(3),
        asyncio.CancelledError(),
        Reject("half a pair: \udc80"),
        Retry("half a pair: \udc80"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_no_error_of_an_author_leaves_a_run_that_nobody_executes(
    engine: Engine, town: Town, error: BaseException
) -> None:
    run = await raising(engine, town, error)

    assert run.run.state in {"dead", "retrying"}
    assert engine.parts.back.busy == 0


async def test_a_step_with_a_name_that_no_store_takes_has_it_spelt_out(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("half a pair \udc80", lambda: 1)
        await town.books.post("/entries", json={})

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, engine.parts.back.busy) == ("done", 0)
    assert r"half a pair \udc80" in {step.name for step in run.steps}


# --- time ---------------------------------------------------------------------------------------


async def test_an_execution_that_takes_too_long_is_ended_and_tried_again(
    engine: Engine, town: Town
) -> None:
    begun: list[int] = []

    @town.hub.flow(on=town.on(), time_limit=timedelta(minutes=1))
    async def flow(order: dict[str, Any], run: Run) -> None:
        begun.append(1)
        await asyncio.Event().wait()

    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: bool(begun))
    assert engine.parts.back.limit_pass() == 0
    engine.clock.advance(seconds=61)
    assert engine.parts.back.limit_pass() == 1
    await engine.at_rest()

    run = await engine.only()
    assert (run.run.state, run.run.tries) == ("retrying", 1)
    assert "one execution may take 0:01:00" in (run.run.reason or "")


async def test_a_flow_that_catches_its_end_is_told_again(engine: Engine, town: Town) -> None:
    begun: list[int] = []
    caught: list[int] = []

    @town.hub.flow(on=town.on(), time_limit=timedelta(minutes=1))
    async def flow(order: dict[str, Any], run: Run) -> None:
        begun.append(1)
        for _ in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                caught.append(1)
        await asyncio.Event().wait()

    def has_heard(told: int) -> bool:
        return len(caught) >= told or engine.parts.back.busy == 0

    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: bool(begun))
    engine.clock.advance(minutes=2)
    for told in (1, 2, 3):
        assert engine.parts.back.limit_pass() == 1
        await until(partial(has_heard, told))
    await engine.at_rest()

    assert await engine.states() == ["retrying"]


async def test_a_time_limit_ends_what_a_flow_left_behind_too(engine: Engine, town: Town) -> None:
    forever = asyncio.Event()

    @town.hub.flow(on=town.on(), time_limit=timedelta(minutes=1))
    async def flow(order: dict[str, Any], run: Run) -> None:
        task = asyncio.ensure_future(run.step("forever", forever.wait))
        await asyncio.sleep(0)
        assert not task.done()

    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    for _ in range(20):
        await asyncio.sleep(0)
    assert engine.parts.back.busy == 1
    engine.clock.advance(seconds=61)
    engine.parts.back.limit_pass()
    await engine.at_rest()

    assert await engine.states() == ["dead"]


async def test_a_clock_that_is_set_forward_ends_no_execution(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on(), time_limit=timedelta(minutes=1))
    async def flow(order: dict[str, Any], run: Run) -> None:
        await asyncio.Event().wait()

    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await asyncio.sleep(0)
    engine.clock.jump(hours=3)

    assert engine.parts.back.limit_pass() == 0


async def test_a_run_past_its_deadline_is_dead_whatever_it_waits_for(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on(), deadline=timedelta(hours=1))
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.sleep(timedelta(days=1))

    await engine.open(town.hub)
    await engine.take()
    engine.clock.advance(minutes=61)
    await engine.parts.house.sweep_pass()

    run = await engine.only()
    assert run.dead is not None
    assert (run.run.state, run.dead.kind) == ("dead", "deadline")


async def test_a_run_that_is_cancelled_while_it_is_executed_stops(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={})
        await town.books.post("/behind", json={})

    vendor.gate = asyncio.Event()
    await engine.open(town.hub)
    await engine.deliver()
    await engine.parts.back.claim_pass()
    await until(lambda: bool(vendor.asked))
    (row,) = await engine.rows()
    command = Cancel(row.id, engine.by())
    await engine.parts.journal.commit(command)
    engine.parts.holds.after(command)
    await engine.at_rest()
    vendor.gate.set()

    assert await engine.states() == ["cancelled"]
    assert vendor.paths() == ["/entries"]


async def test_a_sleep_outlives_restarts_and_is_slept_once(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/before", json={})
        await run.sleep(timedelta(hours=6))
        await town.books.post("/after", json={})

    await engine.open(town.hub)
    run = await engine.take()
    assert (run.run.state, run.run.reason) == ("waiting", "sleeps for 6:00:00")
    await engine.restart(town.hub)
    await engine.pass_time(hours=5)
    assert vendor.paths() == ["/before"]

    await engine.restart(town.hub)
    await engine.pass_time(hours=1)
    assert vendor.paths() == ["/before", "/after"]
    assert await engine.states() == ["done"]


# --- events and names ---------------------------------------------------------------------------


class Posted(Contract, name="posted", version=1):
    ref: Annotated[str, Key("entry")]
    customer: str = "c"


async def test_an_emitted_event_runs_the_flows_of_its_topic_once_over_all_retries(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    heard: list[tuple[Any, str | None]] = []

    @town.hub.flow(on=town.on(), name="emits")
    async def emits(order: dict[str, Any], run: Run) -> None:
        await run.emit("posted", {"ref": "r", "customer": "c"})
        await town.books.post("/entries", json={})

    @town.hub.flow(on=town.hub.topic("posted", contract=Posted), ordered_by="customer")
    async def hears(posted: Posted, run: Run) -> None:
        heard.append((posted.ref, run.event.cause))

    vendor.answers = [Answer(503), DROP]
    await engine.open(town.hub)
    first = await engine.take()
    await engine.restart(town.hub)
    await engine.pass_time(minutes=5)
    await engine.pass_time(minutes=5)

    (run,) = await engine.runs("emits")
    assert heard == [("r", run.run.id)]
    assert run.event.correlation == (await engine.runs("hears"))[0].event.correlation
    assert (await engine.runs("hears"))[0].run.lane == "c"
    assert first.run.state != "dead"
    assert set(await engine.states()) == {"done"}


async def test_an_event_of_a_step_that_failed_before_it_was_stored_is_not_published(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on(), name="emits")
    async def emits(order: dict[str, Any], run: Run) -> None:
        await run.emit("posted", {"ref": "r"})
        await run.emit("other", {"ref": object()})

    @town.hub.flow(on=town.hub.topic("posted"))
    async def hears(posted: dict[str, Any]) -> None: ...

    await engine.open(town.hub)
    await engine.take()
    run = (await engine.runs("emits"))[0]

    assert run.run.state == "dead"
    assert [step.name for step in run.steps] == ["emit posted"]
    assert await engine.states("hears") == ["done"]


async def test_an_emitted_event_must_fit_the_contract_of_whoever_listens(
    engine: Engine, town: Town
) -> None:
    @town.hub.flow(on=town.on(), name="emits")
    async def emits(order: dict[str, Any], run: Run) -> None:
        await run.emit("posted", {"ref": 7})

    @town.hub.flow(on=town.hub.topic("posted", contract=Posted))
    async def hears(posted: Posted) -> None: ...

    await engine.open(town.hub)
    run = await engine.take()

    assert run.dead is not None
    assert "posted@1 for flow hears: ref: Input should be a valid string" in run.dead.reason
    assert await engine.states("hears") == []


async def test_several_emits_of_one_topic_are_several_events(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on(), name="emits")
    async def emits(order: dict[str, Any], run: Run) -> None:
        for ref in ("a", "b", "b"):
            await run.emit("posted", {"ref": ref})

    @town.hub.flow(on=town.hub.topic("posted"))
    async def hears(posted: dict[str, Any]) -> None: ...

    await engine.open(town.hub)
    await engine.take()

    assert await engine.states("hears") == ["done"] * 3


async def test_an_event_that_nobody_hears_is_recorded(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.emit("unheard", {"ref": "r"})

    await engine.open(town.hub)
    await engine.take()

    events = await engine.parts.views.read(ListEvents(type="unheard"))
    assert [event.type for event in events.rows] == ["unheard"]


async def test_names_are_attached_once_however_often_the_run_is_executed(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        run.refer(order="84219", entry=7)
        await town.books.post("/entries", json={})

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    run = await engine.only()
    assert sorted((m.kind, m.key) for m in run.mentions) == [("entry", "7"), ("order", "84219")]


# --- what cannot be executed --------------------------------------------------------------------


class Order(Contract, name="order", version=1):
    ref: str


async def test_a_payload_that_no_contract_accepts_is_kept_aside(engine: Engine, town: Town) -> None:
    @town.hub.flow(on=town.on(contract=Order))
    async def flow(order: Order) -> None: ...

    await engine.open(town.hub)
    reply = await engine.deliver({"ref": 7})

    assert reply.status == 202
    assert await engine.states() == []


async def test_a_run_whose_flow_is_gone_says_so_and_a_retry_finds_it_again(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={})

    vendor.answers = [Answer(503)]
    await engine.open(town.hub)
    await engine.take()
    await engine.restart(a_town(vendor).hub)
    await engine.pass_time(seconds=30)
    run = await engine.only()
    assert run.dead is None
    assert run.run.state == "ready"

    await engine.restart(town.hub)
    await engine.work()
    assert await engine.states() == ["done"]


async def test_a_payload_that_a_new_release_does_not_understand_is_dead_and_can_be_retried(
    engine: Engine, vendor: Vendor
) -> None:
    class Strict(Contract, name="order", version=2):
        ref: int

    def release(contract: type[Contract] | None) -> Town:
        town = a_town(vendor)

        @town.hub.flow(on=town.on(contract=contract))
        async def flow(order: Any, run: Run) -> None:
            await town.books.post("/entries", json={})

        return town

    vendor.answers = [Answer(503)]
    await engine.open(release(None).hub)
    await engine.take({"ref": "text"})
    await engine.restart(release(Strict).hub)
    await engine.pass_time(seconds=30)
    run = await engine.only()
    assert run.dead is not None
    assert (run.dead.kind, "ref: Input should be a valid integer" in run.dead.reason) == (
        "contract",
        True,
    )

    await engine.restart(release(None).hub)
    await engine.parts.journal.commit(RetryDead(run.run.id, engine.by()))
    await engine.work()
    assert await engine.states() == ["done"]


async def test_a_validator_that_breaks_stops_neither_the_door_nor_other_runs(
    engine: Engine, vendor: Vendor
) -> None:

    broken = False

    class Order(Contract, name="order", version=1):
        ref: str

        @field_validator("ref")
        @classmethod
        def look(cls, value: str) -> str:
            if broken and value == "bad":
                raise KeyError(value)
            return value

    town = a_town(vendor)

    @town.hub.flow(on=town.on(contract=Order))
    async def flow(order: Order, run: Run) -> None:
        await town.books.post("/entries", json={})

    vendor.answers = [Answer(503)] * 3
    await engine.open(town.hub)
    for ref in ("good", "bad", "fine"):
        await engine.deliver({"ref": ref})
    await engine.work()
    broken = True
    assert (await engine.deliver({"ref": "bad"})).status == 202
    await engine.pass_time(seconds=30)

    assert await engine.states() == ["done", "dead", "done"]
    assert engine.parts.back.busy == 0


async def test_the_retries_of_a_step_are_the_flows_and_then_it_is_dead(
    engine: Engine, town: Town
) -> None:
    tried: list[int] = []

    def fail() -> None:
        tried.append(1)
        raise ValueError("bad luck")

    policy = RetryPolicy(attempts=3, first=timedelta(seconds=1), cap=timedelta(seconds=2))

    @town.hub.flow(on=town.on(), retry=policy)
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("unlucky", fail)

    await engine.open(town.hub)
    await engine.take()
    for _ in range(5):
        await engine.pass_time(seconds=5)

    run = await engine.only()
    assert run.dead is not None
    assert len(tried) == 3
    assert (run.dead.kind, run.dead.reason) == (
        "ValueError",
        "gave up after 3 attempts: step 'unlucky': ValueError: bad luck",
    )


@pytest.mark.parametrize(
    ("error", "state"),
    [(Reject("no"), "dead"), (Hold("ask"), "held"), (Retry("later"), "retrying")],
)
async def test_inside_an_own_step_an_author_decides_about_the_run(
    engine: Engine, town: Town, error: Exception, state: str
) -> None:
    async def decide() -> None:
        raise error

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("decides", decide)

    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, run.run.reason) == (state, str(error))


async def test_a_call_inside_an_own_step_is_a_step_too(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    async def both() -> str:
        await town.books.post("/inner", json={})
        answer = await town.books.post("/second", json={})
        return str(answer.status)

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await run.step("both", both)

    vendor.answers = [Answer(), Answer(503), Answer()]
    await engine.open(town.hub)
    await engine.take()
    await engine.pass_time(seconds=30)

    assert vendor.paths() == ["/inner", "/second", "/second"]
    assert await engine.states() == ["done"]
