"""Quote to cash: the example hub among vendors that fail as real ones do."""

from typing import Any

from tieline.model.views.views import ShowRun

LEAD, PAYMENT, TICKET = "lead.captured", "payment_intent.succeeded", "ticket.created"


async def test_a_lead_becomes_a_contact_and_a_message(town: Any) -> None:
    await town.deliver("leads", LEAD, 3)
    await town.until("capture_lead", "done", "done", "done")

    assert await town.counts("crm") == (3, 0)
    assert await town.counts("chat") == (3, 0)


async def test_a_payment_becomes_an_invoice_and_a_receipt_that_is_announced(town: Any) -> None:
    await town.deliver("payments", PAYMENT)
    await town.until("announce_receipt", "done")

    (entry,) = await town.vendors["books"].ledger()
    (message,) = await town.vendors["chat"].ledger()
    assert (entry["action"], entry["ref"]) == ("invoice", "pi_00000001")
    assert entry["id"] in message["body"]["text"]


async def test_a_repeated_delivery_is_acknowledged_and_makes_nothing(town: Any) -> None:
    await town.vendors["payments"].faults([{"kind": "duplicate", "params": {"times": 3}}])
    await town.deliver("payments", PAYMENT, 4)
    await town.until("announce_receipt", *["done"] * 4)

    sent = (await town.vendors["payments"].stats())["sender"]
    assert (sent["duplicates_sent"], sent["duplicates_accepted"]) == (8, 8)
    assert await town.counts("books") == (4, 0)


async def test_a_forged_delivery_is_refused_and_makes_nothing(town: Any) -> None:
    modes = ("wrong_secret", "tampered", "missing")
    forge = [
        {"kind": "forge", "count": 1, "params": {"mode": mode, "only": True}} for mode in modes
    ]
    stale = {"kind": "stale", "count": 1, "params": {"only": True}}
    await town.vendors["payments"].faults([*forge, stale])
    await town.deliver("payments", PAYMENT, 5)
    await town.until("announce_receipt", "done")

    sent = (await town.vendors["payments"].stats())["sender"]
    assert (sent["forged_accepted"], sent["stale_accepted"], sent["by_status"]["401"]) == (0, 0, 4)
    assert await town.counts("books") == (1, 0)


async def test_work_for_a_vendor_that_is_down_is_done_when_it_is_back(town: Any) -> None:
    await town.vendors["crm"].faults([{"kind": "status", "count": 3}])
    await town.deliver("leads", LEAD, 2)
    await town.until("capture_lead", "done", "done")

    assert await town.counts("crm") == (2, 0)
    assert (await town.vendors["crm"].stats())["faults"] == {"status": 3}


async def test_a_write_whose_answer_was_lost_is_booked_once(town: Any) -> None:
    await town.vendors["books"].faults([{"kind": "reset_after", "count": 2}])
    await town.deliver("payments", PAYMENT)
    await town.until("book_payment", "done")

    stats = await town.vendors["books"].stats()
    assert (stats["effects"], stats["double_effects"], stats["replayed"]) == (1, 0, 2)
    attempts = (await town.only_run("book_payment")).attempts
    assert [attempt.outcome for attempt in attempts] == ["broken", "broken", "done"]


async def test_an_answer_that_nobody_can_read_does_not_end_a_run(town: Any) -> None:
    modes = ("garbage", "truncated", "short", "status_line")
    await town.vendors["books"].faults(
        [{"kind": "malformed", "count": 1, "params": {"mode": mode}} for mode in modes]
    )
    await town.deliver("payments", PAYMENT)
    await town.until("book_payment", "done")

    assert await town.counts("books") == (1, 0)


async def test_a_pause_that_a_vendor_asks_for_is_kept(town: Any) -> None:
    throttled = {"status": 429, "retry_after_seconds": 1}
    await town.vendors["books"].faults([{"kind": "status", "count": 1, "params": throttled}])
    await town.deliver("payments", PAYMENT)
    await town.until("book_payment", "done")

    first, second = (await town.only_run("book_payment")).attempts
    assert (first.status, second.status) == (429, 201)
    assert second.at_us - first.at_us >= 1_000_000


async def test_a_message_whose_answer_was_lost_is_looked_up_and_not_repeated(town: Any) -> None:
    lost = {"kind": "reset_after", "count": 1, "match": {"method": "POST"}}
    await town.vendors["chat"].faults([lost])
    await town.deliver("leads", LEAD)
    await town.until("capture_lead", "done")

    assert await town.counts("chat") == (1, 0)
    outcomes = [attempt.outcome for attempt in (await town.only_run("capture_lead")).attempts]
    assert outcomes[-2:] == ["broken", "confirmed"]


async def test_a_message_that_never_arrived_is_looked_up_and_sent_again(town: Any) -> None:
    cut = {"kind": "reset_before", "count": 1, "match": {"method": "POST"}}
    await town.vendors["chat"].faults([cut])
    await town.deliver("leads", LEAD)
    await town.until("capture_lead", "done")

    assert await town.counts("chat") == (1, 0)


async def test_a_look_up_that_fails_is_tried_again(town: Any) -> None:
    lost = {"kind": "reset_after", "count": 1, "match": {"method": "POST"}}
    down = {"kind": "status", "count": 2, "match": {"method": "GET"}}
    await town.vendors["chat"].faults([lost, down])
    await town.deliver("leads", LEAD)
    await town.until("capture_lead", "done")

    assert await town.counts("chat") == (1, 0)


async def test_a_message_without_a_look_up_is_held_for_a_person(town: Any) -> None:
    lost = {"kind": "reset_after", "count": 1, "match": {"method": "POST"}}
    await town.vendors["chat"].faults([lost])
    await town.deliver("helpdesk", TICKET, 2)
    held, _ = await town.until("announce_ticket", "held", "done")

    assert held.step_in_doubt == ("chat POST /chat.postMessage", "#1")
    assert "unknown" in held.reason
    assert await town.counts("chat") == (2, 0)


async def test_a_refused_credential_holds_work_back_until_a_new_one_is_given(town: Any) -> None:
    await town.vendors["books"].faults([{"kind": "expired_credential"}])
    await town.deliver("payments", PAYMENT, 3)

    async def held_back() -> object:
        rows = await town.runs("book_payment")
        waiting = [row for row in rows if row.state == "waiting"]
        return waiting if len(rows) == 3 and waiting else None

    await town.eventually(held_back)
    await town.vendors["books"].rotate("fresh-token")
    town.give_secret("books-live", "fresh-token")
    rows = await town.until("book_payment", "done", "done", "done")

    assert await town.counts("books") == (3, 0)
    for row in rows:
        attempts = (await town.views.read(ShowRun(row.id))).attempts
        assert (attempts[-1].outcome, attempts[-1].number) == ("done", 1)


async def test_payments_of_one_customer_are_booked_in_the_order_they_came(town: Any) -> None:
    await town.vendors["books"].faults([{"kind": "status", "probability": 0.2, "seed": 1}])
    await town.deliver("payments", PAYMENT, 12, spread=2)
    await town.until("announce_receipt", *["done"] * 12)

    ledger = await town.vendors["books"].ledger()
    for customer in ("cus_00000", "cus_00001"):
        refs = [row["ref"] for row in ledger if row["body"]["customer"] == customer]
        assert refs == sorted(refs)
        assert len(refs) == 6
