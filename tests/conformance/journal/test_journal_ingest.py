"""The front half of the journal: what is delivered is stored once, whatever comes beside it."""

import asyncio
from typing import Any

import pytest
from tests.makers import (
    ALICE,
    a_delivery,
    a_receipt,
    a_run,
    an_admission,
    an_event,
    an_ingest,
    event_id,
    receipt_id,
    run_id,
)
from tests.stores import Store

from tieline.adapters.sql.committer import Committer
from tieline.model.base.errors import Overloaded
from tieline.model.commands import Admission, Beat, Ingest, KeepReceipt
from tieline.model.inbound.event import Event, Mention
from tieline.model.inbound.receipt import Verdict
from tieline.model.views import views as v


async def test_a_delivery_is_stored_with_its_receipt_event_run_and_names(store: Store) -> None:
    delivery = a_delivery()
    mention = Mention("invoice", "in_1", event_id(1), "", store.now_us)
    admission = delivery.admissions[0]
    command = Ingest(
        (Admission(admission.event, admission.runs, (mention,), admission.expires_us),),
        delivery.receipt,
    )

    ingested = await store.journal.commit(command)

    assert (ingested.event_id, ingested.fresh) == (event_id(1), True)
    found = await store.event(event_id(1))
    assert found.event == admission.event
    assert found.body == b'{"cents":100}'
    assert [(run.id, run.state) for run in found.runs] == [(run_id(1), "ready")]
    assert found.mentions == (mention,)
    receipt = await store.views.read(v.ShowReceipt(receipt_id(1)))
    assert receipt.receipt == delivery.receipt


async def test_a_repeat_stores_no_event_and_names_the_first_one(store: Store) -> None:
    await store.journal.commit(a_delivery(1))
    again = a_delivery(2)
    event = again.admissions[0].event._replace(identity="identity-1")

    answer = await store.journal.commit(
        Ingest((Admission(event, again.admissions[0].runs),), again.receipt)
    )

    assert (answer.event_id, answer.fresh, answer.queued) == (event_id(1), False, 0)
    events = await store.views.read(v.ListEvents())
    assert [row.id for row in events.rows] == [event_id(1)]
    assert [run.id for run in await store.claim()] == [run_id(1)]


async def test_the_receipt_of_a_repeat_keeps_no_payload_and_names_what_it_repeats(
    store: Store,
) -> None:
    await store.journal.commit(a_delivery(1))
    again = a_delivery(2)
    event = again.admissions[0].event._replace(identity="identity-1")

    await store.journal.commit(Ingest((Admission(event),), again.receipt))

    detail = await store.views.read(v.ShowReceipt(receipt_id(2)))
    kept = detail.receipt
    assert (kept.verdict, kept.event_id) == (Verdict.DUPLICATE, event_id(1))
    assert (kept.body, kept.body_bytes) == (None, 13)


@pytest.mark.parametrize(
    "changes", [{"tenant": "acme"}, {"source": "shop"}, {"identity": "other"}], ids=str
)
async def test_only_tenant_source_and_identity_together_make_a_repeat(
    store: Store, changes: dict[str, Any]
) -> None:
    await store.ingest(1)
    event = an_event(2, identity="identity-1")._replace(**changes)

    answer = await store.journal.commit(Ingest((Admission(event),)))

    assert answer.fresh


async def test_of_equal_deliveries_in_one_batch_one_is_stored(store: Store) -> None:
    commands = [
        Ingest((Admission(an_event(number, identity="same"), (a_run(number),)),), a_receipt(number))
        for number in range(1, 31)
    ]

    answers = await asyncio.gather(*(store.journal.commit(command) for command in commands))

    assert [answer.fresh for answer in answers].count(True) == 1
    assert len({answer.event_id for answer in answers}) == 1
    assert len(await store.claim()) == 1
    repeats = await store.views.read(v.ListReceipts(verdict="duplicate"))
    assert len(repeats.rows) == 29


async def test_the_same_command_again_is_a_repeat_of_itself(store: Store) -> None:
    command = an_ingest(1)

    answers = await asyncio.gather(*(store.journal.commit(command) for _ in range(3)))

    assert [answer.fresh for answer in answers] == [True, False, False]
    assert (await store.journal.commit(command)).event_id == event_id(1)


async def test_of_several_events_in_a_delivery_only_the_new_ones_are_stored(store: Store) -> None:
    await store.ingest(1)
    parts = (
        Admission(an_event(2, identity="identity-1"), (a_run(2),)),
        an_admission(3),
        Admission(an_event(4, identity="identity-3"), (a_run(4),)),
        an_admission(5),
    )

    answer = await store.journal.commit(Ingest(parts, a_receipt(2)))

    assert (answer.event_id, answer.fresh, answer.queued) == (event_id(3), True, 2)
    assert [run.id for run in await store.claim()] == [run_id(1), run_id(3), run_id(5)]
    receipt = await store.views.read(v.ShowReceipt(receipt_id(2)))
    assert (receipt.receipt.verdict, receipt.receipt.event_id) == ("accepted", event_id(3))


