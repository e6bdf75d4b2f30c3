"""What every backend of the views promises about one thing, about trails and about checks."""

from collections.abc import Callable
from typing import Any

import pytest

from tieline.model.base.errors import NotFound
from tieline.model.base.ids import EventId, ReceiptId, ReplayId, RunId
from tieline.model.commands import (
    By,
    EditDead,
    Pause,
    Progress,
    ReplayFilter,
    RetryDead,
    StartReplay,
)
from tieline.model.inbound.event import Mention, Reference
from tieline.model.runs.run import Dead, Returned, StepState
from tieline.model.views.views import (
    PARTS,
    CheckRows,
    CheckStore,
    CountEffects,
    FindKey,
    ListReceipts,
    ListRuns,
    NextReplayBatch,
    ReadTrail,
    ShowEvent,
    ShowReceipt,
    ShowReplay,
    ShowRun,
)
from tieline.pipeline.admit import EventOrigin, Occurrence
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]


def by(house: Any) -> By:
    return By("ana", "a test", house.clock.at_us)


async def emitted(house: Any, run: Any, type_: str, data: object) -> Any:
    """An event that *run* emits, with the runs that listen."""
    origin = EventOrigin(
        run.tenant, "topic", house.clock.at_us, run.event.correlation, None, None, run.id
    )
    body = b'{"invoice_id":"in_1"}'
    occurrence = Occurrence(type_, f"emit-{run.id}", data, body)
    return house.admitter.admit([occurrence], origin).admissions[0]


@pytest.mark.parametrize(
    "question",
    [
        ShowReceipt(ReceiptId("rct_0")),
        ShowEvent(EventId("evt_0")),
        ShowRun(RunId("run_0")),
        ShowReplay(ReplayId("rpl_0")),
        ReadTrail(reference=Reference("order", "1")),
        ReadTrail(id="evt_0"),
        ReadTrail(id="run_0"),
        ReadTrail(id="rct_0"),
        ReadTrail(id="some-correlation"),
    ],
)
async def test_what_is_not_there_is_not_found_by_its_name(views: Views, question: Any) -> None:
    with pytest.raises(NotFound) as caught:
        await views.read(question)

    wanted = getattr(question, "id", None) or question.reference.key
    assert caught.value.key == wanted


async def test_a_receipt_shows_its_bytes_and_its_events(
    house: Any, views: Views, invoice: Invoice
) -> None:
    first = await house.deliver("invoice.paid", invoice(1), identity="same")
    await house.deliver("invoice.paid", invoice(1), identity="same")
    [repeat, accepted] = (await views.read(ListReceipts())).rows

    shown = await views.read(ShowReceipt(accepted.id))
    shown_repeat = await views.read(ShowReceipt(repeat.id))

    assert shown.receipt.body == b'{"invoice_id":"in_1","customer_id":"cus_1","amount_cents":100}'
    assert shown.receipt.headers == b'[["content-type","application/json"]]'
    assert [row.id for row in shown.events] == [first.event_id]
    assert shown_repeat.receipt.body is None
    assert shown_repeat.events == shown.events


async def test_an_event_shows_what_came_of_it(house: Any, views: Views, invoice: Invoice) -> None:
    ingested = await house.deliver("invoice.paid", invoice(1), identity="same")
    await house.deliver("invoice.paid", invoice(1), identity="same")
    [run] = await house.claim()
    admission = await emitted(house, run, "invoice.posted", {"invoice_id": "in_1"})
    await house.settle(run, Returned(), Progress(emitted=(admission,)))

    shown = await views.read(ShowEvent(ingested.event_id))

    assert shown.event.data is None
    assert shown.body == b'{"invoice_id":"in_1","customer_id":"cus_1","amount_cents":100}'
    assert shown.receipt is not None
    assert [row.verdict for row in shown.repeats] == ["duplicate"]
    assert [(row.id, row.state) for row in shown.runs] == [(run.id, "done")]
    assert [(m.kind, m.key) for m in shown.mentions] == [("invoice", "in_1")]
    assert [(row.type, row.cause) for row in shown.caused] == [("invoice.posted", run.id)]


