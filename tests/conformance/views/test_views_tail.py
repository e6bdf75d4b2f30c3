"""What every backend promises about the live tail and the one search box."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.makers import an_attempt

from tieline.adapters.sql.reading.tailing import PATIENCE, TableCursor, _advance
from tieline.features.issues.model import ListIssues
from tieline.model.base.errors import CommandRefused
from tieline.model.commands import DeliveryTime, KeepTally, Progress
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import Dead, Returned
from tieline.model.views.work_lists import Find, Tail, TailPage
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]


async def news(views: Views, after: str | None, limit: int = 200) -> TailPage:
    return await views.read(Tail(after, limit))


async def test_a_tail_gives_each_row_once(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="a")
    first = await news(views, None)
    again = await news(views, first.cursor)
    await house.deliver("invoice.paid", invoice(2), identity="b")
    await house.refuse()
    second = await news(views, again.cursor)

    assert [row.verdict for row in first.receipts] == ["accepted"]
    assert [run.state for run in first.runs] == ["ready"]
    assert (again.receipts, again.attempts, again.runs) == ((), (), ())
    assert [row.verdict for row in second.receipts] == ["accepted", "refused"]
    assert len(second.runs) == 1
    assert not second.is_cut


async def test_a_tail_tells_of_tries_and_how_runs_move(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    begun = await news(views, None)
    house.clock.advance(seconds=1)
    [run] = await house.claim()
    await house.settle(run, Returned(), house.call_step(run))

    ended = await news(views, begun.cursor)
    rest = await news(views, ended.cursor)

    assert [(row.run_id, row.flow) for row in ended.attempts] == [(run.id, "post_invoice")]
    assert [(row.id, row.state) for row in ended.runs] == [(run.id, "done")]
    assert rest.runs == ()


async def test_a_run_that_ends_without_a_try_is_told_too(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    begun = await news(views, None)
    house.clock.advance(seconds=1)
    await house.work(lambda _: Dead("KeyError", "no"))

    ended = await news(views, begun.cursor)

    assert [row.state for row in ended.runs] == ["dead"]


async def test_a_tail_that_falls_behind_says_so_and_goes_on_at_the_end(
    house: Any, views: Views
) -> None:
    begun = await news(views, None)
    for _ in range(5):
        last = await house.refuse()

    cut = await news(views, begun.cursor, 2)
    rest = await news(views, cut.cursor, 2)

    assert cut.is_cut
    assert cut.receipts[-1].id == last
    assert len(cut.receipts) == 2
    assert rest.receipts == ()
    assert not rest.is_cut


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "[[1,2],[3,4],5]", '{"a":1}', "[[1,[]],[1,[]],[]]"]
)
async def test_what_is_no_cursor_is_refused(views: Views, text: str) -> None:
    with pytest.raises(CommandRefused, match="no cursor"):
        await news(views, text)


def rows(*numbers: int) -> list[tuple[int]]:
    return [(number,) for number in numbers]


def test_numbers_that_are_missing_are_asked_for_until_they_come() -> None:
    begun = _advance(TableCursor(), rows(5, 6), 2)
    later = _advance(begun, rows(9, 12), 100)
    filled = _advance(later, rows(8, 10, 13), 100)
    whole = _advance(filled, rows(7, 11), 100)

    assert begun == TableCursor(6)
    assert later == TableCursor(12, ((7, 8, PATIENCE), (10, 11, PATIENCE)))
    assert filled == TableCursor(13, ((7, 7, PATIENCE - 1), (11, 11, PATIENCE - 1)))
    assert whole == TableCursor(13)


def test_numbers_that_never_come_are_given_up() -> None:
    place = _advance(TableCursor(6), rows(9), 100)
    for _ in range(PATIENCE - 1):
        assert place.gaps
        place = _advance(place, [], 100)

    assert place == TableCursor(9, ((7, 8, 1),))
    assert _advance(place, [], 100) == TableCursor(9)


def test_what_was_left_out_on_purpose_is_not_missing() -> None:
    assert _advance(TableCursor(6), rows(90, 91), 2) == TableCursor(91)


# --- the search box ---------------------------------------------------------------------------


async def found(views: Views, text: str) -> list[tuple[str, str]]:
    return [(match.kind, match.id) for match in await views.read(Find(text))]


async def test_every_id_is_found(house: Any, views: Views, invoice: Invoice) -> None:
    stored = await house.deliver("invoice.paid", invoice(1), identity="evt_of_theirs")
    [run] = await house.claim()
    await house.settle(run, Dead("KeyError", "KeyError: 'x'"), house.call_step(run))
    [receipt] = (await news(views, None)).receipts

    assert await found(views, stored.event_id) == [("event", stored.event_id)]
    assert await found(views, f"  {run.id} ") == [("run", run.id)]
    assert await found(views, receipt.id) == [
        ("receipt", receipt.id), ("correlation", receipt.id),
    ]  # fmt: skip


async def test_business_names_are_found_with_and_without_their_kind(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    [run] = await house.claim()
    mentions = tuple(
        Mention(kind, key, run.event.id, run.id, house.clock.at_us)
        for kind, key in (("order", "84219"), ("ticket", "84219"), ("email", "ana@example.com"))
    )
    await house.settle(run, Returned(), Progress(mentions=mentions))

    assert await found(views, "84219") == [
        ("reference", "order:84219"), ("reference", "ticket:84219"),
    ]  # fmt: skip
    assert await found(views, "order:84219") == [("reference", "order:84219")]
    assert await found(views, "Ana@Example.com") == [("reference", "email:ana@example.com")]
    assert await found(views, "order:1") == []


async def test_a_senders_id_a_correlation_and_a_trace_are_found(
    house: Any, views: Views, invoice: Invoice
) -> None:
    stored = await house.deliver("invoice.paid", invoice(1), identity="in-77", correlation="co-1")

    assert await found(views, "in-77") == [("event", stored.event_id)]
    assert await found(views, "co-1") == [("correlation", "co-1")]
    heard = DeliveryTime("billing", house.clock.at_us, house.clock.at_us, 1)
    await house.journal.commit(KeepTally((), (heard,)))
    assert await found(views, "in-77") == [("event", stored.event_id)]


@pytest.mark.parametrize(
    "text", ["", "   ", "nothing", "x" * 600, "run_none", ":", "iss_none", "rpl_1"]
)
async def test_what_is_not_there_is_not_found(views: Views, text: str) -> None:
    assert await found(views, text) == []


async def test_an_issue_is_found_by_its_id(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1))
    [run] = await house.claim()
    await house.settle(
        run,
        Dead("slow", "x: no"),
        Progress(attempts=(an_attempt(run.id, outcome="slow", detail="no"),)),
    )
    [issue] = (await views.read(ListIssues())).rows

    [match] = await views.read(Find(issue.id))

    assert (match.kind, match.id, match.at_us) == ("issue", issue.id, issue.last_us)
    assert match.words == "outage of connection books: no"
