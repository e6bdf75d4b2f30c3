"""Probes: a person has the other side asked at once; what waits goes on only if it answers."""

from typing import Any

import pytest
from tests.engine import DROP, Answer, Engine, Town, Vendor

from tieline import Run
from tieline.features.probes.model import ProbeConnection, ProbeRow, ShowProbe
from tieline.model.commands import Pause
from tieline.model.runs.waits import waits_for_connection


def posting(town: Town) -> None:
    books = town.books

    @town.hub.flow(on=town.on(), name="post")
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json=order)


async def shut(engine: Engine, vendor: Vendor, answer: Any, *, runs: int) -> None:
    """The other side fails until its breaker opens; what comes then waits."""
    vendor.rule = lambda _: answer
    for number in range(runs):
        await engine.deliver({"n": number})
    await engine.work()
    vendor.asked.clear()


async def probed(engine: Engine, path: str = "/") -> ProbeRow:
    order = ProbeConnection("books", engine.by("they say it is back"), path)
    await engine.parts.journal.commit(order)
    await engine.kept["probes"].pass_()
    return await engine.parts.views.read(ShowProbe("books"))


async def test_an_answer_opens_the_breaker_by_half_at_once_and_what_waits_goes_on(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await shut(engine, vendor, DROP, runs=12)
    guard = engine.parts.calls.guard(town.books.spec)
    assert guard.state == "open"
    for number in range(4):
        await engine.deliver({"n": 100 + number})
    await engine.work()
    assert vendor.asked == []

    vendor.rule = None
    row = await probed(engine, "/v1/ping")
    half = guard.state
    await engine.work()

    assert (row.status, row.outcome, half) == (200, "done", "probing")
    assert vendor.asked[0].path == "/v1/ping"
    assert guard.state == "closed"
    assert (await engine.states())[-4:] == ["done"] * 4  # without any time passing


@pytest.mark.parametrize(("answer", "status"), [(DROP, None), (Answer(503), 503)])
async def test_without_an_answer_nothing_changes_and_it_says_why(
    engine: Engine, vendor: Vendor, town: Town, answer: Any, status: int | None
) -> None:
    posting(town)
    await engine.open(town.hub)
    await shut(engine, vendor, answer, runs=12)
    guard = engine.parts.calls.guard(town.books.spec)
    before = guard.standing(engine.clock.at_us)

    row = await probed(engine)
    await engine.work()

    assert (row.status, row.outcome != "done", bool(row.detail)) == (status, True, True)
    assert guard.standing(engine.clock.at_us) == before
    assert len(vendor.asked) == 1


async def test_an_answer_that_refuses_the_credential_lets_no_call_go(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await shut(engine, vendor, Answer(401), runs=2)
    guard = engine.parts.calls.guard(town.books.spec)

    refused = await probed(engine)
    await engine.work()
    assert (refused.status, guard.state, len(vendor.asked)) == (401, "unhealthy", 1)

    vendor.rule = None
    await probed(engine)
    await engine.work()
    assert (guard.state, await engine.states()) == ("closed", ["done", "done"])


async def test_a_probe_asks_past_a_pause_and_leaves_it(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await engine.parts.journal.commit(Pause("connection", "books", engine.by("month end")))
    await engine.parts.holds.pass_()
    await engine.deliver()
    await engine.work()

    row = await probed(engine)
    await engine.work()

    assert (row.status, [one.path for one in vendor.asked]) == (200, ["/"])
    run = await engine.only()
    assert (run.run.state, run.run.waits) == ("waiting", waits_for_connection("books"))


async def test_a_probe_that_nobody_took_in_time_is_not_made_later(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    posting(town)
    await engine.open(town.hub)
    await engine.parts.journal.commit(ProbeConnection("books", engine.by()))
    engine.clock.advance(hours=1)
    await engine.kept["probes"].pass_()

    assert vendor.asked == []


async def test_who_looks_twice_makes_one_call(engine: Engine, vendor: Vendor, town: Town) -> None:
    posting(town)
    await engine.open(town.hub)
    await engine.parts.journal.commit(ProbeConnection("books", engine.by()))
    for _ in range(2):
        await engine.kept["probes"].pass_()

    assert len(vendor.asked) == 1
