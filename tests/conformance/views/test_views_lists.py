"""What every backend of the views promises about lists."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.makers import a_receipt

from tieline.features.schedules.model import KeepSchedule, ListSchedules
from tieline.model.base.ids import ReplayId, TenantId
from tieline.model.commands import By, DiscardDead, KeepReceipt, Pause, StartReplay
from tieline.model.commands import ReplayFilter as Filter
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs.run import Dead, Held, RetryAt, Returned, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views.views import (
    CountCalls,
    CountWork,
    ListAudit,
    ListDead,
    ListEvents,
    ListPauses,
    ListReceipts,
    ListReplays,
    ListRuns,
    ListWorkers,
    Window,
)
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
LOOK = 2_000


def by(house: Any, reason: str = "a test") -> By:
    return By("ana", reason, house.clock.at_us)


async def test_an_empty_store_has_empty_lists(views: Views) -> None:
    questions: tuple[Any, ...] = (ListReceipts(), ListEvents(), ListRuns(), ListDead())
    for question in (*questions, ListReplays(), ListAudit()):
        page = await views.read(question)

        assert page.rows == ()
        assert page.cursor is None


async def test_lists_come_newest_first(house: Any, views: Views, invoice: Invoice) -> None:
    for number in range(3):
        await house.deliver("invoice.paid", invoice(number), identity=f"e{number}")
        house.clock.advance(seconds=1)

    events = await views.read(ListEvents())
    runs = await views.read(ListRuns())
    receipts = await views.read(ListReceipts())

    assert [row.identity for row in events.rows] == ["e2", "e1", "e0"]
    assert [row.event_id for row in runs.rows] == [row.id for row in events.rows]
    assert [row.event_id for row in receipts.rows] == [row.id for row in events.rows]


async def test_cursors_lead_through_a_whole_list_without_a_gap_or_a_repeat(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(10):
        await house.deliver("invoice.paid", invoice(number), identity=f"e{number}")
        house.clock.advance(milliseconds=1)
    lists: tuple[Any, ...] = (ListEvents, ListReceipts, ListRuns)
    for question in lists:
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await views.read(question(window=Window(limit=3, before=cursor)))
            seen += [row.id for row in page.rows]
            cursor = page.cursor
            if cursor is None:
                break

        assert len(seen) == len(set(seen)) == 10
        assert seen == sorted(seen, reverse=True)


async def test_the_last_full_page_says_that_nothing_is_behind(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(4):
        await house.deliver("invoice.paid", invoice(number))

    page = await views.read(ListEvents(window=Window(limit=4)))

    assert len(page.rows) == 4
    assert page.cursor is None


async def test_a_rare_match_is_found_over_several_bounded_pages(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("order.made", {"id": 1}, identity="wanted")
    house.clock.advance(milliseconds=1)
    many = range(2 * LOOK)
    await asyncio.gather(*(house.deliver("invoice.paid", invoice(n, f"c{n}")) for n in many))

    pages: list[Any] = []
    cursor = None
    while cursor is not None or not pages:
        pages.append(await views.read(ListEvents(type="order.*", window=Window(before=cursor))))
        cursor = pages[-1].cursor

    found = [row.identity for page in pages for row in page.rows]
    assert found == ["wanted"]
    assert len(pages) == 3


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("invoice.paid", ["e1"]),
        ("order.*", ["e3", "e2"]),
        ("order", []),
        ("*", ["e3", "e2", "e1"]),
        (None, ["e3", "e2", "e1"]),
        ("ord%", []),
    ],
)
async def test_events_are_found_by_exact_type_or_prefix(
    house: Any, views: Views, invoice: Invoice, type_: str | None, expected: list[str]
) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="e1")
    await house.deliver("order.made", {}, identity="e2")
    await house.deliver("order.sent", {}, identity="e3")

    page = await views.read(ListEvents(type=type_))

    assert [row.identity for row in page.rows] == expected


async def test_a_window_of_time_holds_exactly_what_was_recorded_in_it(
    house: Any, views: Views, invoice: Invoice
) -> None:
    times = []
    for number in range(5):
        times.append(house.clock.at_us)
        await house.deliver("invoice.paid", invoice(number), identity=f"e{number}")
        house.clock.advance(minutes=10)

    window = Window(since_us=times[1], until_us=times[3])
    events = await views.read(ListEvents(window=window))
    receipts = await views.read(ListReceipts(window=window))
    runs = await views.read(ListRuns(window=window))

    assert [row.identity for row in events.rows] == ["e2", "e1"]
    assert len(receipts.rows) == len(runs.rows) == 2


@pytest.mark.parametrize("verdict", ["refused", "quarantined", None])
@pytest.mark.parametrize("tenant", [None, "shop-a"])
async def test_receipts_are_found_by_what_stood_in_a_header(
    house: Any, views: Views, verdict: str | None, tenant: str | None
) -> None:
    for number, headers in enumerate((b'[["x-order","84219"]]', b'[["x-order","\xc3\xa9"]]', None)):
        kept = a_receipt(number + 1, verdict=Verdict(verdict or "refused"), headers=headers)
        await house.journal.commit(KeepReceipt(kept._replace(tenant=TenantId(tenant or "-"))))

    async def found(text: str) -> int:
        asked = ListReceipts(verdict=verdict, tenant=tenant, header=text)
        return len((await views.read(asked)).rows)

    assert [await found(text) for text in ("84219", "é", "8421 9", "%")] == [1, 1, 0, 0]


async def test_receipts_are_found_by_verdict(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="same")
    await house.deliver("invoice.paid", invoice(1), identity="same")
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="odd")
    await house.deliver("nobody.cares", {}, identity="lost")
    await house.refuse()

    found = {
        verdict: [row.verdict for row in (await views.read(ListReceipts(verdict=verdict))).rows]
        for verdict in ("accepted", "duplicate", "quarantined", "unmatched", "refused")
    }

    assert found == {verdict: [verdict] for verdict in found}
    assert len((await views.read(ListReceipts())).rows) == 5
    assert (await views.read(ListReceipts(verdict="refused", source="other"))).rows == ()


async def test_runs_are_found_by_state_whatever_the_state(
    house: Any, views: Views, invoice: Invoice
) -> None:
    now = house.clock.at_us
    outcomes = {
        "a": Returned(),
        "b": RetryAt(now + 1, "later"),
        "c": Waiting(now + 1, waits_for_connection("books"), "paused"),
        "d": Held("who knows", ("books POST /entries", "#1")),
        "e": Dead("rejected", "no"),
    }
    for customer in outcomes:
        await house.deliver("invoice.paid", invoice(1, customer), identity=customer)
    await house.work(lambda run: outcomes[run.event.identity])
    await house.deliver("invoice.paid", invoice(2, "f"), identity="f")
    [running] = await house.claim()
    await house.deliver("invoice.paid", invoice(3, "f"), identity="g")

    states = ("done", "retrying", "waiting", "held", "dead", "running", "ready")
    found = {state: (await views.read(ListRuns(state=state))).rows for state in states}

    assert {state: len(rows) for state, rows in found.items()} == dict.fromkeys(states, 1)
    assert all(row.state == state for state, rows in found.items() for row in rows)
    assert found["held"][0].step_in_doubt == ("books POST /entries", "#1")
    assert found["waiting"][0].waits == waits_for_connection("books")
    assert found["retrying"][0].due_us == now + 1
    assert found["running"][0].id == running.id
    assert found["ready"][0].behind
    assert (await views.read(ListRuns(flow="ship_order"))).rows == ()


async def test_dead_letters_are_listed_until_somebody_decides(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.deliver("order.made", {})
    await house.work(lambda run: Dead(f"kind of {run.flow}", "it cannot be"))

    both = await views.read(ListDead())
    orders = await views.read(ListDead(flow="ship_order"))
    kinds = await views.read(ListDead(kind="kind of post_invoice"))
    await house.journal.commit(DiscardDead(orders.rows[0].run_id, by(house)))
    left = await views.read(ListDead())
    decided = await views.read(ListDead(decided=True))

    assert len(both.rows) == 2
    assert [row.flow for row in orders.rows] == ["ship_order"]
    assert [row.lane for row in kinds.rows] == ["cus_1"]
    assert left.rows == kinds.rows
    assert [row.resolution for row in decided.rows] == ["discarded"]


async def test_what_people_did_is_listed_newest_first_and_by_subject(
    house: Any, views: Views
) -> None:
    for name in ("a", "b", "c"):
        await house.journal.commit(Pause("flow", name, by(house)))

    first = await views.read(ListAudit(window=Window(limit=2)))
    rest = await views.read(ListAudit(window=Window(limit=2, before=first.cursor)))
    one = await views.read(ListAudit(subject="flow:b"))

    assert [row.subject for row in (*first.rows, *rest.rows)] == ["flow:c", "flow:b", "flow:a"]
    assert [(row.action, row.actor, row.reason) for row in one.rows] == [("pause", "ana", "a test")]


async def test_short_lists_are_given_whole(house: Any, views: Views) -> None:
    await house.claim()
    await house.journal.commit(Pause("connection", "books", by(house)))
    await house.journal.commit(KeepSchedule("schedule:nightly", "0 6 * * *", "UTC", 5, 1))

    [pause] = await views.read(ListPauses())
    [schedule] = await views.read(ListSchedules())
    [worker] = await views.read(ListWorkers())

    assert (pause.kind, pause.name, pause.actor) == ("connection", "books", "ana")
    assert (schedule.name, schedule.next_us) == ("schedule:nightly", 5)
    assert (worker.id, worker.about) == ("wrk_1", "test")


async def test_a_replay_is_listed_with_the_filter_it_was_started_with(
    house: Any, views: Views
) -> None:
    wanted = Filter(source="billing", type="order.*", flow="ship_order", states=("dead",))
    replay = StartReplay(ReplayId("rpl_1"), wanted, 5, 3, True, by(house))
    await house.journal.commit(replay)

    page = await views.read(ListReplays(state="running"))

    assert page.rows[0].filter == wanted
    assert page.rows[0].as_new_action
    assert (page.rows[0].planned, page.rows[0].admitted) == (3, 0)


async def test_unfinished_work_is_counted_by_flow_and_state(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(3):
        await house.deliver("invoice.paid", invoice(number))
    await house.deliver("order.made", {})
    await house.work(lambda run: Dead("x", "y") if run.flow == "ship_order" else Held("z"))

    counted = await views.read(CountWork())

    by_flow = {count.flow: count for count in counted.flows}
    assert by_flow["post_invoice"].held == 1
    assert by_flow["post_invoice"].behind == 2
    assert by_flow["ship_order"].dead == 1
    assert counted.exact
    assert counted.oldest is not None
    assert counted.oldest.state == "held"


async def test_the_latest_tries_are_counted_by_connection(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    [run] = await house.claim()
    await house.settle(run, Returned(), house.call_step(run))

    [calls] = await views.read(CountCalls())

    assert (calls.connection, calls.tries, calls.failures) == ("books", 1, 0)
    assert (calls.last_outcome, calls.last_status) == ("done", 201)
