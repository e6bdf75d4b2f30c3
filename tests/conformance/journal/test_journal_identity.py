"""Identity: another body under a known id, or a known body under another, is kept and idle."""

import asyncio
from typing import Any

import pytest
from tests.makers import a_delivery, a_receipt, a_run, an_event, event_id, receipt_id, run_id
from tests.stores import Store

from tieline.features.issues.model import ListIssues
from tieline.model.commands import Admission, Ingest, Ingested
from tieline.model.inbound.receipt import Verdict
from tieline.model.views import views as v
from tieline.model.views.quarantine import CountQuarantine

ONE, TWO, THREE = b"1" * 16, b"2" * 16, b"3" * 16


def delivery(
    number: int, identity: str, digest: bytes | None, by_body: str | None = None
) -> Ingest:
    """Event *number* under a name, with its run and its receipt."""
    event = an_event(number, identity=identity)._replace(receipt_id=receipt_id(number), data=None)
    admission = Admission(event, (a_run(number),), digest=digest, by_body=by_body)
    return Ingest((admission,), a_receipt(number))


async def commit(store: Store, *deliveries: Ingest) -> list[Ingested]:
    return [await store.journal.commit(one) for one in deliveries]


async def at_once(store: Store, *deliveries: Ingest) -> list[Ingested]:
    return list(await asyncio.gather(*(store.journal.commit(one) for one in deliveries)))


@pytest.fixture(params=[commit, at_once], ids=["one by one", "in one batch"])
def committed(request: pytest.FixtureRequest) -> Any:
    return request.param


async def verdicts(store: Store) -> list[tuple[str, str | None]]:
    page = await store.views.read(v.ListReceipts())
    return [(row.verdict, row.event_id) for row in reversed(page.rows)]


async def test_another_body_under_a_known_id_is_kept_counted_and_not_run(
    store: Store, committed: Any
) -> None:
    answers = await committed(
        store, delivery(1, "order-7", ONE), delivery(2, "order-7", TWO), delivery(3, "order-7", ONE)
    )

    assert [(one.event_id, one.fresh) for one in answers] == [
        (event_id(1), True),
        (event_id(2), True),
        (event_id(1), False),
    ]
    why = f"changed: another body under the known id 'order-7', which stands for {event_id(1)}"
    assert [one.doubt for one in answers] == [None, why, None]
    assert await verdicts(store) == [
        ("accepted", event_id(1)),
        ("quarantined", event_id(2)),
        ("duplicate", event_id(1)),
    ]
    detail = await store.views.read(v.ShowReceipt(receipt_id(2)))
    assert (detail.receipt.reason, detail.receipt.body) == (why, a_receipt(2).body)
    assert [run.id for run in await store.claim()] == [run_id(1)]
    assert (await store.views.read(CountQuarantine())).waiting == 1
    [issue] = (await store.views.read(ListIssues())).rows
    assert (issue.kind, issue.words, issue.count) == ("quarantined", why, 1)


async def test_each_other_body_is_kept_once(store: Store, committed: Any) -> None:
    names = [("a", ONE), ("a", TWO), ("a", TWO), ("a", THREE), ("a", TWO), ("a", THREE)]

    answers = await committed(
        store, *(delivery(n, name, digest) for n, (name, digest) in enumerate(names, 1))
    )

    assert [one.fresh for one in answers] == [True, True, False, True, False, False]
    assert [one.event_id for one in answers] == [event_id(n) for n in (1, 2, 2, 4, 2, 4)]


async def test_what_an_earlier_release_stored_says_nothing_about_its_body(
    store: Store, committed: Any
) -> None:
    answers = await committed(store, delivery(1, "a", None), delivery(2, "a", TWO))

    assert [one.fresh for one in answers] == [True, False]


async def test_a_known_body_under_an_id_that_nobody_signed_is_kept_and_not_run(
    store: Store, committed: Any
) -> None:
    answers = await committed(
        store,
        delivery(1, "first", ONE, "body:x"),
        delivery(2, "second", ONE, "body:x"),
        delivery(3, "first", ONE, "body:x"),
        delivery(4, "second", ONE, "body:x"),
        delivery(5, "third", TWO, "body:y"),
    )

    assert [one.fresh for one in answers] == [True, True, False, False, True]
    assert [one.doubt is None for one in answers] == [True, False, True, True, True]
    assert [verdict for verdict, _ in await verdicts(store)] == [
        "accepted",
        "quarantined",
        "duplicate",
        "duplicate",
        "accepted",
    ]
    assert [run.id for run in await store.claim()] == [run_id(1), run_id(5)]


async def test_of_a_batch_the_one_with_another_body_is_named(store: Store) -> None:
    await store.journal.commit(delivery(1, "a", ONE))
    parts = (an_event(2, identity="b"), an_event(3, identity="a"))
    batch = Ingest(
        tuple(Admission(one, (a_run(n),), digest=TWO) for n, one in enumerate(parts, 2)),
        a_receipt(2),
    )

    answer = await store.journal.commit(batch)

    assert answer.doubt is not None
    assert answer.doubt.startswith("event 2 of 2: changed: another body under the known id 'a'")
    assert await verdicts(store) == [("accepted", event_id(1)), ("quarantined", event_id(2))]
    assert [run.id for run in await store.claim()] == [run_id(1), run_id(2)]


async def test_what_is_not_changed_is_a_repeat_as_ever(store: Store) -> None:
    await store.journal.commit(a_delivery(1))

    again = a_delivery(2)
    event = again.admissions[0].event._replace(identity="identity-1")
    await store.journal.commit(Ingest((Admission(event, digest=ONE),), again.receipt))

    assert (await verdicts(store))[1] == (Verdict.DUPLICATE, event_id(1))