async def test_a_run_shows_what_it_remembers_and_what_holds_it(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.deliver("invoice.paid", invoice(2))
    [run] = await house.claim()
    progress = house.call_step(run)
    mention = Mention("entry", "entry_1", run.event.id, run.id, house.clock.at_us)
    dead = Dead("KeyError", "no such thing", "Traceback …")
    done = Progress(progress.steps, progress.attempts, (mention,))
    await house.settle(run, dead, done)
    await house.journal.commit(Pause("flow", "post_invoice", by(house)))
    [behind, _] = (await views.read(ListRuns(flow="post_invoice"))).rows

    shown = await views.read(ShowRun(run.id))
    waits = await views.read(ShowRun(behind.id))

    assert shown.run.state == "dead"
    assert [(step.name, step.state, step.result_bytes) for step in shown.steps] == [
        ("books POST /entries", "done", 60)
    ]
    assert [attempt.status for attempt in shown.attempts] == [201]
    assert {(m.kind, m.key) for m in shown.mentions} == {("invoice", "in_1"), ("entry", "entry_1")}
    assert shown.dead is not None
    assert shown.dead.kind == "KeyError"
    assert shown.evidence == "Traceback …"
    assert [pause.name for pause in shown.pauses] == ["post_invoice"]
    assert waits.lane_head is not None
    assert waits.lane_head.id == run.id


async def test_a_trail_holds_everything_of_one_correlation_whatever_it_is_asked_by(
    house: Any, views: Views, invoice: Invoice
) -> None:
    ingested = await house.deliver("invoice.paid", invoice(1), identity="one")
    await house.deliver("invoice.paid", invoice(2, "cus_2"))
    run = next(r for r in await house.claim() if r.event.id == ingested.event_id)
    admission = await emitted(house, run, "invoice.posted", {"invoice_id": "in_1"})
    done = house.call_step(run)
    await house.settle(run, Returned(), Progress(done.steps, done.attempts, (), (admission,)))
    receipt_id = run.event.receipt_id

    asked_by = [
        ReadTrail(reference=Reference("invoice", "in_1")),
        ReadTrail(id=ingested.event_id),
        ReadTrail(id=admission.event.id),
        ReadTrail(id=run.id),
        ReadTrail(id=admission.runs[0].id),
        ReadTrail(id=receipt_id),
    ]
    trails = [await views.read(question) for question in asked_by]

    for trail in trails:
        assert {row.type for row in trail.events} == {"invoice.paid", "invoice.posted"}
        assert {row.flow for row in trail.runs} == {"post_invoice", "announce"}
        assert [row.id for row in trail.receipts] == [receipt_id]
        assert len(trail.steps) == len(trail.attempts) == 1
        assert trail.whole


async def test_a_senders_own_correlation_ties_its_deliveries_together(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1), correlation="checkout-7")
    await house.deliver("order.made", {}, correlation="checkout-7")

    trail = await views.read(ReadTrail(id="checkout-7"))

    assert {row.type for row in trail.events} == {"invoice.paid", "order.made"}
    assert len(trail.receipts) == 2


async def test_a_refused_delivery_is_a_trail_of_its_own(house: Any, views: Views) -> None:
    receipt_id = await house.refuse()

    trail = await views.read(ReadTrail(id=receipt_id))

    assert [row.id for row in trail.receipts] == [receipt_id]
    assert trail.events == ()


async def test_a_key_is_found_under_every_kind_that_has_it(
    house: Any, views: Views, invoice: Invoice
) -> None:
    ingested = await house.deliver("invoice.paid", invoice(1))
    [run] = await house.claim()
    mention = Mention("entry", "in_1", ingested.event_id, run.id, house.clock.at_us)
    await house.settle(run, Returned(), Progress(mentions=(mention,)))

    found = await views.read(FindKey("in_1"))
    none = await views.read(FindKey("in_2"))

    assert found == (Reference("entry", "in_1"), Reference("invoice", "in_1"))
    assert none == ()


async def test_an_edited_copy_belongs_to_the_trail_of_its_original(
    house: Any, views: Views, invoice: Invoice
) -> None:
    ingested = await house.deliver("order.made", {"id": 1}, identity="one")
    [run] = await house.claim()
    await house.settle(run, Dead("x", "y"))
    origin = EventOrigin(
        run.tenant,
        "billing",
        house.clock.at_us,
        run.event.correlation,
        cause=ingested.event_id,
    )
    occurrence = Occurrence("order.made", "one#edit-1", {"id": 2}, b'{"id":2}')
    edited = house.admitter.admit([occurrence], origin).admissions[0]
    await house.journal.commit(EditDead(run.id, edited, by(house)))

    trail = await views.read(ReadTrail(id=ingested.event_id))
    shown = await views.read(ShowEvent(ingested.event_id))

    assert [row.identity for row in trail.events] == ["one", "one#edit-1"]
    assert [row.action for row in trail.audit] == ["edit-and-retry"]
    assert [row.id for row in shown.caused] == [edited.event.id]


async def test_a_replay_shows_the_states_of_its_runs(house: Any, views: Views) -> None:
    await house.journal.commit(
        StartReplay(ReplayId("rpl_1"), ReplayFilter(), 5, 0, False, by(house))
    )

    shown = await views.read(ShowReplay(ReplayId("rpl_1")))

    assert shown.replay.state == "running"
    assert shown.states == ()
    assert [row.action for row in shown.audit] == ["replay"]


# --- what a replay reads ----------------------------------------------------------------------


