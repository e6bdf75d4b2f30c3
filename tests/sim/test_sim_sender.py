"""Webhook senders: signed, stubborn but bounded, and as unreliable as a script asks."""

import asyncio
import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from tieline_sim.client import NO_ANSWER, Link
from tieline_sim.deliveries import percentiles


def stripe_is_good(request: Any, secret: bytes) -> bool:
    said: dict[str, str] = dict(
        part.split("=") for part in request.header("stripe-signature").split(",")
    )
    signed = said["t"].encode() + b"." + request.body
    return hmac.new(secret, signed, hashlib.sha256).hexdigest() == said["v1"]


@pytest.fixture
async def payments(open_vendor: Any, sink: Any, quick: dict[str, Any]) -> Any:
    vendor = await open_vendor("payments", secret="whsec_test")
    await vendor.control("POST", "target", {"url": sink.url, "options": quick})
    return vendor


def generate(kind: str, count: int, **wishes: Any) -> dict[str, Any]:
    return {"generate": {"kind": kind, "count": count, **wishes}}


async def test_generated_events_arrive_signed_in_the_vendors_envelope(
    payments: Any, sink: Any
) -> None:
    wishes = {"customer": "cus_x", "note": "n-{number}"}

    await payments.deliver(generate("invoice.paid", 3, start_number=41, fields=wishes))

    assert all(stripe_is_good(request, b"whsec_test") for request in sink.received)
    first = min(sink.bodies, key=lambda body: body["id"])
    assert (first["id"], first["type"], first["object"]) == (
        "evt_00000041",
        "invoice.paid",
        "event",
    )
    inner = first["data"]["object"]
    assert (inner["id"], inner["customer"], inner["note"]) == ("in_00000041", "cus_x", "n-41")
    assert await payments.sent("sent", "attempts", "accepted", "unacknowledged") == (3, 3, 3, 0)


async def test_a_delivery_is_tried_again_until_it_is_accepted(payments: Any, sink: Any) -> None:
    sink.answers = [500, 429, 302]

    await payments.deliver(generate("invoice.paid", 1))

    assert len({request.body for request in sink.received}) == 1
    counts = await payments.sent("attempts", "retries", "accepted", "refused", "failed")
    assert counts == (4, 3, 1, 1, 1)


async def test_a_delivery_is_given_up_after_its_last_attempt(payments: Any, sink: Any) -> None:
    sink.answers = [503] * 5

    await payments.deliver(generate("invoice.paid", 1))

    assert await payments.sent("attempts", "given_up", "unacknowledged") == (5, 1, 1)
    (lost,) = (await payments.control("GET", "deliveries?state=given_up"))["deliveries"]
    assert (lost["id"], lost["ref"], lost["attempts"]) == ("evt_00000001", "in_00000001", 5)


async def test_a_target_that_is_not_there_is_no_answer(
    payments: Any, sink: Any, quick: dict[str, Any]
) -> None:
    nowhere = {"url": "http://127.0.0.1:9/", "options": {**quick, "max_attempts": 2}}
    await payments.control("POST", "target", nowhere)

    await payments.deliver(generate("invoice.paid", 1))

    (by_status,) = await payments.sent("by_status")
    assert by_status == {"none": 2}


async def test_a_line_that_is_closed_before_anything_is_asked_is_no_answer(sink: Any) -> None:
    address = urlsplit(sink.url)
    loop = asyncio.get_running_loop()
    transport, link = await loop.create_connection(Link, address.hostname, address.port)

    transport.abort()

    assert await link.ask(b"POST / HTTP/1.1\r\n\r\n", 5.0) == NO_ANSWER
    assert not link.usable


async def test_a_target_that_hangs_runs_into_the_deadline(
    open_vendor: Any, payments: Any, quick: dict[str, Any]
) -> None:
    hanging = await open_vendor("leads")
    await hanging.script("hang", count=None)
    options = {**quick, "max_attempts": 1, "timeout_seconds": 0.05}
    await payments.control(
        "POST", "target", {"url": f"http://127.0.0.1:{hanging.port}/x", "options": options}
    )

    await payments.deliver(generate("invoice.paid", 1))

    assert await payments.sent("failed", "given_up") == (1, 1)


async def test_one_at_a_time_keeps_the_order(
    payments: Any, sink: Any, quick: dict[str, Any]
) -> None:
    await payments.control(
        "POST", "target", {"url": sink.url, "options": {**quick, "concurrency": 1}}
    )

    await payments.deliver(generate("invoice.paid", 50))

    ids = [body["id"] for body in sink.bodies]
    assert ids == sorted(ids)


async def test_duplicate_sends_the_same_event_more_often(payments: Any, sink: Any) -> None:
    await payments.script("duplicate", times=3, gap_seconds=0.01)

    await payments.deliver(generate("invoice.paid", 2))

    ids = sorted(body["id"] for body in sink.bodies)
    assert ids == ["evt_00000001"] * 3 + ["evt_00000002"]
    counts = await payments.sent("sent", "accepted", "duplicates_sent", "duplicates_accepted")
    assert counts == (2, 2, 2, 2)


async def test_reorder_lets_the_next_event_overtake(
    payments: Any, sink: Any, quick: dict[str, Any]
) -> None:
    await payments.control(
        "POST", "target", {"url": sink.url, "options": {**quick, "concurrency": 1}}
    )
    await payments.script("reorder", skip=1)

    await payments.deliver(generate("invoice.paid", 4))

    order = [int(body["id"][-1]) for body in sink.bodies]
    assert order.index(2) > order.index(3)
    assert sorted(order) == [1, 2, 3, 4]


