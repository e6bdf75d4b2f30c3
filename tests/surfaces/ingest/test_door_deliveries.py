"""The door and deliveries: who is let in, what is stored of it, and what the sender is told."""

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import orjson
import pytest

if TYPE_CHECKING:
    from tests.surfaces.ingest.conftest import Makers, OpenRig, Rig


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"use_uvloop": True})


async def test_a_signed_delivery_is_on_disk_and_run(rig: "Rig", make: "Makers") -> None:
    body = make.invoice()

    answer = await rig.ask(make.signed(body))

    (event,) = rig.events()
    assert answer.status == 202
    assert answer.json == {"status": "accepted", "event_id": event["id"]}
    assert (event["type"], event["identity"]) == ("invoice.paid", "evt-1")
    receipt = rig.receipt()
    assert (receipt["verdict"], receipt["status"]) == ("accepted", 202)
    assert (receipt["body"], receipt["body_bytes"]) == (body, len(body))
    assert (receipt["event_id"], receipt["remote"]) == (event["id"], "127.0.0.1")
    await make.until(lambda: rig.seen.payloads)
    assert rig.seen.payloads[0].amount_cents == 4200


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param([], "missing-signature", id="none"),
        pytest.param([("X-Acme-Signature", "0" * 64)], "bad-signature", id="a wrong one"),
        pytest.param([("X-Acme-Signature", "?")], "malformed-signature", id="none that can be"),
    ],
)
async def test_a_delivery_that_nobody_vouches_for_leaves_a_receipt_without_payload(
    rig: "Rig", make: "Makers", headers: list[tuple[str, str]], code: str
) -> None:
    answer = await rig.ask(make.request(make.invoice(), headers=headers))

    assert (answer.status, answer.problem) == (401, code)
    receipt = rig.receipt()
    assert answer.json["correlation_id"] == receipt["id"]
    assert (receipt["verdict"], receipt["status"]) == ("refused", 401)
    assert (receipt["source"], receipt["body"]) == ("billing", None)
    kept = dict(orjson.loads(receipt["headers"]))
    assert kept["x-acme-signature"] == "[redacted]" if headers else "x-acme-signature" not in kept
    assert kept[":sha-256"] == hashlib.sha256(make.invoice()).hexdigest()
    assert receipt["reason"].startswith(f"{code}: ")
    assert receipt["body_bytes"] == len(make.invoice())
    assert rig.events() == []


async def test_an_unknown_source_leaves_a_receipt_under_the_name_that_was_tried(
    rig: "Rig", make: "Makers"
) -> None:
    answer = await rig.ask(make.signed(make.invoice(), target="/in/biling?x=1"))

    assert (answer.status, answer.problem) == (404, "unknown-source")
    assert (rig.receipt()["source"], rig.receipt()["body"]) == ("biling", None)


async def test_a_name_that_was_tried_is_kept_short(rig: "Rig", make: "Makers") -> None:
    await rig.ask(make.signed(make.invoice(), target="/in/" + "x" * 5000))

    assert len(rig.receipt()["source"]) <= 64
    assert len(rig.receipt()["reason"]) < 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_only_post_delivers(rig: "Rig", make: "Makers", method: str) -> None:
    body = make.invoice()
    headers = [make.signature(body), ("X-HTTP-Method-Override", "POST")]

    answer = await rig.ask(make.request(body, method=method, headers=headers))

    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert answer.header("allow") == "POST"
    assert rig.events() == []


async def test_a_source_without_a_secret_refuses_everything_and_says_which_is_missing(
    rig: "Rig", make: "Makers"
) -> None:
    body = make.invoice()
    empty = make.signature(body, "")

    answer = await rig.ask(make.request(body, target="/in/secretless", headers=[empty]))

    assert (answer.status, answer.problem) == (503, "no-secret")
    assert answer.header("retry-after") == "60"
    assert b"secretless-signing" not in answer.body
    assert rig.receipt()["reason"].startswith("no-secret: secret 'secretless-signing'")
    assert rig.events() == []


