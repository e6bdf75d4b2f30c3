"""Visible: what a person sees of stored bytes has no secret and no sensitive field in it."""

from typing import Any

import pytest

from tieline.operations import redaction as visible


@pytest.fixture
def hub(a_hub_spec: Any) -> Any:
    return a_hub_spec


def test_fields_that_a_contract_calls_sensitive_are_hidden(hub: Any) -> None:
    shown = visible.payload(b'{"email":"z@example.test","amount_cents":5}', hub)

    assert shown == {"email": "[redacted]", "amount_cents": 5}


def test_credentials_are_hidden_with_or_without_a_hub() -> None:
    assert visible.payload(b'{"api_key":"k","a":1}', None) == {"api_key": "[redacted]", "a": 1}


def test_a_payload_under_a_contract_stays_hidden_when_the_hub_is_not_there() -> None:
    shown = visible.payload(b'{"email":"z@example.test"}', None, contract="invoice.paid@1")

    assert shown == "[not shown: only the hub knows which fields of invoice.paid@1 are sensitive]"


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (None, "[forgotten by retention, or never kept]"),
        (b"\xff\xfe", "[2 bytes that are no JSON]"),
        (b"null", None),
        (b'"text"', "text"),
    ],
)
def test_what_is_no_document_is_said_to_be_none(stored: bytes | None, expected: object) -> None:
    assert visible.payload(stored, None) == expected


@pytest.mark.parametrize(
    ("stored", "size", "expected"),
    [
        (None, None, None),
        (b"7", 1, 7),
        (b'{"token":"t"}', 13, {"token": "[redacted]"}),
        (
            b"[201,[]]\n" + b'{"id":"e","secret":"s"}',
            32,
            {"status": 201, "body": {"id": "e", "secret": "[redacted]"}},
        ),
        (b"[204,[]]\n", 9, {"status": 204, "body": None}),
        (b"[200,[]]\ncut", 90_000, "[90000 bytes]"),
    ],
)
def test_a_steps_result_is_a_value_or_an_answer(
    stored: bytes | None, size: int | None, expected: object
) -> None:
    assert visible.step_result(stored, size, None) == expected
