"""The provider's own words, wherever it put them."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.calls.call import HttpAnswer
from tieline.rules.outbound.provider_reason import LONGEST_MESSAGE, provider_message


def said(body: bytes) -> str:
    return provider_message(HttpAnswer(422, (), body))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message": "No such customer"}', "No such customer"),
        (b'{"code": 21211, "message": "Invalid number", "status": 400}', "Invalid number"),
        (b'{"error": "not_found"}', "not_found"),
        (b'{"error": {"code": 404, "message": "Not found"}}', "Not found"),
        (b'{"error": {"errors": [{"reason": "quota"}]}}', "quota"),
        (b'{"error": "invalid_grant", "error_description": "Token expired"}', "Token expired"),
        (b'{"error": true, "message": "Nope"}', "Nope"),
        (b'{"errors": [{"message": "m"}]}', "m"),
        (b'{"errors": [{"title": "t", "detail": "d"}]}', "d"),
        (b'{"errors": [{"title": "t"}]}', "t"),
        (b'{"errors": ["plain"]}', "plain"),
        (b'{"errors": "Not Found"}', "Not Found"),
        (
            b'{"type": "about:blank", "title": "Bad", "detail": "Amount is missing"}',
            "Amount is missing",
        ),
        (b'{"title": "Bad"}', "Bad"),
        (b'{"detail": [{"loc": ["body"], "msg": "field required"}]}', "field required"),
        (
            b'[{"message": "Required fields are missing", "errorCode": "X"}]',
            "Required fields are missing",
        ),
        (b'{"Fault": {"Error": [{"Message": "Stale", "Detail": "..."}]}}', "Stale"),
        (b'{"message": "  ", "detail": "There"}', "There"),
        (b'"just text"', "just text"),
        (b'{"ok": false}', '{"ok": false}'),
        (b"Service Unavailable\n", "Service Unavailable"),
        (b"<html><head><TITLE>502\n Bad  Gateway</TITLE></head></html>", "502 Bad Gateway"),
        (b"", ""),
        (b"  \n ", ""),
        (b'{"message": "broken', '{"message": "broken'),
        (b"caf\xe9", "caf\ufffd"),
        (b'{"message": "\\u001b[31mred\\u202e"}', "\\x1b[31mred\\u202e"),
        (b'{"message": "two\\nlines"}', "two lines"),
    ],
)
def test_it_is_found_and_made_harmless(body: bytes, message: str) -> None:
    assert said(body) == message


def test_a_long_message_is_cut() -> None:
    assert len(said(orjson.dumps({"message": "x" * 10_000}))) == LONGEST_MESSAGE
    assert len(said(b"x" * 1_000_000)) == LONGEST_MESSAGE


def test_a_body_nested_without_end_is_survived() -> None:
    assert said(b"[" * 100_000).startswith("[[[")
    assert said(b'{"error":' * 20 + b'"deep"' + b"}" * 20).startswith('{"error":')


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "error", "errors", "detail", "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=200) | json_values.map(orjson.dumps))
def test_no_body_makes_it_raise_or_leave_its_bounds(body: bytes) -> None:
    message = said(body)

    assert len(message) <= LONGEST_MESSAGE
    assert "\n" not in message
    assert "\x1b" not in message
