"""What every backend says of the account: all that was accepted stands somewhere, once."""

from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import asyncpg  # type: ignore[import-untyped, unused-ignore]
import orjson
import pytest
from tests import postgres_server
from tests.makers import DAY_US
from tests.somebody import Somebody

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.features.account import reading
from tieline.features.account.model import LISTED, HubAccount
from tieline.features.account.window_account import behind, whole_account
from tieline.model import commands as c
from tieline.model.base.errors import CommandRefused
from tieline.model.base.ids import NO_TENANT
from tieline.model.runs.run import Dead, Held, RetryAt, Returned, Waiting
from tieline.model.views.views import Window
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
OUTCOMES = {
    "done": Returned(),
    "dead": Dead("bug", "no", "trace"),
    "held": Held("no answer"),
    "retrying": RetryAt(1_900_000_000_000_000, "503"),
    "waiting": Waiting(1_900_000_000_000_000, None, "sleeps"),
}


@pytest.fixture
async def somebody(opened: Any, tmp_path: Path) -> AsyncIterator[Somebody]:
    """Does to the store what no command of ours would."""
    if isinstance(opened[2], SqliteReader):
        with closing(apsw.Connection(str(opened[0]))) as file:
            yield Somebody(file, None)
    else:
        url = await postgres_server.shared().database_of(tmp_path)
        server = await asyncpg.connect(url)
        yield Somebody(None, server)
        await server.close()


async def the_account(views: Views, **window: Any) -> HubAccount:
    return await whole_account(views, Window(**window), looks=1_000)


async def test_everything_that_was_accepted_stands_somewhere_with_the_list_behind_it(
    house: Any, views: Views, invoice: Invoice
) -> None:
    """One event a state, made by the real journal; each list has as many as its number."""
    await all_states(house, invoice)

    found = await the_account(views)

    assert found.stands == {
        "done": 1, "dead": 1, "held": 1, "cancelled": 1, "waiting": 1, "retrying": 1,
        "ready": 1, "running": 1, "unmatched": 2, "quarantined": 1,
    }  # fmt: skip
    assert found.accepted == sum(found.stands.values()) == 11
    assert (found.lost, found.doubled, found.forgotten) == (0, 0, 0)
    assert found.balanced
    assert found.whole
    billing = next(row for row in found.sources if row.source == "billing")
    assert billing.deliveries == {
        "accepted": 8, "duplicate": 1, "quarantined": 1, "refused": 1, "unmatched": 1,
    }  # fmt: skip
    for stands in LISTED:
        page = await behind(views, stands, Window(limit=50), looks=100)
        assert len(page.rows) == found.stands.get(stands, 0), stands
        assert all(row.stands == stands for row in page.rows)


async def all_states(house: Any, invoice: Invoice) -> None:
    for number, outcome in enumerate(OUTCOMES.values()):
        await house.deliver("invoice.paid", invoice(number, f"c{number}"), identity=f"e{number}")
        await house.work(lambda _, outcome=outcome: outcome)
    await house.deliver("invoice.paid", invoice(6, "c6"), identity="e6")
    (cancelled,) = await house.claim()
    await house.journal.commit(c.Cancel(cancelled.id, c.By("ana", "no", house.clock.at_us)))
    await house.deliver("invoice.paid", invoice(7, "c7"), identity="e7")
    await house.claim()
    await house.deliver("invoice.paid", invoice(8, "c8"), identity="e8")
    await house.deliver("invoice.paid", invoice(8, "c8"), identity="e8")
    await house.deliver("invoice.paid", {"broken": True}, identity="e9")
    await house.deliver("nobody.cares", {}, identity="e10")
    await house.refuse()
    await emit(house, "nobody.listens")


async def emit(house: Any, type_: str) -> None:
    """As a flow emits an event."""
    origin = EventOrigin(NO_TENANT, type_, house.clock.at_us, "cor", None, None)
    admitted = house.admitter.admit([Occurrence(type_, "own", {}, orjson.dumps({}))], origin)
    await house.journal.commit(c.Ingest(admitted.admissions))


