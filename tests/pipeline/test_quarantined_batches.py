"""Quarantined batches: of a delivery with many events, what did not run waits until it did."""

import time
from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from pydantic import field_validator
from tests.engine import Engine, Town

from tieline import Connector, Contract, EventShape, Run, WebhookScheme
from tieline.features.issues.model import ListIssues
from tieline.features.replays import passes as replay
from tieline.model.base.ids import ReceiptId, ReplayId
from tieline.model.commands import ReplayFilter, StartReplay
from tieline.model.inbound.request import Inbound
from tieline.model.plans.plan import Plan
from tieline.model.views.plans import PlanReplay
from tieline.model.views.quarantine import CountQuarantine
from tieline.model.views.views import ListReceipts, ShowReceipt, ShowReplay
from tieline.operations.planning import PlanParts
from tieline.rules.runs.replayed import RAN

BATCHES = WebhookScheme(
    name="batches",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id", data_path="data", events_path="events"),
    docs="https://batches.example/webhooks",
)
BAD: set[int] = set()
"""Numbers that the contract does not take for now."""
ASIDE = ReplayFilter(states=("quarantined",))


class Line(Contract, name="line", version=1):
    n: int

    @field_validator("n")
    @classmethod
    def fits(cls, n: int) -> int:
        """What is against the contract is in the hands of the test."""
        if n in BAD:
            raise ValueError("not this one")
        return n


@pytest.fixture
async def ran(engine: Engine, town: Town) -> list[int]:
    """Numbers whose run was executed, by a hub that takes batches."""
    numbers: list[int] = []
    batches = town.hub.connect("batches", Connector("batches", webhook=BATCHES))

    @town.hub.flow(on=batches.webhook("line.made", contract=Line, unverified=True))
    async def book(line: Line, run: Run) -> None:
        numbers.append(line.n)

    engine.clock.at_us = time.time_ns() // 1_000
    engine.clock.advance(minutes=1)
    await engine.open(town.hub)
    return numbers


async def deliver(engine: Engine, *numbers: int, kind: str = "line.made") -> ReceiptId:
    events = [{"id": f"l{n}", "type": kind, "data": {"n": n}} for n in numbers]
    events.append({"id": f"o{numbers}", "type": "nobody.cares", "data": {}})
    inbound = Inbound(
        "POST",
        "http://hub.example/in/batches",
        (("content-type", "application/json"),),
        orjson.dumps({"events": events}),
        "batches",
        "192.0.2.1",
        engine.clock.at_us,
    )
    assert (await engine.front.take(inbound)).status == 202
    await engine.work()
    return (await engine.parts.views.read(ListReceipts())).rows[0].id


async def replayed(engine: Engine, number: int, wanted: ReplayFilter = ASIDE) -> Plan:
    parts = engine.parts
    sources = PlanParts(parts.views, lambda: parts.admitter, engine.clock.now_us())
    made = await replay.plan(sources, PlanReplay(wanted))
    order = StartReplay(ReplayId(f"rpl_0{number}"), wanted, 100, 0, False, engine.by())
    await replay.start(parts.journal, order, made)
    engine.clock.advance(seconds=1)
    await engine.replay()
    return made


def counts(parts: Iterable[Any]) -> dict[str, int]:
    return {getattr(one, "does", None) or one.why: one.count for one in parts}


async def waiting(engine: Engine) -> int:
    return (await engine.parts.views.read(CountQuarantine())).waiting


async def test_what_ran_when_it_was_delivered_does_not_run_again(
    engine: Engine, ran: list[int]
) -> None:
    BAD.clear()
    BAD.add(2)
    receipt_id = await deliver(engine, 1, 2, 3)
    shown = await engine.parts.views.read(ShowReceipt(receipt_id))
    assert (sorted(ran), await waiting(engine)) == ([1, 3], 1)
    assert shown.receipt.reason is not None
    assert shown.receipt.reason.startswith("event 2 of 4: line@1 for flow book: n: ")
    BAD.clear()

    made = await replayed(engine, 1)

    row = (await engine.parts.views.read(ShowReplay(ReplayId("rpl_01")))).replay
    assert counts(made.does) == {"new run of book": 1}
    assert counts(made.left_out)[RAN] == 2
    assert (sorted(ran), await waiting(engine)) == ([1, 2, 3], 0)
    assert (row.state, row.ending) == ("done", "made 1 of 1; 3 left out, as planned")


async def test_a_delivery_waits_until_all_of_it_has_run(engine: Engine, ran: list[int]) -> None:
    BAD.clear()
    BAD.update({1, 2})
    await deliver(engine, 1, 2, 3)
    BAD.remove(1)

    made = await replayed(engine, 1)

    assert (counts(made.does), made.found) == ({"new run of book": 1}, 4)
    assert (sorted(ran), await waiting(engine)) == ([1, 3], 1)
    BAD.clear()
    await replayed(engine, 2)
    assert (sorted(ran), await waiting(engine)) == ([1, 2, 3], 0)


async def test_an_event_by_itself_does_not_take_its_delivery_along(
    engine: Engine, ran: list[int]
) -> None:
    BAD.clear()
    BAD.update({1, 2})
    receipt_id = await deliver(engine, 1, 2)
    first, *_ = sorted(
        (row for row in (await engine.parts.views.read(ShowReceipt(receipt_id))).events),
        key=lambda row: row.identity,
    )
    BAD.clear()

    await replayed(engine, 1, ReplayFilter(event_ids=(first.id,)))

    assert (ran, await waiting(engine)) == ([1], 1)
    await replayed(engine, 2)
    assert (sorted(ran), await waiting(engine)) == ([1, 2], 0)


async def test_by_its_issue_the_bad_event_is_found_whichever_it_is(
    engine: Engine, ran: list[int]
) -> None:
    BAD.clear()
    BAD.add(2)
    await deliver(engine, 1, 2, 3)
    BAD.clear()
    [issue] = (await engine.parts.views.read(ListIssues())).rows

    made = await replayed(engine, 1, ReplayFilter(states=("quarantined",), issue=issue.id))

    assert counts(made.does) == {"new run of book": 1}
    assert (sorted(ran), await waiting(engine)) == ([1, 2, 3], 0)
