"""JSON text: what is written is read back the same, digit by digit, or there is an error."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.json_text import json_text, json_value

EXACT = st.decimals(allow_nan=False, allow_infinity=False, places=12)
NUMBERS = st.integers() | EXACT | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS = st.recursive(
    NUMBERS | st.booleans() | st.none() | TEXTS | st.from_regex(r"[0-9.]{15,30}"),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(DOCUMENTS)
def test_it_is_read_back_the_same(document: Any) -> None:
    assert json_value(json_text(document)) == _meant(document)


def _meant(value: Any) -> Any:
    """Equal by value: a Decimal that a float is exactly comes back as that float."""
    if isinstance(value, dict):
        return {name: _meant(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_meant(one) for one in value]
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    return value


TODAY = date(2026, 1, 2)


class Money(Enum):
    CENT = Decimal("0.01")


@dataclass
class Line:
    price: Decimal
    at: date


def test_what_the_library_does_not_take() -> None:
    value = {"a": Line(Decimal("1.10"), date(2026, 1, 2)), "b": (2**70, Money.CENT)}

    assert json_text(value) == (
        b'{"a":{"price":1.10,"at":"2026-01-02"},"b":[1180591620717411303424,0.01]}'
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [float("nan")]}, "$.a[0] is nan"),
        ({"a": Line(Decimal("Infinity"), TODAY)}, "$.a.price is Infinity"),
        ({"a": Line(float("inf"), TODAY)}, "$.a.price is inf"),  # type: ignore[arg-type]
        (Decimal("sNaN"), "$ is sNaN"),
        ({"a": {1, 2}, "b": Decimal(1)}, "JSON has no form for set"),
    ],
)
def test_what_json_has_no_number_for(value: object, said: str) -> None:
    with pytest.raises(ValueError, match="JSON has no") as refused:
        json_text(value)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text", [b"[01234567890123456789]", b"[1.2.34567890123456789]", b"[1234567890123456789x]", b"{"]
)
def test_what_is_no_json(text: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        json_value(text)