async def test_an_event_stands_where_the_least_finished_of_its_runs_does(
    house: Any, views: Views, somebody: Somebody
) -> None:
    """The first run is done; that of a replay is held, and no second one of an order unasked."""
    got = await house.deliver("order.all", {}, identity="o1")
    await house.work()
    run = house.ids.run()
    await somebody.sql(
        "INSERT INTO run (id, tenant, flow, event_id, state, priority, generation, replay_id,"
        " created_us, moved_us) VALUES"
        f" ('{run}', '-', 'ship_order', '{got.event_id}', 'held', 5, 0, 'rpl_1', 1, 1)",
        "INSERT INTO work (run_id, tenant, flow, priority, state, behind, epoch, tries)"
        f" VALUES ('{run}', '-', 'ship_order', 5, 'held', 0, 1, 0)",
    )

    found = await the_account(views)

    assert (found.accepted, found.stands["held"], found.doubled) == (1, 1, 0)


async def test_what_no_flow_takes_of_a_delivery_of_several_is_unmatched_and_not_lost(
    house: Any, views: Views
) -> None:
    receipt_id = house.ids.receipt()
    origin = EventOrigin(NO_TENANT, "billing", house.clock.at_us, "cor", None, receipt_id)
    told = [Occurrence(type_, type_, {}, b"{}") for type_ in ("nobody.cares", "order.all")]
    admitted = house.admitter.admit(told, origin)
    receipt = house._receipt(receipt_id, b"[]")._replace(
        verdict=admitted.verdict, reason=admitted.reason, event_id=admitted.admissions[0].event.id
    )
    await house.journal.commit(c.Ingest(admitted.admissions, receipt))

    found = await the_account(views)

    assert admitted.reason == "event 1 of 2: no flow takes it"
    assert (found.stands["unmatched"], found.stands["ready"], found.lost) == (1, 1, 0)


SPOILED = {
    "no run at all": ("DELETE FROM run", "DELETE FROM work"),
    "a run without work": ("DELETE FROM work",),
    "a delivery without its event": ("DELETE FROM event", "DELETE FROM run", "DELETE FROM work"),
}


@pytest.mark.parametrize("how", SPOILED)
async def test_what_nothing_will_ever_go_on_with_is_lost_and_listed(
    house: Any, views: Views, invoice: Invoice, somebody: Somebody, how: str
) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="e1")
    await somebody.sql(*SPOILED[how])

    found = await the_account(views)

    assert (found.accepted, found.lost, found.balanced) == (1, 1, False)
    page = await behind(views, "lost", Window(), looks=5)
    assert [row.stands for row in page.rows] == ["lost"]


async def test_a_flow_that_took_an_event_twice_unasked_is_doubled(
    house: Any, views: Views, invoice: Invoice, somebody: Somebody
) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="e1")
    await somebody.sql(
        "INSERT INTO run (id, tenant, flow, event_id, state, priority, generation, created_us,"
        " moved_us) SELECT 'run_copy', tenant, flow, event_id, 'done', 5, 0, 1, 1 FROM run",
    )

    found = await the_account(views)

    assert (found.doubled, found.balanced) == (1, False)
    assert len((await behind(views, "doubled", Window(), looks=5)).rows) == 1


async def test_runs_that_retention_forgot_are_not_lost(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="e1")
    await house.work()
    house.clock.advance(days=40)
    now_us = house.clock.at_us
    for _ in range(3):
        await house.journal.commit(c.Purge(now_us - DAY_US, now_us - DAY_US, now_us))
    await house.deliver("invoice.paid", invoice(2), identity="e2")

    found = await the_account(views)

    assert (found.accepted, found.forgotten, found.lost) == (2, 1, 0)
    assert found.balanced


async def test_a_window_is_counted_in_slices_and_goes_on_where_it_ended(
    house: Any, views: Views, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LOOK", 2)
    for number in range(5):
        await house.deliver("invoice.paid", invoice(number), identity=f"e{number}")
        house.clock.advance(minutes=2)
    whole = await the_account(views)
    part = await whole_account(views, Window(), looks=2)
    rest = await whole_account(views, Window(before=part.next), looks=100)
    late = await the_account(views, since_us=house.clock.at_us - 5 * 60_000_000)

    assert (whole.accepted, whole.whole, whole.deliveries) == (5, True, {"accepted": 5})
    assert (part.accepted, part.whole) == (4, False)
    assert (rest.accepted, rest.whole) == (1, True)
    assert (late.accepted, late.stands["ready"]) == (2, 2)


async def test_a_number_that_there_is_not_is_refused(views: Views) -> None:
    with pytest.raises(CommandRefused, match="use one of done, dead"):
        await behind(views, "finished", Window(), looks=1)