async def test_bites_lead_through_all_wanted_events_oldest_first(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(5):
        await house.deliver("invoice.paid", invoice(number), identity=f"e{number}")
        await house.deliver("order.made", {}, identity=f"o{number}")
        house.clock.advance(seconds=1)

    seen, cursor, finished = [], "", False
    while not finished:
        wanted = ReplayFilter(type="invoice.paid")
        bite = await views.read(NextReplayBatch(wanted, cursor, house.clock.at_us, limit=2))
        seen += [one.event.identity for one in bite.events]
        cursor, finished = bite.cursor, bite.finished

    assert seen == ["e0", "e1", "e2", "e3", "e4"]


async def test_a_bite_has_the_payload_wherever_it_is_kept(
    house: Any, views: Views, invoice: Invoice
) -> None:
    ingested = await house.deliver("invoice.paid", invoice(1))
    wanted = ReplayFilter(event_ids=(ingested.event_id, EventId("evt_unknown")))

    bite = await views.read(NextReplayBatch(wanted, "", house.clock.at_us))

    assert [one.body for one in bite.events] == [
        b'{"invoice_id":"in_1","customer_id":"cus_1","amount_cents":100}'
    ]
    assert bite.finished


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("dead",), ["dies"]),
        (("unmatched",), ["lost"]),
        (("quarantined", "done"), ["fits", "odd"]),
        ((), ["fits", "dies", "odd", "lost"]),
    ],
)
async def test_a_bite_takes_events_by_the_state_of_their_runs_or_their_verdict(
    house: Any, views: Views, invoice: Invoice, states: tuple[str, ...], expected: list[str]
) -> None:
    await house.deliver("invoice.paid", invoice(1, "a"), identity="fits")
    await house.deliver("invoice.paid", invoice(2, "b"), identity="dies")
    await house.deliver("invoice.paid", {"invoice_id": 7}, identity="odd")
    await house.deliver("nobody.cares", {}, identity="lost")
    await house.work(lambda run: Dead("x", "y") if run.event.identity == "dies" else Returned())

    later = house.clock.at_us + 1
    bite = await views.read(NextReplayBatch(ReplayFilter(states=states), "", later))

    assert [one.event.identity for one in bite.events] == expected


async def test_a_bite_ends_before_events_that_came_after_the_replay_began(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1), identity="before")
    began_us = house.clock.at_us + 1
    house.clock.advance(seconds=1)
    await house.deliver("invoice.paid", invoice(2), identity="after")

    bite = await views.read(NextReplayBatch(ReplayFilter(), "", began_us))

    assert [one.event.identity for one in bite.events] == ["before"]
    assert bite.finished


async def test_effects_that_happened_are_counted_once_for_each_event_and_flow(
    house: Any, views: Views, invoice: Invoice
) -> None:
    ingested = await house.deliver("invoice.paid", invoice(1))
    other = await house.deliver("invoice.paid", invoice(2, "cus_2"))
    first, second = await house.claim()
    await house.settle(first, Returned(), house.call_step(first))
    await house.settle(second, Dead("x", "y"), house.call_step(second, StepState.INTENT))

    counted = await views.read(CountEffects((ingested.event_id, other.event_id)))

    assert [(one.event_id, one.flow, one.effects) for one in counted] == [
        (ingested.event_id, "post_invoice", 1)
    ]


# --- checks -----------------------------------------------------------------------------------


async def test_a_sound_store_has_no_oddities(house: Any, views: Views, invoice: Invoice) -> None:
    for number in range(4):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number % 2}"))
    await house.work(lambda run: Dead("x", "y") if run.lane == "cus_0" else Returned())
    dead = (await views.read(ListRuns(state="dead"))).rows[0]
    await house.journal.commit(RetryDead(dead.id, by(house)))
    await house.claim()

    checked = [await views.read(CheckRows(part)) for part in PARTS]

    assert [one.oddities for one in checked] == [()] * len(PARTS)
    assert sum(one.looked for one in checked) > 6


async def test_checks_walk_on_in_slices(house: Any, views: Views, invoice: Invoice) -> None:
    for number in range(5):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number}"))
        await house.journal.commit(Pause("flow", f"f{number}", by(house)))
    for part in PARTS:
        looked, cursor = 0, ""
        while True:
            checked = await views.read(CheckRows(part, cursor, limit=2))
            looked += checked.looked
            assert checked.oddities == ()
            if checked.cursor is None:
                break
            cursor = checked.cursor

        assert looked == 5


async def test_the_health_of_a_store_names_its_versions_sizes_and_holder(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))

    health = await views.read(CheckStore())
    thorough = await views.read(CheckStore(pages=True))

    assert house.path.name in health.path
    assert health.migration[:4].isdecimal() or health.migration.startswith("next_")
    assert health.store_bytes > 0
    assert health.free_bytes is None or health.free_bytes > 0
    assert health.is_open
    assert health.newest_us == house.clock.at_us
    assert health.faults is None
    assert thorough.faults == ()
