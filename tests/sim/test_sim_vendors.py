"""The vendors' APIs over a real socket: answers, refusals, and counts per business action."""

from typing import Any

import pytest

from tieline_sim.vendors import VENDORS

BEARER = "Bearer T"


@pytest.mark.parametrize("kind", ["entries", "invoices"])
async def test_books_replays_the_first_answer_to_the_same_key(open_vendor: Any, kind: str) -> None:
    books = await open_vendor("books")
    content = {"ref": "ord-1", "cents": 5}

    first = await books.ask("POST", f"/{kind}", content, Idempotency_Key="k")
    again = await books.ask("POST", f"/{kind}", content, Idempotency_Key="k")

    assert (first.status, again.status, first.body) == (201, 201, again.body)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await books.counts("applied", "replayed", "double_effects") == (1, 1, 0)


async def test_books_refuses_a_key_that_was_used_for_another_body(open_vendor: Any) -> None:
    books = await open_vendor("books")
    await books.ask("POST", "/entries", {"ref": "ord-1", "cents": 5}, Idempotency_Key="k")

    other = await books.ask("POST", "/entries", {"ref": "ord-1", "cents": 6}, Idempotency_Key="k")

    assert (other.status, other.json["type"]) == (422, "idempotency_key_reused")
    assert await books.counts("applied", "rejected") == (1, 1)


async def test_books_without_a_key_books_the_same_entry_again(open_vendor: Any) -> None:
    books = await open_vendor("books")

    ids = [(await books.ask("POST", "/entries", {"ref": "ord-1"})).json["id"] for _ in range(2)]

    assert await books.counts("effects", "double_effects") == (1, 1)
    listed = (await books.ask("GET", "/entries?ref=ord-1")).json["entries"]
    assert [entry["id"] for entry in listed] == ids


async def test_books_finds_entries_by_id_and_in_pages(open_vendor: Any) -> None:
    books = await open_vendor("books")
    made = (await books.ask("POST", "/entries", {"ref": "ord-1"})).json
    await books.ask("POST", "/invoices", {"ref": "ord-1"})

    assert (await books.ask("GET", f"/entries/{made['id']}")).json == made
    assert (await books.ask("GET", "/entries")).json == {"entries": [made], "next": None}
    assert (await books.ask("GET", "/entries/ent_9")).status == 404
    assert (await books.ask("GET", "/entries?ref=ord-2")).json["entries"] == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", {"cents": 5}, {"ref": 7}])
async def test_books_refuses_an_entry_without_a_reference(open_vendor: Any, content: Any) -> None:
    books = await open_vendor("books")

    assert (await books.ask("POST", "/entries", content)).status == 422
    assert await books.counts("applied", "rejected") == (0, 1)


@pytest.mark.parametrize("name", sorted(VENDORS))
async def test_every_vendor_wants_its_token_and_refuses_unknown_paths(
    open_vendor: Any, name: str
) -> None:
    vendor = await open_vendor(name, token="T")

    without = await vendor.ask("GET", "/nowhere")
    unknown = await vendor.ask("GET", "/nowhere", Authorization=BEARER)

    assert without.status == (200 if name == "chat" else 401)  # chat says it inside a 200
    assert name != "chat" or without.json["error"] == "invalid_auth"
    assert unknown.status == 404
    assert await vendor.counts("requests", "auth_failures", "rejected") == (2, 1, 1)
    assert (await vendor.control("GET", "health")) == {"ok": True, "vendor": name}


async def test_crm_applies_the_same_revision_once(open_vendor: Any) -> None:
    crm = await open_vendor("crm")
    contact = {"email": "a@shop.example", "revision": 1}

    first = await crm.ask("PUT", "/contacts/cus%2F1", contact)
    again = await crm.ask("PUT", "/contacts/cus%2F1", contact)

    assert (first.status, again.status, first.body) == (201, 200, again.body)
    assert (await crm.ask("GET", "/contacts/cus%2F1")).json["email"] == "a@shop.example"
    assert await crm.counts("effects", "double_effects", "replayed") == (1, 0, 1)


async def test_crm_counts_an_old_revision_that_comes_back(open_vendor: Any) -> None:
    crm = await open_vendor("crm")
    for revision in (1, 2, 1):
        await crm.ask("PUT", "/contacts/cus_1", {"plan": f"p{revision}", "revision": revision})

    counts = await crm.counts("effects", "double_effects", "out_of_order")

    assert counts == (2, 1, 1)


