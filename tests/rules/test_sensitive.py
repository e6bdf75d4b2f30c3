"""Sensitive values: found at any depth, and taken out of whatever quotes them."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.privacy.redact import REDACTED
from tieline.rules.privacy.sensitive import values_of, without

DOCUMENT: Any = {
    "email": "jo@example.org",
    "person": {"ID_number": 8503121234, "name": "Jo", "vip": True},
    "cards": [{"iban": ["DE02", "1203"]}, {"iban": None}],
    "note": "jo@example.org wrote",
}


def test_values_are_found_by_name_at_any_depth_and_in_any_case() -> None:
    names = {"email", "id_number", "iban", "vip", "absent"}

    assert values_of(DOCUMENT, names) == ("jo@example.org", "8503121234", "DE02", "1203")


def test_all_that_stands_below_a_sensitive_name_is_sensitive() -> None:
    assert values_of(DOCUMENT, {"person"}) == ("8503121234",), "Jo is too short to hide"


@pytest.mark.parametrize("document", [None, 5, "text", [], {}, [[["a"]]]])
def test_a_document_without_such_fields_has_none(document: object) -> None:
    assert values_of(document, {"email"}) == ()  # type: ignore[arg-type]


def test_a_document_without_end_is_not_walked_for_ever() -> None:
    deep: dict[str, object] = {"email": "deep-value"}
    for _ in range(500):
        deep = {"x": deep}

    assert values_of(deep, {"email"}) == ()  # type: ignore[arg-type]


@given(st.text(min_size=3, max_size=30).filter(lambda text: text.strip() == text))
def test_no_form_in_which_texts_quote_a_value_survives(value: str) -> None:
    forms = [value, repr(value)[1:-1], json.dumps(value)[1:-1]]
    if not any("\ud800" <= char <= "\udfff" for char in value):
        forms.append(quote(value, safe=""))
    for form in forms:
        text = without(f"before {form} after", (value,))
        assert form not in text or form in f"before {REDACTED} after"


def test_the_longest_value_goes_first() -> None:
    assert without("id 12345678 and 1234", ("1234", "12345678")) == f"id {REDACTED} and {REDACTED}"
