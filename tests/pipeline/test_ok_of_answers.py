"""A 2xx that is no success: the author says so for one call, and it is not remembered."""

from typing import Any

import pytest
from tests.engine import Answer, Engine, Town, Vendor

from tieline import HttpAnswer, Reject, Run
from tieline.model.commands import ForgetStep, RetryDead
from tieline.testing import answer, plain

HTML = Answer(200, headers=(("content-type", "text/html"),), body=b"<h1>Log in</h1>")
ERRORS = Answer(200, {"error": {"message": "the ledger is closed"}})
BOOKED = Answer(200, {"state": "booked"})


def is_booked(given: HttpAnswer) -> bool:
    return bool(given.json().get("state") == "booked")


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (HTML, "HTTP 200, which ok= does not take for a success: 15 bytes of text/html"),
        (ERRORS, "HTTP 200, which ok= does not take for a success: the ledger is closed"),
    ],
    ids=["html", "errors"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_answer_that_is_no_success_is_asked_for_again(
    engine: Engine, vendor: Vendor, town: Town, method: str, first: Answer, said: str
) -> None:
    seen: list[Any] = []

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        seen.append((await town.books.request(method, "/entries", ok=is_booked)).json())
        await town.books.post("/last", json={})

    vendor.answers = [first, BOOKED, Answer(503), Answer()]
    await engine.open(town.hub)
    run = await engine.take()
    assert run.run.state == "retrying"
    assert said in (run.run.reason or "")
    for _ in range(2):
        await engine.pass_time(minutes=2)

    assert seen == [{"state": "booked"}] * 2
    assert len(vendor.asked) == 4
    assert await engine.states() == ["done"]


async def test_a_write_that_may_not_be_repeated_is_held_with_what_was_said(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.chat.post("/messages", json={}, ok=is_booked)

    vendor.answers = [HTML]
    await engine.open(town.hub)
    run = await engine.take()

    assert (run.run.state, len(vendor.asked)) == ("held", 1)
    assert "15 bytes of text/html" in (run.run.reason or "")


async def test_a_status_that_is_a_failure_is_not_asked_about(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={}, ok=lambda _: True)

    vendor.answers = [Answer(422, {"title": "no such customer"})]
    await engine.open(town.hub)

    assert (await engine.take()).run.state == "dead"


async def test_an_ok_that_is_awaited_is_refused_before_anything_is_sent(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    async def later(_: HttpAnswer) -> bool:
        return False

    wrong: Any = later

    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        await town.books.post("/entries", json={}, ok=wrong)

    await engine.open(town.hub)
    run = await engine.take()

    assert (vendor.asked, run.run.state) == ([], "dead")
    assert "ok= is an async function" in (run.run.reason or "")


async def test_a_plain_test_asks_ok_as_the_engine_does(town: Town) -> None:
    async with plain(town.hub, answers={"books": lambda call: answer(200, {"state": "no"})}):
        with pytest.raises(ConnectionError, match="ok= does not take for a success"):
            await town.books.get("/entries", ok=is_booked)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_answer_that_was_remembered_too_soon_is_forgotten_and_asked_for_again(
    engine: Engine, vendor: Vendor, town: Town, method: str
) -> None:
    @town.hub.flow(on=town.on())
    async def flow(order: dict[str, Any], run: Run) -> None:
        given = await town.books.request(method, "/entries")
        if not is_booked(given):
            raise Reject("it is not booked")

    vendor.answers = [ERRORS, BOOKED]
    await engine.open(town.hub)
    run = await engine.take()
    name, by = f"books {method} /entries", engine.by()
    await engine.parts.journal.commit(ForgetStep(run.run.id, name, "#1", by))
    await engine.parts.journal.commit(RetryDead(run.run.id, by))
    await engine.work()

    assert await engine.states() == ["done"]
    assert len(vendor.asked) == 2
    assert len({asked.key for asked in vendor.asked}) == 1
