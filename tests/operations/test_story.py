"""Story: one time line of everything, found by any name, in words."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.features.records.plain_story import plain
from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.commands import By, Progress
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import Dead, Held, Returned, StepState
from tieline.operations import decide
from tieline.operations.story import find, story
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]


@pytest.fixture
async def views(house: Any) -> AsyncIterator[Views]:
    reader = SqliteReader(house.path, CATALOGUE)
    yield reader
    await reader.close()


async def an_eventful_life(house: Any, invoice: Invoice) -> Any:
    """A delivery, its repeat, a call, an emitted event, and a second flow that dies."""
    await house.deliver("invoice.paid", invoice(1), identity="one")
    house.clock.advance(seconds=1)
    await house.deliver("invoice.paid", invoice(1), identity="one")
    house.clock.advance(seconds=1)
    [run] = await house.claim()
    origin = EventOrigin(
        run.tenant, "topic", house.clock.at_us, run.event.correlation, None, None, run.id
    )
    posted = house.admitter.admit([Occurrence("invoice.posted", "e", {}, b"{}")], origin)
    mention = Mention("entry", "entry_1", run.event.id, run.id, house.clock.at_us)
    made = house.call_step(run)
    progress = Progress(made.steps, made.attempts, (mention,), posted.admissions)
    house.clock.advance(seconds=1)
    await house.settle(run, Returned(), progress)
    house.clock.advance(seconds=1)
    await house.work(lambda _: Dead("KeyError", "no such customer"))
    return run


async def test_a_story_tells_everything_in_the_order_in_which_it_happened(
    house: Any, views: Views, invoice: Invoice
) -> None:
    run = await an_eventful_life(house, invoice)

    told = await story(views, "invoice", "in_1")

    assert [line.words for line in told.lines] == [
        "billing delivered 62 bytes, and was answered 202",
        "invoice.paid of billing was recorded",
        "post_invoice is to run for invoice.paid, in lane cus_1",
        "the event has the key invoice:in_1",
        f"billing sent it again: recognised as {run.event.id}, and was answered 202",
        "post_invoice emitted invoice.posted",
        "announce is to run for invoice.posted",
        "post_invoice: books POST /entries was answered with 201 in 34 ms",
        "post_invoice noted the key entry:entry_1",
        "post_invoice is done",
        "announce is dead (KeyError): no such customer",
    ]
    assert told.ending == "1 run dead: a person has to decide"
    assert [line.words for line in told.lines if line.is_trouble] == [told.lines[-1].words]
    assert told.whole


async def test_every_name_leads_to_the_same_story(
    house: Any, views: Views, invoice: Invoice
) -> None:
    run = await an_eventful_life(house, invoice)
    whole = await story(views, "invoice", "in_1")

    for name in ("invoice:in_1", "in_1", "entry_1", run.id, run.event.id, run.event.receipt_id):
        told = await story(views, name)
        assert told.lines == whole.lines, name


async def test_a_key_of_several_kinds_has_to_be_named_with_its_kind(
    house: Any, views: Views, invoice: Invoice
) -> None:
    ingested = await house.deliver("invoice.paid", invoice(1))
    [run] = await house.claim()
    mention = Mention("entry", "in_1", ingested.event_id, run.id, house.clock.at_us)
    await house.settle(run, Returned(), Progress(mentions=(mention,)))

    with pytest.raises(CommandRefused, match="found as entry:in_1 and invoice:in_1; say which"):
        await story(views, "in_1")


@pytest.mark.parametrize("name", ["84219", "order:84219", "evt_0", "run_0", "nothing at all", ""])
async def test_what_nobody_mentioned_has_no_story(views: Views, name: str) -> None:
    with pytest.raises(NotFound):
        await story(views, name)


async def test_a_decision_and_its_reason_are_part_of_the_story(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    [run] = await house.claim()
    await house.settle(run, Dead("x", "y"))
    await decide.discard(house.journal, run.id, By("ana", "paid by hand", house.clock.at_us))

    told = await story(views, run.id)

    assert told.lines[-1].words == "ana chose: discard (paid by hand)"
    assert told.ending == "1 run died, and a person discarded it"


async def test_what_is_in_doubt_is_trouble(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1))
    [run] = await house.claim()
    progress = house.call_step(run, StepState.INTENT)
    await house.settle(run, Held("who knows", ("books POST /entries", "#1")), progress)

    told = await story(views, run.id)

    trouble = [line.words for line in told.lines if line.is_trouble]
    assert trouble == [
        "post_invoice: whether books POST /entries happened is not known: the connection was lost",
        "post_invoice is held: who knows",
    ]


async def test_a_refused_delivery_has_a_story_too(house: Any, views: Views) -> None:
    receipt_id = await house.refuse("bad-signature: no secret fits")

    told = await story(views, receipt_id)

    assert [line.words for line in told.lines] == [
        "billing was rejected at the door, and was answered 401: bad-signature: no secret fits"
    ]
    assert told.ending == "nothing was run for it"


async def test_a_plain_story_tells_what_matters_and_nothing_of_the_engine(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await an_eventful_life(house, invoice)

    found = await find(views, "invoice", "in_1")
    words = [line.words for line in plain(found.trail, house.clock.at_us)]

    assert words == [
        "billing sent invoice.paid",
        "books accepted POST /entries",
        "Post invoice is done",
        "Announce failed for good: no such customer",
    ]
