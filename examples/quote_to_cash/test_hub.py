"""The flows as plain functions: no engine, no network, answers made up by the test."""
# ruff: noqa: S101 - tests are made of asserts

from typing import Any

import orjson
import pytest
from contracts import LeadCaptured, PaymentSucceeded, Receipt, TicketCreated
from hub import announce_receipt, announce_ticket, book_payment, capture_lead, daily_digest, hub

import tieline.testing
from tieline import Call, CallRefused, HttpAnswer
from tieline.testing import PlainRun, answer

pytestmark = pytest.mark.anyio

LEAD = LeadCaptured(
    id="lead_1", email="ada@shop.example", name="Ada", company="Shop", form="demo-request"
)
PAYMENT = PaymentSucceeded(
    id="pi_1",
    customer="cus_1",
    amount_received=1250,
    currency="eur",
    metadata={"order_id": "ord-1"},
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def ok(_call: Call) -> HttpAnswer:
    return answer(200, {"ok": True})


def sent(run: PlainRun, connection: str) -> list[Any]:
    """What the flow wrote to *connection*."""
    written = [call for name, call in run.calls if name == connection and call.body]
    return [orjson.loads(call.body) for call in written]


async def test_a_lead_is_enriched_kept_and_told() -> None:
    answers = {
        "leads": lambda _call: answer(200, {"campaign": "autumn"}),
        "crm": lambda _call: answer(201, {"id": "ada@shop.example"}),
        "chat": ok,
    }
    async with tieline.testing.plain(hub, answers=answers) as run:
        await capture_lead(LEAD, run)

    assert [(name, call.method, call.path) for name, call in run.calls] == [
        ("leads", "GET", "/leads/lead_1"),
        ("crm", "PUT", "/contacts/ada%40shop.example"),
        ("chat", "POST", "/chat.postMessage"),
    ]
    assert sent(run, "crm")[0]["campaign"] == "autumn"
    assert sent(run, "chat")[0]["text"] == "Ada, Shop: demo-request (lead_1)"


async def test_a_payment_is_booked_under_its_own_id_and_its_receipt_emitted() -> None:
    answers = {"books": lambda _call: answer(201, {"id": "inv_7"})}
    async with tieline.testing.plain(hub, answers=answers) as run:
        await book_payment(PAYMENT, run)

    (invoice,) = sent(run, "books")
    assert (invoice["ref"], invoice["cents"]) == ("pi_1", 1250)
    ((topic, receipt),) = run.emitted
    assert topic == "receipt"
    assert Receipt.model_validate(receipt).invoice_id == "inv_7"
    assert run.references == [("order", "ord-1")]


async def test_a_payment_that_the_books_refuse_emits_nothing() -> None:
    answers = {"books": lambda _call: answer(422, {"title": "unknown currency"})}
    async with tieline.testing.plain(hub, answers=answers) as run:
        with pytest.raises(CallRefused, match="unknown currency"):
            await book_payment(PAYMENT, run)

    assert run.emitted == []


async def test_a_message_can_be_found_again_by_its_mark_on_a_later_page() -> None:
    def chat(call: Call) -> HttpAnswer:
        if call.method == "POST":
            return answer(200, {"ok": True})
        mark = sent(run, "chat")[0]["metadata"]["event_payload"]["mark"]
        mine = {"text": "mine", "metadata": {"event_payload": {"mark": mark}}}
        if "cursor=2" in call.path:
            return answer(200, {"ok": True, "messages": [mine]})
        more = {"next_cursor": "2"}
        return answer(200, {"ok": True, "messages": [{}], "response_metadata": more})

    receipt = Receipt(
        payment_id="pi_1",
        invoice_id="inv_7",
        customer_id="cus_1",
        amount_cents=1250,
        currency="eur",
    )
    async with tieline.testing.plain(hub, answers={"chat": chat}) as run:
        await announce_receipt(receipt, run)
        _, post = run.calls[0]
        assert post.confirm is not None
        found = await post.confirm()

    assert isinstance(found, dict)
    assert found["text"] == "mine"


async def test_a_message_that_never_arrived_is_not_found() -> None:
    def chat(_call: Call) -> HttpAnswer:
        return answer(200, {"ok": True, "messages": []})

    async with tieline.testing.plain(hub, answers={"chat": chat, "crm": found_contacts}) as run:
        await daily_digest({"due": "2026-11-20T17:00:00+00:00"}, run)
        _, post = run.calls[1]
        assert post.confirm is not None
        assert await post.confirm() is None


async def test_the_digest_says_the_day_and_the_number() -> None:
    async with tieline.testing.plain(hub, answers={"crm": found_contacts, "chat": ok}) as run:
        await daily_digest({"due": "2026-11-20T17:00:00+00:00"}, run)

    assert sent(run, "chat")[0]["text"] == "2026-11-20: 12 contacts"


async def test_a_refusal_of_the_chat_reaches_the_flow() -> None:
    answers = {"chat": lambda _call: answer(200, {"ok": False, "error": "is_archived"})}
    ticket = TicketCreated(id="7", subject="Where is it?", priority="high")
    async with tieline.testing.plain(hub, answers=answers):
        with pytest.raises(CallRefused, match="is_archived"):
            await announce_ticket(ticket)


def found_contacts(_call: Call) -> HttpAnswer:
    return answer(200, {"total": 12, "results": []})
