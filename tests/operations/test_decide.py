"""Decide: edits keep the keys of effects, and what makes no sense is refused unstored."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import CommandRefused, Conflict, NotFound
from tieline.model.base.ids import RunId
from tieline.model.commands import By
from tieline.model.runs.run import Dead, Held
from tieline.model.views.views import ListDead, ListPauses, ShowEvent, ShowRun
from tieline.operations import decide
from tieline.operations.decide import Decision, EditParts
from tieline.rules.runs.edited import original_identity

Invoice = Callable[..., dict[str, object]]


@pytest.fixture
async def desk(house: Any) -> AsyncIterator[EditParts]:
    """What an edit works with, on the store of ``house``."""
    views = SqliteReader(house.path, CATALOGUE)
    yield EditParts(house.journal, views, house.admitter)
    await views.close()


def by(house: Any) -> By:
    return By("ana", "a test", house.clock.at_us)


async def a_dead_run(house: Any, type_: str, payload: object) -> Any:
    await house.deliver(type_, payload, identity="one")
    [run] = await house.claim()
    await house.settle(run, Dead("x", "y"))
    return run


async def test_an_edit_is_a_new_event_with_the_old_effect_keys(
    house: Any, desk: EditParts, invoice: Invoice
) -> None:
    dead = await a_dead_run(house, "invoice.paid", invoice(1))
    document = b'{"invoice_id":"in_1","customer_id":"cus_1","amount_cents":5}'

    edited = await decide.edit(desk, dead.id, document, by(house))

    [again] = await house.claim()
    event = (await desk.views.read(ShowEvent(edited.event_id))).event
    letter = (await desk.views.read(ListDead(decided=True))).rows[0]
    assert again.id == edited.run_id
    assert (event.cause, event.correlation) == (dead.event.id, dead.event.correlation)
    assert event.data == document
    assert event.identity != dead.event.identity
    assert original_identity(event) == dead.event.identity
    assert letter.resolution == f"edited: {edited.run_id}"


async def test_an_edit_of_an_edit_still_has_the_keys_of_the_original(
    house: Any, desk: EditParts
) -> None:
    dead = await a_dead_run(house, "order.made", {"id": 1})
    first = await decide.edit(desk, dead.id, b'{"id":2}', by(house))
    [run] = await house.claim()
    await house.settle(run, Dead("x", "y"))

    second = await decide.edit(desk, first.run_id, b'{"id":3}', by(house))

    event = (await desk.views.read(ShowEvent(second.event_id))).event
    assert original_identity(event) == "one"
    assert event.cause == first.event_id


async def test_only_the_flow_that_died_runs_again_after_an_edit(
    house: Any, desk: EditParts
) -> None:
    dead = await a_dead_run(house, "order.made", {"id": 1})

    edited = await decide.edit(desk, dead.id, b'{"id":2}', by(house))

    detail = await desk.views.read(ShowEvent(edited.event_id))
    assert [(run.flow, run.id) for run in detail.runs] == [("ship_order", edited.run_id)]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{", "cannot be taken"),
        (b'{"a":1,"a":2}', "appears twice"),
        (b'{"invoice_id":"in_1"}', "invoice.paid@1 for flow post_invoice: customer_id: Field"),
    ],
)
async def test_an_edit_that_would_not_run_is_refused_and_changes_nothing(
    house: Any, desk: EditParts, invoice: Invoice, document: bytes, words: str
) -> None:
    dead = await a_dead_run(house, "invoice.paid", invoice(1))

    with pytest.raises(CommandRefused, match=words):
        await decide.edit(desk, dead.id, document, by(house))

    assert (await desk.views.read(ListDead())).rows[0].run_id == dead.id


async def test_a_live_run_cannot_be_edited(house: Any, desk: EditParts) -> None:
    await house.deliver("order.made", {})
    [run] = await house.claim()

    with pytest.raises(Conflict, match="is running; only a dead run can be edited"):
        await decide.edit(desk, run.id, b"{}", by(house))
    with pytest.raises(NotFound):
        await decide.edit(desk, RunId("run_0"), b"{}", by(house))


async def test_fields_are_replaced_without_the_payload_being_seen(
    house: Any, desk: EditParts
) -> None:
    dead = await a_dead_run(house, "order.made", {"id": 1, "to": {"city": "Ulm"}})

    patched = await decide.patched(
        desk.views, dead.id, [(("id",), 2), (("to", "zip"), "89073"), (("new",), [1])]
    )

    assert patched == b'{"id":2,"to":{"city":"Ulm","zip":"89073"},"new":[1]}'
    with pytest.raises(CommandRefused, match=r"no object at id\.deep"):
        await decide.patched(desk.views, dead.id, [(("id", "deep", "er"), 1)])


async def test_a_held_run_goes_on_behind_what_a_person_says_happened(
    house: Any, desk: EditParts
) -> None:
    await house.deliver("order.made", {})
    [run] = await house.claim()
    progress = house.call_step(run)
    await house.settle(run, Held("who knows", ("books POST /entries", "#1")), progress)

    await decide.resolve(
        house.journal, run.id, by(house), Decision.DONE, result=b' {"id": "entry_9"} '
    )

    steps = (await desk.views.read(ShowRun(run.id))).steps
    assert [(step.state, step.result) for step in steps] == [("done", b'{"id":"entry_9"}')]


async def test_a_useless_result_is_refused(house: Any) -> None:
    with pytest.raises(CommandRefused, match="is no JSON document"):
        await decide.resolve(
            house.journal, RunId("run_0"), by(house), Decision.DONE, result=b"entry_9"
        )
    with pytest.raises(CommandRefused, match="with retry leave it out"):
        await decide.resolve(house.journal, RunId("run_0"), by(house), Decision.RETRY, result=b"1")


async def test_only_what_is_declared_can_be_paused(house: Any, desk: EditParts) -> None:
    with pytest.raises(NotFound, match="there is no flow 'post_invoices'"):
        await decide.pause(house.journal, house.hub, "flow", "post_invoices", by(house))

    fresh = await decide.pause(house.journal, house.hub, "connection", "books", by(house))
    again = await decide.pause(house.journal, house.hub, "connection", "books", by(house))

    assert (fresh, again) == (True, False)
    assert [pause.name for pause in await desk.views.read(ListPauses())] == ["books"]


async def test_what_is_not_paused_cannot_be_resumed(house: Any) -> None:
    with pytest.raises(Conflict, match="flow 'post_invoice' is not paused"):
        await decide.resume(house.journal, "flow", "post_invoice", by(house))
