"""Outages: one that several flows meet, in several ways, is one thing to look at."""

from typing import Any

from tests.engine import DROP, Answer, Engine, Town, Vendor

from tieline import Run
from tieline.features.issues.model import ListIssues
from tieline.model.views.views import ListDead


async def test_an_outage_that_two_flows_meet_is_one_incident_of_the_connection(
    engine: Engine, vendor: Vendor, town: Town
) -> None:
    books = town.books

    @town.hub.flow(on=town.on(), name="post")
    async def post(order: dict[str, Any], run: Run) -> None:
        await books.post("/entries", json=order)

    @town.hub.flow(on=town.on(), name="bill")
    async def bill(order: dict[str, Any], run: Run) -> None:
        await books.post("/bills", json=order)

    await engine.open(town.hub)
    vendor.rule = lambda asked: DROP if asked.path == "/bills" else Answer(503)
    await engine.deliver()
    await engine.work()
    await engine.pass_time(days=2)
    for _ in range(20):
        await engine.pass_time(minutes=20)

    [issue] = (await engine.parts.views.read(ListIssues())).rows
    dead = (await engine.parts.views.read(ListDead(issue=issue.id))).rows
    assert (issue.flow, issue.connection, issue.kind, issue.subjects) == (
        None,
        "books",
        "outage",
        2,
    )
    assert {one.flow for one in dead} <= {"post", "bill"}
    assert issue.headline.startswith("outage of connection books: ")
