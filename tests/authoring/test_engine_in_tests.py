"""``tieline.testing.engine``: what an author's test says of a flow is what a hub makes of it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import pytest
from tests.engine import a_vendor

from tieline import (
    Connector,
    Contract,
    Hold,
    Hub,
    Key,
    NoAuth,
    Reject,
    Run,
)
from tieline.model.base.errors import SettingsError
from tieline.model.calls.call import Call, HttpAnswer
from tieline.testing import answer, engine


class OrderPlaced(Contract, name="order.placed", version=1):
    order: Annotated[str, Key]
    total: int


hub = Hub("shop")
books = hub.connect(
    "books",
    Connector("books", auth=NoAuth(), idempotency_header="Idempotency-Key"),
    base_url="https://books.example/v1",
)
orders = hub.topic("order.placed", contract=OrderPlaced)


@hub.flow(on=orders)
async def book(order: OrderPlaced, run: Run) -> None:
    if order.total < 0:
        raise Reject("no total below zero")
    if order.total > 1_000:
        await run.hold("above the limit")
    entry = await books.post("/entries", json={"ref": order.order})
    await run.sleep(timedelta(days=3))
    await run.emit("order.booked", {"entry": entry.json()["id"]})


@hub.flow(on=hub.topic("order.booked"))
async def thank(booked: dict[str, str], run: Run) -> None:
    run.refer(entry=booked["entry"])


def entry(_: Call) -> HttpAnswer:
    return answer(201, {"id": "e_1"})


async def test_a_run_goes_to_its_end_with_what_it_causes_and_time_passes_for_it() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    async with engine(hub, answers={"books": entry}, at=begin) as run:
        asleep = await run(book, OrderPlaced(order="84219", total=10))
        await run.advance(timedelta(days=3))
        done = await run.read(asleep.id)
        (thanked,) = await run.runs(thank)

    assert (asleep.state, asleep.attempts) == ("waiting", 1)
    assert (done.state, done.emitted) == ("done", (("order.booked", {"entry": "e_1"}),))
    assert [(name, call.method, call.path) for name, call in run.calls] == [
        ("books", "POST", "/entries")
    ]
    assert "idempotency-key" in {name.lower() for name, _ in run.calls[0][1].headers}
    assert thanked.state == "done"
    assert datetime.fromtimestamp(run.clock.at_us / 1e6, UTC) >= begin + timedelta(days=3)


async def test_what_the_other_side_refuses_for_a_while_is_attempted_again_under_one_key() -> None:
    answers = iter([answer(503), answer(500), answer(201, {"id": "e_1"})])

    async with engine(hub, answers={"books": lambda _: next(answers)}) as run:
        done = await run(book, {"order": "1", "total": 1}, within=timedelta(days=4))

    keys = {dict(call.headers).get("idempotency-key") for _, call in run.calls}
    assert (done.state, done.attempts, len(keys)) == ("done", 3, 1)


@pytest.mark.parametrize(
    ("total", "status", "state", "reason"),
    [
        (-1, 201, "dead", "no total below zero"),
        (2_000, 201, "held", "above the limit"),
        (1, 422, "dead", "books POST /entries"),
    ],
)
async def test_ends_that_need_somebody_say_why(
    total: int, status: int, state: str, reason: str
) -> None:
    async with engine(hub, answers={"books": lambda _: answer(status, {})}) as run:
        ended = await run(book, {"order": "1", "total": total})

    assert (ended.state, reason in str(ended.reason)) == (state, True)


async def test_an_event_of_a_source_goes_to_all_its_flows_and_a_run_to_one() -> None:
    both = Hub("both")
    seen: list[str] = []

    @both.flow(on=both.topic("order.placed"))
    async def one(_: dict[str, str], run: Run) -> None:
        seen.append("one")

    @both.flow(on=both.topic("order.*"))
    async def other(_: dict[str, str], run: Run) -> None:
        seen.append("other")

    async with engine(both) as run:
        await run(other, {}, type="order.placed")
        alone = list(seen)
        every = await run.deliver("topic", "order.placed", {})
        with pytest.raises(SettingsError, match="the hub listens to topic"):
            await run.deliver("shop", "order.placed", {})

    assert (alone, sorted(seen)) == (["other"], ["one", "other", "other"])
    assert {(one.flow, one.state) for one in every} == {("one", "done"), ("other", "done")}


async def test_a_second_event_of_one_identity_is_a_repeat() -> None:
    async with engine(hub, answers={"books": entry}) as run:
        first = await run(book, {"order": "1", "total": 1}, id="o-1")
        again = await run(book, {"order": "1", "total": 1}, id="o-1")

    assert first.id == again.id
    assert len(run.calls) == 1


async def test_what_the_contract_does_not_take_is_said() -> None:
    async with engine(hub) as run:
        with pytest.raises(ValueError, match=r"order\.placed@1 for flow book: total"):
            await run(book, {"order": "1"})


async def test_a_call_that_nobody_answers_fails_with_the_line_to_write() -> None:
    async with engine(hub) as run:
        with pytest.raises(AssertionError, match=r"answers=\{\"books\": lambda call"):
            await run(book, {"order": "1", "total": 1})


async def test_calls_go_to_a_simulated_vendor_where_the_test_gives_its_address() -> None:
    async with a_vendor() as vendor, engine(hub, base_urls={"books": vendor.url}) as run:
        asleep = await run(book, {"order": "1", "total": 1})

    assert (asleep.state, vendor.paths()) == ("waiting", ["/entries"])


async def test_what_the_hub_does_not_have_is_named() -> None:
    with pytest.raises(SettingsError, match="the hub has books"):
        async with engine(hub, answers={"crm": entry}):
            pass
    async with engine(hub) as run:
        with pytest.raises(SettingsError, match="the hub has book, thank"):
            await run("ship", {})


async def test_a_flow_of_a_pattern_is_told_which_event_comes() -> None:
    wide = Hub("wide")
    seen: list[str] = []

    @wide.flow(on=wide.topic("order.*"))
    async def note(_: dict[str, str], run: Run) -> None:
        seen.append(run.event.type)
        raise Hold("look at it")

    async with engine(wide) as run:
        with pytest.raises(SettingsError, match="give the type of the event"):
            await run(note, {})
        ended = await run(note, {}, type="order.lost")

    assert (seen, ended.state) == (["order.lost"], "held")
