"""The control endpoint: what makes no sense is refused by name."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("send", {"events": []}, "no target is set"),
        ("target", {"url": "https://hub.example/"}, "wanted http://"),
        ("target", {"url": "http://hub.example/", "options": {"speed": 1}}, "'speed'"),
        ("target", {"url": "http://hub.example/", "secret": "!"}, "does not suit leads"),
        ("rotate", {}, "wanted the new token"),
        ("faults", {"kind": "status"}, "wanted a list of rules"),
        ("limit", {"quota": -1}, "quota is -1"),
        ("idle", b"{", "not JSON"),
    ],
)
async def test_a_control_request_that_makes_no_sense_is_refused(
    open_vendor: Any, name: str, content: Any, complaint: str
) -> None:
    leads = await open_vendor("leads")

    answer = await leads.ask("POST", f"/_control/{name}", content)

    assert answer.status == 400
    assert complaint in answer.json["error"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({}, "wanted"),
        ({"events": ["x"]}, "wanted"),
        ({"events": [{"object": 1}]}, "wanted a JSON object"),
        ({"events": [{"raw_body": 1}]}, "wanted the body as text"),
        ({"generate": {"kind": "invoice.eaten"}}, "invoice.eaten"),
        ({"generate": {"colour": 1}}, "'colour'"),
        ({"generate": {"count": True}}, "count is True"),
    ],
)
async def test_an_order_to_send_that_makes_no_sense_is_refused(
    open_vendor: Any, content: Any, complaint: str
) -> None:
    payments = await open_vendor("payments")
    await payments.control("POST", "target", {"url": "http://hub.example/"})

    answer = await payments.ask("POST", "/_control/send", content)

    assert answer.status == 400
    assert complaint in answer.json["error"]


async def test_a_vendor_that_sends_nothing_says_so(open_vendor: Any) -> None:
    books = await open_vendor("books")

    answers = [
        await books.ask("POST", "/_control/target", {"url": "http://hub.example/"}),
        await books.ask("POST", "/_control/idle"),
        await books.ask("GET", "/_control/deliveries"),
    ]

    assert {answer.json["error"] for answer in answers} == {"books sends no webhooks"}
    assert (await books.ask("GET", "/_control/nothing")).status == 404
    assert (await books.ask("GET", "/_control/ledger?limit=0")).status == 400