async def test_a_delivery_of_repeats_only_is_a_repeat(store: Store) -> None:
    await store.ingest(1, 2)
    parts = (
        Admission(an_event(3, identity="identity-2")),
        Admission(an_event(4, identity="identity-1")),
    )

    answer = await store.journal.commit(Ingest(parts, a_receipt(3)))

    assert (answer.event_id, answer.fresh) == (event_id(2), False)


async def test_a_delivery_without_events_keeps_its_receipt(store: Store) -> None:
    receipt = a_receipt(1, verdict=Verdict.UNMATCHED, event_id=None)

    answer = await store.journal.commit(Ingest((), receipt))

    assert (answer.fresh, answer.claimed, answer.queued) == (False, (), 0)
    found = await store.views.read(v.ShowReceipt(receipt_id(1)))
    assert found.receipt == receipt


async def test_an_event_that_no_flow_wants_is_kept(store: Store) -> None:
    answer = await store.journal.commit(Ingest((Admission(an_event(1)),)))

    assert (answer.fresh, answer.queued) == (True, 0)
    assert (await store.event(event_id(1))).runs == ()


async def test_a_refused_delivery_keeps_only_its_receipt(store: Store) -> None:
    refused = a_receipt(1, verdict=Verdict.REFUSED, status=401, event_id=None, body=None)

    await store.journal.commit(KeepReceipt(refused))

    assert (await store.views.read(v.ShowReceipt(receipt_id(1)))).receipt == refused
    assert (await store.views.read(v.ListEvents())).rows == ()


async def test_a_run_that_may_go_at_once_is_stored_as_claimed_by_the_worker(store: Store) -> None:
    answer = await store.journal.commit(an_ingest(1, worker=ALICE))

    assert (answer.claimed, answer.queued) == ((run_id(1),), 0)
    row = await store.run(run_id(1))
    assert (row.state, row.worker) == ("running", ALICE)
    assert await store.claim() == []


async def test_an_event_may_cause_several_runs(store: Store) -> None:
    runs = tuple(a_run(n, event_id=event_id(1), flow=f"flow_{n}") for n in (1, 2, 3))

    answer = await store.journal.commit(Ingest((Admission(an_event(1), runs),), worker=ALICE))

    assert answer.claimed == (run_id(1), run_id(2), run_id(3))


async def test_a_batch_larger_than_any_statement_is_stored_whole(store: Store) -> None:
    commands = [an_ingest(number, lane=f"cus_{number % 7}") for number in range(1, 701)]

    answers = await asyncio.gather(*(store.journal.commit(command) for command in commands))

    assert all(answer.fresh for answer in answers)
    count = await store.views.read(v.CountWork())
    assert [(flow.ready, flow.behind) for flow in count.flows] == [(7, 693)]


async def test_one_delivery_of_many_events_is_stored_whole(store: Store) -> None:
    parts = tuple(an_admission(number) for number in range(1, 501))

    answer = await store.journal.commit(Ingest(parts, worker=ALICE))

    assert len(answer.claimed) == 500


POISONED = {
    "an id that is taken": an_event(1, identity="new"),
    "text that is no text": an_event(99, identity="\ud800"),
    "an empty identity": an_event(99, identity=""),
    "a number beyond 64 bits": an_event(99, recorded_us=2**70),
}


@pytest.mark.parametrize("poison", POISONED.values(), ids=POISONED)
async def test_a_command_that_cannot_be_stored_does_not_harm_its_neighbours(
    store: Store, poison: Event
) -> None:
    await store.ingest(1)
    bad = Ingest((Admission(poison),))
    neighbours = [an_ingest(number) for number in range(2, 12)]
    batch = [*neighbours[:5], bad, *neighbours[5:]]

    answers = await asyncio.gather(
        *(store.journal.commit(command) for command in batch), return_exceptions=True
    )

    failed = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(failed) == 1
    assert answers.index(failed[0]) == 5
    assert len(await store.claim()) == 11


async def test_a_command_is_stored_whole_or_not_at_all(store: Store) -> None:
    bad = Ingest((an_admission(2), Admission(an_event(3), (a_run(3, id=run_id(1)),))), a_receipt(2))
    await store.ingest(1)
    before = await store.everything()

    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.journal.commit(bad)

    assert await store.everything() == before


async def test_only_deliveries_are_refused_when_too_much_waits(store: Store) -> None:
    assert isinstance(store.journal, Committer)
    narrow = Committer(store.journal._database, max_waiting=4)
    commands = [*map(an_ingest, range(1, 11)), Beat(ALICE, store.now_us)]
    tasks = [asyncio.ensure_future(narrow.commit(command)) for command in commands]

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, Overloaded)]
    assert len(refused) == 6
    assert not isinstance(answers[-1], Exception)
    assert len(await store.claim()) == 4


async def test_a_caller_that_stops_waiting_does_not_harm_the_others(store: Store) -> None:
    tasks = [
        asyncio.ensure_future(store.journal.commit(an_ingest(number))) for number in range(1, 6)
    ]
    await asyncio.sleep(0)
    tasks[2].cancel()

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    others = [answer for index, answer in enumerate(answers) if index != 2]
    assert all(not isinstance(answer, BaseException) and answer.fresh for answer in others)
