"""What was sent and answered is kept of tries that failed, and of all where that is set."""

from typing import Any

from tests.engine import DROP, Answer, Engine, Town, Vendor

from tieline.features.issues.model import ListIssues
from tieline.model.views.series import HOUR_US, ReadSeries

BUSY = Answer(503, {"error": "come back later"})


def a_flow(town: Town) -> None:
    @town.hub.flow(on=town.on())
    async def post(order: dict[str, Any]) -> None:
        await town.books.post("/entries", json={"id": order["id"], "password": "hunter2!"})


async def test_a_try_that_failed_shows_what_was_sent_and_answered(
    engine: Engine, town: Town, vendor: Vendor
) -> None:
    a_flow(town)
    await engine.open(town.hub)
    vendor.answers = [BUSY, DROP]

    await engine.take({"id": 7})
    await engine.pass_time(minutes=5)
    run = await engine.only()
    await engine.pass_time(minutes=5)
    done = await engine.only()

    first, second = run.exchanges
    assert first.request.startswith(f"POST {vendor.url}/entries\n")
    assert first.request.endswith('\n\n{"id":7,"password":"[redacted]"}')
    assert first.answer is not None
    assert first.answer.startswith("HTTP 503\n")
    assert first.answer.endswith('{"error":"come back later"}')
    assert [one.number for one in run.attempts] == [first.number, second.number] == [1, 2]
    assert [one.at_us for one in run.attempts] == [first.at_us, second.at_us]
    assert second.answer is None
    assert done.run.state == "done"
    assert len(done.exchanges) == 2


async def test_tries_that_went_well_are_kept_where_it_is_set(engine: Engine, town: Town) -> None:
    engine.more = {"keep_requests": "all"}
    a_flow(town)
    await engine.open(town.hub)

    run = await engine.take({"id": 7})

    [kept] = run.exchanges
    assert kept.answer is not None
    assert kept.answer.startswith("HTTP 200\n")


async def test_what_went_well_is_kept_of_a_share_of_the_runs_and_in_full(
    engine: Engine, town: Town, vendor: Vendor
) -> None:
    """All calls of a run or none."""
    engine.more = {"keep_requests": "50%", "keep_requests_characters": 65_536}

    @town.hub.flow(on=town.on())
    async def post(order: dict[str, Any]) -> None:
        for number in range(2):
            await town.books.put(f"/entries/{number}", json={"words": "x" * 9_000})

    await engine.open(town.hub)
    for number in range(40):
        await engine.take({"id": number})

    kept = [len(run.exchanges) for run in await engine.runs()]
    assert set(kept) == {0, 2}
    assert all("x" * 9_000 in one.request for run in await engine.runs() for one in run.exchanges)


async def test_failures_of_a_hub_become_an_issue_and_counts(
    engine: Engine, town: Town, vendor: Vendor
) -> None:
    a_flow(town)
    await engine.open(town.hub)
    vendor.answers = [BUSY]
    await engine.take({"id": 7})
    await engine.pass_time(minutes=5)
    await engine.parts.knowing.flush_pass()

    [issue] = (await engine.parts.views.read(ListIssues())).rows
    hour = engine.clock.at_us - engine.clock.at_us % HOUR_US
    read = engine.parts.views.read
    flow = (await read(ReadSeries("flow", "post", hour, hour + HOUR_US))).total
    books = (await read(ReadSeries("connection", "books", hour, hour + HOUR_US))).total

    assert (issue.connection, issue.status, issue.count) == ("books", None, 1)
    assert flow.counts == {"retrying": 1, "done": 1}
    assert books.counts == {"unavailable": 1, "done": 1}
