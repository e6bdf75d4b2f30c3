"""Alerts on every store: judged one after the other, listed, and the signs they are judged by."""

from tests.makers import FLOW, START_US, a_delivery, a_receipt, an_attempt
from tests.stores import Store

from tieline.model.commands import KeepReceipt, Progress
from tieline.model.inbound.receipt import Verdict
from tieline.model.people.alert import (
    AlertRow,
    FlowBacklog,
    KeepAlerts,
    RecentAttempts,
    SourceDelivery,
)
from tieline.model.runs.run import Dead, Held, RetryAt
from tieline.model.views.views import ListAlerts, ReadKnownAlerts, ReadSigns


def an_alert(subject: str, **changes: object) -> AlertRow:
    row = {
        "key": f"dead-letters {subject}",
        "kind": "dead-letters",
        "subject": subject,
        "owner": "finance-ops",
        "reason": "3 dead letters wait for a decision",
        "state": "firing",
        "since_us": START_US,
        "fired_us": START_US,
        "clear_us": None,
        "ended_us": None,
        "told_us": None,
    }
    return AlertRow(**(row | changes))  # type: ignore[arg-type]


async def test_what_was_judged_is_listed_and_goes_into_the_next_judgement(store: Store) -> None:
    firing = an_alert("flow:a")
    ended = an_alert("flow:b", state="ended", ended_us=START_US + 1)
    pending = an_alert("flow:c", state="pending", fired_us=None)

    stored = await store.journal.commit(KeepAlerts(0, '{"seen":1}', (firing, ended, pending)))
    book = await store.views.read(ReadKnownAlerts())

    assert stored.count == 1
    assert (book.turn, book.memory) == (1, '{"seen":1}')
    assert book.rows == (firing, ended, pending)
    assert await store.views.read(ListAlerts()) == (firing,)
    assert await store.views.read(ListAlerts(ended=True)) == (firing, ended)


async def test_of_two_judges_of_one_turn_only_the_first_is_heard(store: Store) -> None:
    first = await store.journal.commit(KeepAlerts(0, "{}", (an_alert("flow:a"),)))
    second = await store.journal.commit(KeepAlerts(0, "{}", (an_alert("flow:b"),)))

    assert (first.count, second.count) == (1, 0)
    assert await store.views.read(ListAlerts()) == (an_alert("flow:a"),)


async def test_an_alert_is_replaced_by_what_it_is_now_and_forgotten_at_last(store: Store) -> None:
    await store.journal.commit(KeepAlerts(0, "{}", (an_alert("flow:a"), an_alert("flow:b"))))
    told = an_alert("flow:a", told_us=START_US + 5, reason="4 dead letters")
    await store.journal.commit(KeepAlerts(1, "{}", (told,), ("dead-letters flow:b",)))

    assert await store.views.read(ListAlerts()) == (told,)


async def test_signs_tell_the_oldest_run_the_latest_delivery_and_how_tries_went(
    store: Store,
) -> None:
    for number in (1, 2, 3):
        await store.journal.commit(a_delivery(number))
    refused = a_receipt(9, received_us=START_US + 99, verdict=Verdict.REFUSED, event_id=None)
    await store.journal.commit(KeepReceipt(refused))
    first, second, third = await store.claim()
    good, bad = an_attempt(first.id), an_attempt(first.id, number=2, outcome="unavailable")
    old = an_attempt(first.id, number=3, at_us=START_US - 1)
    await store.settle(first, Held("look"), Progress(attempts=(good, bad, old)))
    await store.settle(second, RetryAt(START_US + 60, "later"))

    signs = await store.views.read(ReadSigns(START_US))

    assert signs.ages == (FlowBacklog(second.flow, second.id),)
    assert third.id > second.id
    assert signs.sources == (SourceDelivery("billing", START_US),)
    assert signs.tries == (RecentAttempts("books", 2, 1),)
    assert signs.dead == ()


async def test_signs_tell_how_many_dead_letters_wait(store: Store) -> None:
    await store.ingest(1, 2)
    for run in await store.claim():
        await store.settle(run, Dead("rejected", "no"))

    signs = await store.views.read(ReadSigns(START_US))

    assert signs.dead == ((FLOW, 2),)
    assert signs.ages == ()