async def test_crm_keeps_fields_that_a_later_change_does_not_name(open_vendor: Any) -> None:
    crm = await open_vendor("crm")
    await crm.ask("PUT", "/contacts/cus_1", {"email": "a@shop.example"})
    await crm.ask("PUT", "/contacts/cus_1", {"plan": "gold"})

    contact = (await crm.ask("GET", "/contacts/cus_1")).json

    assert (contact["email"], contact["plan"]) == ("a@shop.example", "gold")


async def test_crm_searches_in_pages(open_vendor: Any) -> None:
    crm = await open_vendor("crm")
    for number in range(3):
        await crm.ask("PUT", f"/contacts/c{number}", {"plan": "gold"})
    await crm.ask("PUT", "/contacts/other", {"plan": "tin"})
    asked = {"where": {"plan": "gold"}, "limit": 2}

    first = (await crm.ask("POST", "/contacts/search", asked)).json
    rest = (await crm.ask("POST", "/contacts/search", {**asked, "after": first["next"]})).json

    found = [contact["id"] for page in (first, rest) for contact in page["results"]]
    assert (found, first["total"], rest["next"]) == (["c0", "c1", "c2"], 3, None)


async def test_crm_limits_the_rate_and_says_so(open_vendor: Any) -> None:
    crm = await open_vendor("crm", quota=2, window_seconds=30.0)

    answers = [await crm.ask("GET", "/contacts/none") for _ in range(3)]

    assert [answer.status for answer in answers] == [404, 404, 429]
    first, last = answers[0].headers, answers[2].headers
    assert first["RateLimit-Policy"] == '"default";q=2;w=30'
    assert first["RateLimit"] == '"default";r=1;t=30'
    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"]) == ("2", "1")
    assert (last["Retry-After"], last["X-RateLimit-Remaining"]) == ("30", "0")
    assert await crm.counts("rate_limited") == (1,)


async def test_a_limit_can_be_set_and_lifted_while_it_runs(open_vendor: Any) -> None:
    books = await open_vendor("books")
    await books.control("POST", "limit", {"quota": 1, "window_seconds": 60})

    limited = [(await books.ask("GET", "/entries")).status for _ in range(2)]
    await books.control("POST", "limit", {"quota": 0})

    assert limited == [200, 429]
    assert (await books.ask("GET", "/entries")).status == 200


async def test_chat_posts_a_repeated_message_twice(open_vendor: Any) -> None:
    chat = await open_vendor("chat")
    message = {"channel": "C1", "text": "ord-1 posted", "client_msg_id": "m-1"}

    first, again = [await chat.ask("POST", "/chat.postMessage", message) for _ in range(2)]

    assert (first.json["ok"], again.json["ok"]) == (True, True)
    assert first.json["ts"] != again.json["ts"]
    assert await chat.counts("effects", "double_effects") == (1, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("client_msg_id=m-1", ["m-1"]),
        ("text_contains=ord-%22", ["m-1", "m-2"]),
        ("text_contains=2&channel=C1", ["m-2"]),
        ("client_msg_id=m", []),
    ],
)
async def test_chat_messages_can_be_looked_up(
    open_vendor: Any, query: str, found: list[str]
) -> None:
    chat = await open_vendor("chat")
    for number in (1, 2):
        text = f'ord-"{number}"'
        message = {"channel": "C1", "text": text, "client_msg_id": f"m-{number}"}
        await chat.ask("POST", "/chat.postMessage", message)

    messages = (await chat.ask("GET", f"/messages?{query}")).json["messages"]

    assert [message["client_msg_id"] for message in messages] == found