async def test_an_unverified_source_takes_what_anybody_sends(rig: "Rig", make: "Makers") -> None:
    answer = await rig.ask(make.request(b'{"id":"1","type":"x"}', target="/in/open"))

    assert answer.status == 202
    assert rig.receipt()["verdict"] == "accepted"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param(b"", "syntax", id="empty"),
        pytest.param(b"invoice", "syntax", id="no JSON"),
        pytest.param(b'{"id":"1"} {}', "syntax", id="text behind it"),
        pytest.param(b'{"id":NaN}', "syntax", id="NaN"),
        pytest.param(b'{"id":1e999}', "number", id="a number beyond a double"),
        pytest.param(b'{"id":' + b"9" * 1001 + b"}", "number", id="a huge integer"),
        pytest.param(b'{"id":"\xff"}', "", id="no UTF-8"),
        pytest.param(rb'{"id":"\ud800"}', "", id="half a surrogate pair"),
        pytest.param(b'{"id":"1","id":"2"}', "duplicate-key", id="a key twice"),
        pytest.param(b"[" * 65 + b"]" * 65, "too-deep", id="too deep"),
        pytest.param(b"[" * 100_000, "", id="far too deep"),
        pytest.param(
            b"{" + b",".join(b'"%d":0' % n for n in range(10_001)) + b"}",
            "too-many-keys",
            id="too many keys",
        ),
    ],
)
async def test_a_well_signed_body_that_nobody_can_read_is_kept_aside(
    rig: "Rig", make: "Makers", body: bytes, fault: str
) -> None:
    answer = await rig.ask(make.signed(body))
    again = await rig.ask(make.signed(body))

    first, second = rig.receipts()
    (event,) = rig.events()
    assert (answer.status, answer.json["event_id"]) == (202, event["id"])
    assert (again.status, again.json) == (answer.status, answer.json)
    assert (first["verdict"], first["body"], first["event_id"]) == (
        "quarantined",
        body,
        event["id"],
    )
    assert first["reason"].startswith(f"unreadable: {fault}")
    assert (second["verdict"], second["body"]) == ("duplicate", None)
    assert (event["type"], event["data"]) == ("unknown", None)
    assert [row["words"] for row in rig.rows("SELECT words FROM issue")] == [first["reason"]]


async def test_a_body_that_nobody_signed_and_nobody_can_read_is_refused(
    rig: "Rig", make: "Makers"
) -> None:
    answer = await rig.ask(make.request(b'{"id":NaN}', target="/in/open"))

    assert (answer.status, answer.problem) == (400, "malformed-body")
    assert (rig.receipt()["verdict"], rig.receipt()["body"], rig.events()) == ("refused", None, [])


async def test_a_byte_order_mark_is_nothing(rig: "Rig", make: "Makers") -> None:
    answer = await rig.ask(make.signed(b"\xef\xbb\xbf" + make.invoice()))

    assert (answer.status, rig.receipt()["verdict"]) == (202, "accepted")
    await make.until(lambda: rig.seen.payloads)


async def test_a_large_integer_is_kept_to_the_last_digit(rig: "Rig", make: "Makers") -> None:
    number = 10**40 + 7
    body = b'{"id":"evt-1","type":"note.taken","data":{"n":%d}}' % number

    answer = await rig.ask(make.signed(body))

    assert answer.status == 202
    await make.until(lambda: rig.seen.payloads)
    assert rig.seen.payloads == [{"n": number}]


async def test_the_content_type_of_a_request_decides_nothing(rig: "Rig", make: "Makers") -> None:
    as_form = make.signed(make.invoice("1"), ("Content-Type", "application/x-www-form-urlencoded"))
    without = make.signed(make.invoice("2"))
    form = make.signed(b"payload=%7B%7D", ("Content-Type", "application/x-www-form-urlencoded"))

    answers = [await rig.ask(raw) for raw in (as_form, without, form)]

    assert [answer.status for answer in answers] == [202, 202, 202]
    verdicts = [receipt["verdict"] for receipt in rig.receipts()]
    assert verdicts == ["accepted", "accepted", "quarantined"]


