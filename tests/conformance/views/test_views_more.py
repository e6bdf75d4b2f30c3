"""What every backend promises about tries, lanes, connections, workers, and filters of lists."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.makers import an_attempt

from tieline.model.base.errors import NotFound
from tieline.model.base.ids import WorkerId
from tieline.model.commands import Beat, By, Pause, Progress
from tieline.model.inbound.event import Mention, Reference
from tieline.model.runs.run import Dead, Held, RetryAt, Returned, StepState, Waiting
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views.views import (
    FindKey,
    ListDead,
    ListEvents,
    ListReceipts,
    ListRuns,
    ReadTrail,
    Window,
)
from tieline.model.views.work_lists import (
    CountHands,
    CountWaiting,
    Find,
    ListAttempts,
    ListConnections,
    ListLanes,
    ListMentions,
    ShowWorker,
)
from tieline.ports.views import Views
from tieline.rules.privacy.hidden_key import hidden_key, readable

Invoice = Callable[..., dict[str, object]]
BUSY = "HTTP 503: busy"


def failed(run: Any, connection: str = "books", **changes: Any) -> Progress:
    given: dict[str, Any] = {
        "outcome": "unavailable",
        "status": 503,
        "detail": BUSY,
        "connection": connection,
    }
    return Progress(attempts=(an_attempt(run.id, **(given | changes)),))


async def three_runs(house: Any, invoice: Invoice) -> list[Any]:
    for number in range(3):
        await house.deliver("invoice.paid", invoice(number, f"c{number}"), identity=f"e{number}")
    return list(await house.claim())


async def test_tries_are_listed_newest_first_with_their_runs(
    house: Any, views: Views, invoice: Invoice
) -> None:
    runs = await three_runs(house, invoice)
    for run in runs:
        await house.settle(run, Returned(), house.call_step(run))

    page = await views.read(ListAttempts())

    assert [row.run_id for row in page.rows] == [run.id for run in reversed(runs)]
    assert {row.flow for row in page.rows} == {"post_invoice"}
    assert {row.event_id for row in page.rows} == {run.event.id for run in runs}
    assert page.cursor is None


async def test_tries_are_found_by_connection_flow_and_outcome(
    house: Any, views: Views, invoice: Invoice
) -> None:
    one, two, three = await three_runs(house, invoice)
    await house.settle(one, Returned(), house.call_step(one))
    await house.settle(two, RetryAt(house.clock.at_us + 1, f"x: {BUSY}"), failed(two))
    await house.settle(three, Dead("slow", "x"), failed(three, "crm", outcome="slow"))

    async def found(**asked: Any) -> list[str]:
        page = await views.read(ListAttempts(**asked))
        return [row.run_id for row in page.rows]

    assert await found(connection="books") == [two.id, one.id]
    assert await found(connection="books", outcome="failed") == [two.id]
    assert await found(connection="books", outcome="slow") == []
    assert await found(outcome="failed") == [three.id, two.id]
    assert await found(outcome="done") == [one.id]
    assert await found(connection="crm", outcome="slow") == [three.id]
    assert await found(flow="post_invoice") == [three.id, two.id, one.id]
    assert await found(flow="other") == []
    assert await found(window=Window(since_us=an_attempt("x").at_us + 1)) == []


async def test_cursors_lead_through_all_tries(house: Any, views: Views, invoice: Invoice) -> None:
    [run, *_] = await three_runs(house, invoice)
    tries = tuple(an_attempt(run.id, number) for number in range(1, 8))
    await house.settle(run, Returned(), Progress(attempts=tries))
    seen: list[int] = []
    cursor = None
    for _ in range(4):
        page = await views.read(ListAttempts(window=Window(limit=2, before=cursor)))
        seen += [row.number for row in page.rows]
        cursor = page.cursor

    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert cursor is None


async def test_lanes_that_stand_still_say_why_and_how_many_wait(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for customer in ("dead", "held", "again", "free"):
        for number in range(3):
            await house.deliver("invoice.paid", invoice(number, customer))
    assert await views.read(ListLanes()) == ()
    for run in await house.claim():
        match run.lane:
            case "dead":
                await house.settle(run, Dead("x", "it broke"))
            case "held":
                await house.settle(run, Held("a doubt"))
            case "again":
                await house.settle(run, RetryAt(house.clock.at_us + 5, "busy"))
            case _:
                await house.settle(run, Returned())

    rows = await views.read(ListLanes())

    assert [(row.lane, row.state, row.behind) for row in rows] == [
        ("dead", "dead", 2), ("held", "held", 2), ("again", "retrying", 2),
    ]  # fmt: skip
    assert rows[0].reason == "it broke"
    assert rows[2].due_us == house.clock.at_us + 5
    assert await views.read(ListLanes("post_invoice")) == rows
    assert await views.read(ListLanes("other")) == ()
    assert len(await views.read(ListLanes(limit=1))) == 3


async def test_connections_have_their_errors_pauses_and_waiting_runs(
    house: Any, views: Views, invoice: Invoice
) -> None:
    one, two, three = await three_runs(house, invoice)
    tries = tuple(an_attempt(one.id, n, outcome="slow", detail=f"no {n}") for n in range(1, 8))
    await house.settle(one, Dead("slow", "no"), Progress(attempts=tries))
    await house.settle(two, Waiting(None, waits_for_connection("crm"), "it is paused"))
    await house.settle(three, Waiting(None, waits_for_connection("crm"), "it is paused"))
    by = By("ana", "they are down", house.clock.at_us)
    await house.journal.commit(Pause("connection", "crm", by))

    rows = {row.name: row for row in await views.read(ListConnections(("declared", "crm")))}

    assert list(rows) == ["books", "crm", "declared"]
    assert [error.detail for error in rows["books"].errors] == [f"no {n}" for n in range(7, 2, -1)]
    assert rows["books"].calls is not None
    assert rows["books"].calls.failures == 7
    assert (rows["crm"].waiting, rows["crm"].calls) == (2, None)
    assert rows["crm"].paused is not None
    assert rows["crm"].paused.reason == "they are down"
    assert (rows["declared"].waiting, rows["declared"].errors) == (0, ())
    assert await views.read(CountWaiting()) == (("crm", 2),)


async def test_a_worker_is_shown_with_what_it_holds(
    house: Any, views: Views, invoice: Invoice
) -> None:
    runs = await three_runs(house, invoice)
    await house.journal.commit(Beat(WorkerId("wrk_idle"), house.clock.at_us, "idle"))

    shown = await views.read(ShowWorker(house.worker))

    assert [run.id for run in shown.runs] == [run.id for run in runs]
    assert await views.read(CountHands()) == ((house.worker, 3),)
    assert (await views.read(ShowWorker(WorkerId("wrk_idle")))).runs == ()
    with pytest.raises(NotFound, match="wrk_none"):
        await views.read(ShowWorker(WorkerId("wrk_none")))


async def test_the_names_of_a_page_of_events_are_read_at_once(
    house: Any, views: Views, invoice: Invoice
) -> None:
    one, two, three = await three_runs(house, invoice)
    named = Mention("entry", "entry_1", two.event.id, two.id, house.clock.at_us)
    await house.settle(two, Returned(), Progress(mentions=(named,)))

    found = await views.read(ListMentions((one.event.id, two.event.id)))

    assert {(m.event_id, m.run_id) for m in found if m.kind == "entry"} == {(two.event.id, two.id)}
    assert {m.event_id for m in found} <= {one.event.id, two.event.id}
    assert await views.read(ListMentions((three.event.id,))) != found
    assert await views.read(ListMentions(())) == ()


async def test_runs_are_found_by_what_they_wait_for(
    house: Any, views: Views, invoice: Invoice
) -> None:
    one, two, three = await three_runs(house, invoice)
    await house.settle(one, Waiting(None, waits_for_connection("crm"), "it is paused"))
    await house.settle(two, Waiting(house.clock.at_us + 9, None, "later"))
    await house.settle(three, Waiting(None, waits_for_connection("books"), "it is paused"))

    page = await views.read(ListRuns(waits=waits_for_connection("crm")))

    assert [row.id for row in page.rows] == [one.id]
    assert (await views.read(ListRuns(waits=waits_for_connection("none")))).rows == ()
    assert (await views.read(ListRuns(waits=waits_for_connection("crm"), flow="other"))).rows == ()
    assert (await views.read(ListRuns(tenant="nobody"))).rows == ()
    assert len((await views.read(ListRuns(tenant="-"))).rows) == 3


async def test_events_and_runs_are_found_by_their_correlation(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(3):
        await house.deliver(
            "invoice.paid", invoice(number), correlation="c-1", identity=f"a{number}"
        )
        house.clock.advance(milliseconds=1)
    other = await house.deliver("order.made", {"id": 1}, identity="b")

    page = await views.read(ListEvents(correlation="c-1", window=Window(limit=2)))
    rest = await views.read(
        ListEvents(correlation="c-1", window=Window(since_us=2**60, before=page.cursor))
    )

    assert [row.identity for row in page.rows] == ["a2", "a1"]
    assert rest.rows == ()
    behind = await views.read(ListEvents(correlation="c-1", window=Window(before=page.cursor)))
    assert [row.identity for row in behind.rows] == ["a0"]
    assert behind.cursor is None
    assert len((await views.read(ListRuns(correlation="c-1"))).rows) == 3
    assert (await views.read(ListRuns(correlation="c-1", state="done"))).rows == ()
    [receipt] = (await views.read(ListReceipts(window=Window(limit=1)))).rows
    by_receipt = await views.read(ListEvents(correlation=receipt.id, type="order.*"))
    assert [row.id for row in by_receipt.rows] == [other.event_id]


async def test_events_are_found_by_a_business_name_and_by_a_part_of_their_identity(
    house: Any, views: Views, invoice: Invoice
) -> None:
    runs = await three_runs(house, invoice)
    mention = Mention("entry", "en_1", runs[1].event.id, runs[1].id, house.clock.at_us)
    await house.settle(runs[1], Returned(), Progress(mentions=(mention,)))

    async def found(**asked: Any) -> list[str]:
        return [row.identity for row in (await views.read(ListEvents(**asked))).rows]

    assert await found(reference=Reference("entry", "en_1")) == ["e1"]
    assert await found(reference=Reference("entry", "en_2")) == []
    assert await found(reference=Reference("entry", "en_1"), source="shop") == []
    assert await found(identity="e1") == ["e1"]
    assert await found(identity="e") == ["e2", "e1", "e0"]


async def test_refused_deliveries_are_found_by_a_part_of_their_reason(
    house: Any, views: Views
) -> None:
    wanted = await house.refuse("stale: the timestamp is 400 s old")
    await house.refuse()

    page = await views.read(ListReceipts(verdict="refused", reason="stale"))

    assert [row.id for row in page.rows] == [wanted]
    assert len((await views.read(ListReceipts(reason=":"))).rows) == 2


async def test_the_dead_are_found_by_the_connection_that_they_died_of(
    house: Any, views: Views, invoice: Invoice
) -> None:
    one, two, three = await three_runs(house, invoice)
    await house.settle(one, Dead("unavailable", f"gave up: {BUSY}"), failed(one))
    await house.settle(two, Dead("KeyError", "no"), house.call_step(two, StepState.INTENT))
    await house.settle(three, Returned())

    page = await views.read(ListDead(connection="books"))

    assert [row.run_id for row in page.rows] == [one.id]
    assert {row.connection for row in (await views.read(ListDead())).rows} == {"books", None}


async def test_a_hidden_name_is_found_by_who_knows_it_and_shown_to_nobody(
    house: Any, views: Views, invoice: Invoice
) -> None:
    mails = ("Ann@Shop.example", "bob@shop.example")
    kept = [
        await house.deliver("invoice.paid", invoice(number, email=mail))
        for number, mail in enumerate(mails)
    ]
    (match,) = await views.read(Find(" ann@shop.EXAMPLE "))
    (named,) = await views.read(FindKey("ann@shop.example"))
    asked = Reference("email", "ann@shop.example")
    trail = await views.read(ReadTrail(reference=asked))
    listed = await views.read(ListEvents(reference=asked))

    assert match.kind == "reference"
    assert [row.id for row in trail.events] == [row.id for row in listed.rows] == [kept[0].event_id]
    assert (await views.read(ReadTrail(reference=named))).events == trail.events
    assert not await views.read(Find("cid@shop.example"))
    shown = f"{match}{named}{trail}".lower()
    assert "ann@" not in shown
    assert "sha256:" in shown


async def test_a_hidden_name_is_found_by_its_short_form(
    house: Any, views: Views, invoice: Invoice
) -> None:
    mails = ("ann@shop.example", "bob@shop.example")
    kept = [
        await house.deliver("invoice.paid", invoice(number, email=mail))
        for number, mail in enumerate(mails)
    ]
    hidden = hidden_key(mails[0])
    short = readable(hidden)
    digits = short.rpartition(" ")[2]

    for typed in (short, digits, f"email:{short}"):
        (match,) = await views.read(Find(typed))
        assert (match.kind, match.id) == ("reference", f"email:{hidden}")
    assert await views.read(FindKey(digits)) == (Reference("email", hidden),)
    asked = Reference("email", short)
    trail = await views.read(ReadTrail(reference=asked))
    listed = await views.read(ListEvents(reference=asked))
    assert [row.id for row in trail.events] == [row.id for row in listed.rows] == [kept[0].event_id]
    assert not await views.read(Find("hidden key 00000000"))
    assert not await views.read(Find(f"phone:{short}"))


async def test_a_short_form_that_means_several_is_told_as_none_of_them(
    house: Any, views: Views
) -> None:
    alike = ["sha256:3fa4c1d2" + end * 24 for end in "07f"]
    kept = [await house.deliver("order.made", {"id": number}) for number in range(3)]
    runs = await house.claim()
    for run, key in zip(runs, alike, strict=True):
        mention = Mention("email", key, run.event.id, run.id, house.clock.at_us)
        await house.settle(run, Returned(), Progress(mentions=(mention,)))

    found = await views.read(Find("hidden key 3fa4c1d2"))

    assert {match.id for match in found} == {f"email:{key}" for key in alike}
    assert not (await views.read(ListEvents(reference=Reference("email", "3fa4c1d2")))).rows
    (one,) = (await views.read(ListEvents(reference=Reference("email", "3fa4c1d27777")))).rows
    assert one.id == kept[1].event_id


async def test_an_event_without_an_id_of_its_sender_is_found_by_the_hash_of_its_body(
    house: Any, views: Views
) -> None:
    kept = await house.deliver("order.made", {"id": 1}, identity="sha256:" + "3fa4c1d2" * 8)

    (match,) = await views.read(Find("3fa4c1d2"))

    assert match.id == kept.event_id