async def test_chat_shows_the_history_of_a_channel_in_pages_newest_first(
    open_vendor: Any,
) -> None:
    chat = await open_vendor("chat")
    for number in range(5):
        message = {"channel": "#a", "text": str(number), "metadata": {"event_payload": number}}
        await chat.ask("POST", "/chat.postMessage", message)
        await chat.ask("POST", "/chat.postMessage", {"channel": "#b", "text": str(number)})

    seen, cursor = [], ""
    while True:
        query = f"channel=%23a&limit=2&include_all_metadata=true&cursor={cursor}"
        page = (await chat.ask("GET", f"/conversations.history?{query}")).json
        seen += [message["metadata"]["event_payload"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break

    assert seen == [4, 3, 2, 1, 0]
    plain = (await chat.ask("GET", "/conversations.history?channel=%23a&limit=1")).json
    assert (plain["has_more"], "metadata" in plain["messages"][0]) == (True, False)
    newest = plain["messages"][0]["ts"]
    later = await chat.ask("GET", f"/conversations.history?channel=%23a&oldest={newest}")
    assert later.json["messages"] == []
    assert (await chat.ask("GET", "/conversations.history")).json["error"] == "channel_not_found"


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (b"{", "invalid_json"),
        ({"text": "hi"}, "channel_not_found"),
        ({"channel": "C1"}, "no_text"),
    ],
)
async def test_chat_says_errors_inside_a_200(open_vendor: Any, message: Any, error: str) -> None:
    chat = await open_vendor("chat")

    answer = await chat.ask("POST", "/chat.postMessage", message)

    assert (answer.status, answer.json) == (200, {"ok": False, "error": error})


async def test_helpdesk_has_every_ticket_and_keeps_changes(open_vendor: Any) -> None:
    helpdesk = await open_vendor("helpdesk")

    before = (await helpdesk.ask("GET", "/tickets/7")).json["ticket"]
    for _ in range(2):
        await helpdesk.ask("PUT", "/tickets/7", {"ticket": {"status": "open"}})
    after = (await helpdesk.ask("GET", "/tickets/7")).json["ticket"]

    assert (before["id"], before["status"], after["status"]) == (7, "new", "open")
    assert await helpdesk.counts("effects", "double_effects", "replayed") == (1, 0, 1)


async def test_helpdesk_adds_a_repeated_comment_again(open_vendor: Any) -> None:
    helpdesk = await open_vendor("helpdesk")
    for _ in range(2):
        await helpdesk.ask("PUT", "/tickets/7", {"ticket": {"comment": {"body": "hello"}}})

    assert await helpdesk.counts("effects", "double_effects") == (1, 1)
    assert (await helpdesk.ask("PUT", "/tickets/7", {"status": "open"})).status == 422
    assert (await helpdesk.ask("GET", "/tickets/x")).status == 404


@pytest.mark.parametrize("form", [True, False])
async def test_payments_refunds_once_per_key(open_vendor: Any, *, form: bool) -> None:
    payments = await open_vendor("payments")
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    fields = {"payment_intent": "pi_00000007", "amount": 500, "metadata": {"ref": "ord-7"}}
    body = b"payment_intent=pi_00000007&amount=500&metadata%5Bref%5D=ord-7" if form else fields
    headers = {"Content_Type": kind, "Idempotency_Key": "k"}

    first = await payments.ask("POST", "/v1/refunds", body, **headers)
    again = await payments.ask("POST", "/v1/refunds", body, **headers)
    other = await payments.ask("POST", "/v1/refunds", b"amount=1", **headers)

    assert (first.status, first.json["amount"], first.body) == (200, 500, again.body)
    assert (other.status, other.json["error"]["type"]) == (400, "idempotency_error")
    assert await payments.counts("effects", "double_effects", "replayed") == (1, 0, 1)
    (entry,) = (await payments.control("GET", "ledger?ref=ord-7"))["entries"]
    assert (entry["action"], entry["key"], entry["nth"]) == ("refund", "k", 1)


async def test_payments_looks_up_intents_and_refunds(open_vendor: Any) -> None:
    payments = await open_vendor("payments")
    refund = (await payments.ask("POST", "/v1/refunds", b"payment_intent=pi_00000007")).json

    intent = (await payments.ask("GET", "/v1/payment_intents/pi_00000007")).json
    listed = (await payments.ask("GET", "/v1/refunds?payment_intent=pi_00000007")).json["data"]

    assert (intent["status"], intent["amount"]) == ("succeeded", refund["amount"])
    assert listed == [refund]
    assert (await payments.ask("GET", f"/v1/refunds/{refund['id']}")).json == refund
    assert (await payments.ask("GET", "/v1/payment_intents/nope")).status == 404
    assert (await payments.ask("GET", "/v1/refunds/re_9")).status == 404
    assert (await payments.ask("POST", "/v1/refunds", b"amount=5")).status == 400


async def test_leads_can_be_looked_up(open_vendor: Any) -> None:
    leads = await open_vendor("leads")

    assert (await leads.ask("GET", "/leads/lead_00000007")).json["id"] == "lead_00000007"