async def test_a_type_that_no_flow_wants_is_kept_as_unmatched(rig: "Rig", make: "Makers") -> None:
    body = orjson.dumps({"id": "evt-1", "type": "customer.moved", "data": {}})

    answer = await rig.ask(make.signed(body))

    assert answer.status == 202
    assert (rig.receipt()["verdict"], rig.receipt()["body"]) == ("unmatched", body)
    assert [event["type"] for event in rig.events()] == ["customer.moved"]
    assert rig.rows("SELECT * FROM run") == []


async def test_a_delivery_against_the_contract_is_quarantined_with_every_fault_and_no_value(
    rig: "Rig", make: "Makers"
) -> None:
    data = {"amount_cents": "seventy-three", "currency": 987_654}
    body = orjson.dumps({"id": "evt-1", "type": "invoice.paid", "data": data})

    answer = await rig.ask(make.signed(body))

    receipt = rig.receipt()
    assert answer.status == 202
    assert answer.json["event_id"] == receipt["event_id"]
    assert (receipt["verdict"], receipt["body"]) == ("quarantined", body)
    for field in ("invoice_id", "amount_cents", "currency"):
        assert field in receipt["reason"]
    assert "seventy-three" not in receipt["reason"]
    assert "987654" not in receipt["reason"]
    assert rig.rows("SELECT * FROM run") == []


@pytest.mark.parametrize(
    ("type_", "stored"),
    [
        pytest.param("", "unknown", id="empty"),
        pytest.param("x" * 300, "unknown", id="too long"),
        pytest.param("a\x00b", "unknown", id="with NUL"),
        pytest.param("a\nb", "unknown", id="with a line break"),
        pytest.param(None, "unknown", id="missing"),
        pytest.param(7, "7", id="a number"),
    ],
)
async def test_a_type_that_nobody_could_write_in_a_flow_is_unknown(
    rig: "Rig", make: "Makers", type_: object, stored: str
) -> None:
    answer = await rig.ask(make.signed(orjson.dumps({"id": "1", "type": type_})))

    assert answer.status == 202
    assert [event["type"] for event in rig.events()] == [stored]


@pytest.mark.parametrize("identity", ["", "\x00", "x" * 256, "a\u2028b", None, {"a": 1}])
async def test_an_id_that_is_none_gives_way_to_a_hash_of_the_body(
    rig: "Rig", make: "Makers", identity: object
) -> None:
    raw = make.signed(orjson.dumps({"id": identity, "type": "note.a"}))

    first, second = await rig.ask(raw), await rig.ask(raw)

    (event,) = rig.events()
    assert event["identity"].startswith("sha256:")
    assert first.json == second.json


async def test_a_duplicate_is_answered_as_the_first_was(rig: "Rig", make: "Makers") -> None:
    first = await rig.ask(make.signed(make.invoice("evt-1")))
    again = await rig.ask(make.signed(make.invoice("evt-1")))

    assert (again.status, again.json) == (first.status, first.json)
    assert len(rig.events()) == 1
    receipts = rig.receipts()
    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "duplicate"]
    assert [receipt["event_id"] for receipt in receipts] == [first.json["event_id"]] * 2
    assert receipts[1]["body"] is None


async def test_another_body_under_a_known_id_is_taken_and_kept(rig: "Rig", make: "Makers") -> None:
    first = await rig.ask(make.signed(make.invoice("evt-1")))
    other = await rig.ask(make.signed(make.invoice("evt-1", note="another body")))

    assert (first.status, other.status) == (202, 202)
    await make.until(lambda: rig.seen.payloads)
    assert [run["event_id"] for run in rig.rows("SELECT * FROM run")] == [first.json["event_id"]]
    receipts = rig.receipts()
    assert [receipt["verdict"] for receipt in receipts] == ["accepted", "quarantined"]
    assert b"another body" in receipts[1]["body"]