async def test_reorder_without_anything_behind_still_arrives(payments: Any, sink: Any) -> None:
    await payments.script("reorder", seconds=0.02)

    await payments.deliver(generate("invoice.paid", 1))

    assert len(sink.received) == 1


@pytest.mark.parametrize("mode", ["wrong_secret", "tampered", "missing"])
async def test_forge_adds_a_copy_whose_signature_is_bad(
    payments: Any, sink: Any, mode: str
) -> None:
    await payments.script("forge", mode=mode)

    await payments.deliver(generate("invoice.paid", 1))

    signed = [request for request in sink.received if request.header("stripe-signature")]
    good = [request for request in signed if stripe_is_good(request, b"whsec_test")]
    assert (len(sink.received), len(good)) == (2, 1)
    assert await payments.sent("sent", "accepted", "forged_sent", "forged_accepted") == (1, 1, 1, 1)


async def test_a_forged_copy_that_is_refused_is_not_tried_again(payments: Any, sink: Any) -> None:
    sink.answers = [401]
    await payments.script("forge", only=True)

    await payments.deliver(generate("invoice.paid", 1))

    counts = await payments.sent("sent", "forged_sent", "forged_accepted", "refused")
    assert counts == (0, 1, 0, 1)


async def test_stale_adds_a_copy_that_was_well_signed_long_ago(payments: Any, sink: Any) -> None:
    await payments.script("stale", age_seconds=7200, only=True)

    await payments.deliver(generate("invoice.paid", 1))

    (request,) = sink.received
    stamp = int(request.header("stripe-signature").split(",")[0].removeprefix("t="))
    assert stripe_is_good(request, b"whsec_test")
    assert time.time() - stamp >= 7199
    assert await payments.sent("stale_sent") == (1,)


async def test_events_may_be_written_by_hand(payments: Any, sink: Any) -> None:
    events = [
        {"type": "invoice.paid", "id": "evt_mine", "object": {"id": "in_mine", "odd": None}},
        {"raw_body": "{not json", "ref": "r-1"},
    ]

    await payments.deliver({"events": events})

    bodies = {request.body for request in sink.received}
    assert b"{not json" in bodies
    rows = (await payments.control("GET", "deliveries"))["deliveries"]
    assert [row["ref"] for row in rows] == ["in_mine", "r-1"]
    assert all(row["due_at_us"] <= row["sent_at_us"] <= row["acked_at_us"] for row in rows)


async def test_bodies_can_be_padded_and_customers_spread(payments: Any, sink: Any) -> None:
    await payments.deliver(generate("invoice.paid", 6, spread=3, body_bytes=1000))

    assert len({body["data"]["object"]["customer"] for body in sink.bodies}) == 3
    assert all(1000 <= len(request.body) < 1400 for request in sink.received)


async def test_a_rate_is_kept_on_average(payments: Any) -> None:
    started = time.monotonic()

    await payments.deliver(generate("invoice.paid", 40, rate_per_second=400))

    assert time.monotonic() - started >= 39 / 400


async def test_two_secrets_sign_together_during_a_rotation(payments: Any, sink: Any) -> None:
    await payments.control("POST", "target", {"url": sink.url, "secret": ["old", "new"]})

    await payments.deliver(generate("invoice.paid", 1))

    assert sink.received[0].header("stripe-signature").count("v1=") == 2


async def test_helpdesk_signs_timestamp_and_body(open_vendor: Any, sink: Any) -> None:
    helpdesk = await open_vendor("helpdesk")
    await helpdesk.control("POST", "target", {"url": sink.url, "secret": "s"})

    await helpdesk.deliver(generate("ticket.created", 1))

    (request,) = sink.received
    stamp = request.header("x-zendesk-webhook-signature-timestamp")
    digest = hmac.new(b"s", stamp.encode() + request.body, hashlib.sha256).digest()
    assert request.header("x-zendesk-webhook-signature") == base64.b64encode(digest).decode()
    assert sink.bodies[0]["type"] == "zen:event-type:ticket.created"


async def test_chat_signs_its_version_and_counts_retries(
    open_vendor: Any, sink: Any, quick: dict[str, Any]
) -> None:
    chat = await open_vendor("chat")
    sink.answers = [500]
    await chat.control("POST", "target", {"url": sink.url, "secret": "s", "options": quick})

    await chat.deliver(generate("message", 1))

    last = sink.received[1]
    signed = f"v0:{last.header('x-slack-request-timestamp')}:".encode() + last.body
    digest = hmac.new(b"s", signed, hashlib.sha256).hexdigest()
    assert last.header("x-slack-signature") == f"v0={digest}"
    assert last.header("x-slack-retry-num") == "1"
    assert sink.received[0].header("x-slack-retry-num") == ""


async def test_leads_are_signed_as_standard_webhooks(open_vendor: Any, sink: Any) -> None:
    leads = await open_vendor("leads")
    secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
    await leads.control("POST", "target", {"url": sink.url, "secret": secret})

    await leads.deliver(generate("lead.captured", 1))

    (request,) = sink.received
    stamp, name = request.header("webhook-timestamp"), request.header("webhook-id")
    signed = f"{name}.{stamp}.".encode() + request.body
    digest = hmac.new(b"k" * 24, signed, hashlib.sha256).digest()
    assert request.header("webhook-signature") == "v1," + base64.b64encode(digest).decode()
    assert (name, sink.bodies[0]["type"]) == ("msg_00000001", "lead.captured")


def test_percentiles_of_nothing_are_zero() -> None:
    assert percentiles([]) == {"p50": 0, "p99": 0, "max": 0}
    assert percentiles(range(1, 101)) == {"p50": 50, "p99": 99, "max": 100}