async def test_a_duplicate_is_recognised_after_a_restart(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    async with open_rig() as rig:
        first = await rig.ask(make.signed(make.invoice()))
        await make.until(lambda: rig.seen.payloads)
    async with open_rig() as rig:
        again = await rig.ask(make.signed(make.invoice()))

        assert again.json == first.json
        assert len(rig.events()) == 1


async def test_fifty_copies_at_once_are_one_event(rig: "Rig", make: "Makers") -> None:
    raw = make.signed(make.invoice())

    answers = await asyncio.gather(*(rig.ask(raw) for _ in range(50)))

    (event,) = rig.events()
    assert {answer.status for answer in answers} == {202}
    assert {answer.json["event_id"] for answer in answers} == {event["id"]}
    verdicts = [receipt["verdict"] for receipt in rig.receipts()]
    assert (verdicts.count("accepted"), verdicts.count("duplicate")) == (1, 49)
    await make.until(lambda: rig.seen.payloads)
    assert len(rig.seen.payloads) == 1


async def test_a_delivery_may_hold_several_events(rig: "Rig", make: "Makers") -> None:
    events = [{"id": f"e{n}", "type": "moved", "data": {"n": n}} for n in range(3)]
    body = orjson.dumps({"events": [*events, events[0]]})

    first = await rig.ask(make.signed(body, target="/in/batches"))
    again = await rig.ask(make.signed(body, target="/in/batches"))

    stored = rig.events()
    assert [event["identity"] for event in stored] == ["e0", "e1", "e2"]
    assert [orjson.loads(event["data"]) for event in stored] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert first.json["event_id"] == again.json["event_id"] == stored[0]["id"]
    await make.until(lambda: len(rig.seen.payloads) == 3)


async def test_a_delivery_that_is_new_in_part_points_at_what_was_new(
    rig: "Rig", make: "Makers"
) -> None:
    one, two = ({"id": f"e{n}", "type": "moved"} for n in range(2))
    await rig.ask(make.signed(orjson.dumps({"events": [one]}), target="/in/batches"))

    answer = await rig.ask(make.signed(orjson.dumps({"events": [one, two]}), target="/in/batches"))

    second = rig.events()[1]
    assert second["identity"] == "e1"
    assert answer.json["event_id"] == second["id"] == rig.receipts()[1]["event_id"]


@pytest.mark.parametrize("document", [{"events": []}, {"events": "none"}, {}, [], "text", None])
async def test_a_delivery_in_which_nothing_happened_is_kept_without_an_event(
    rig: "Rig", make: "Makers", document: object
) -> None:
    body = orjson.dumps(document)

    answer = await rig.ask(make.signed(body, target="/in/batches"))

    assert (answer.status, answer.json) == (202, {"status": "accepted", "event_id": None})
    assert (rig.receipt()["verdict"], rig.receipt()["body"]) == ("unmatched", body)
    assert rig.events() == []


async def test_a_journal_that_is_full_to_the_brim_stores_nothing_and_says_when_to_come_back(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    async with open_rig(max_waiting=1) as rig:
        raws = [make.signed(make.invoice(f"evt-{number}")) for number in range(60)]
        answers = await asyncio.gather(*(rig.ask(raw) for raw in raws))

        accepted = [answer for answer in answers if answer.status == 202]
        busy = [answer for answer in answers if answer.status == 503]
        assert len(accepted) + len(busy) == 60
        assert accepted and busy
        assert {answer.problem for answer in busy} == {"busy"}
        assert {answer.header("retry-after") for answer in busy} == {"5"}
        assert {event["id"] for event in rig.events()} == {
            answer.json["event_id"] for answer in accepted
        }
        assert len(rig.receipts()) == len(accepted)


async def test_a_correlation_id_is_taken_over_if_it_is_one(rig: "Rig", make: "Makers") -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for number, sent in enumerate(["order:84219", "two words", "x" * 200]):
        headers = (("X-Correlation-Id", sent), ("Traceparent", trace))
        await rig.ask(make.signed(make.invoice(f"evt-{number}"), *headers))

    first, *others = rig.events()
    assert (first["correlation"], first["traceparent"]) == ("order:84219", trace)
    assert [event["correlation"] for event in others] == [e["receipt_id"] for e in others]


async def test_no_forwarded_header_is_believed(rig: "Rig", make: "Makers") -> None:
    headers = (
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Real-Ip", "203.0.113.9"),
        ("Forwarded", "for=203.0.113.9"),
        ("X-Original-Url", "/in/open"),
        ("X-Rewrite-Url", "/in/open"),
    )

    await rig.ask(make.signed(make.invoice(), *headers))

    assert (rig.receipt()["remote"], rig.receipt()["source"]) == ("127.0.0.1", "billing")
