"""Form text: every value arrives, or the call is refused; what is written is read back the same."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import ArgumentRefused
from tieline.rules.formats.form_text import form_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("values", "brackets", "pairs"),
    [
        ({"a": True, "b": False, "c": None}, False, [("a", "true"), ("b", "false")]),
        ({"a": ["x", 1, True]}, False, [("a", "x"), ("a", "1"), ("a", "true")]),
        ({"a": 1.5, "b": Decimal("1E+3")}, False, [("a", "1.5"), ("b", "1000")]),
        ({"at": datetime(2026, 1, 2, tzinfo=UTC)}, False, [("at", "2026-01-02T00:00:00+00:00")]),
        ({"a": "ä &=+%"}, False, [("a", "ä &=+%")]),
        ({"a": {"b": {"c": 1}, "d": None}}, True, [("a[b][c]", "1")]),
        ({"a": [{"p": 1}, {"p": 2}]}, True, [("a[0][p]", "1"), ("a[1][p]", "2")]),
        ({"expand": ["x", "y"]}, True, [("expand[0]", "x"), ("expand[1]", "y")]),
    ],
)
def test_every_value_is_there(values: Any, brackets: bool, pairs: list[tuple[str, str]]) -> None:
    text = form_text("form", values, brackets=brackets)

    assert parse_qsl(text, keep_blank_values=True, strict_parsing=True) == pairs


@given(st.dictionaries(TEXTS, st.lists(TEXTS, min_size=1), min_size=1))
def test_any_text_is_read_back(values: dict[str, list[str]]) -> None:
    text = form_text("params", values, brackets=False)

    wanted = [(name, one) for name, several in values.items() for one in several]
    assert parse_qsl(text, keep_blank_values=True) == wanted


@pytest.mark.parametrize("brackets", [False, True])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "form['a'] is nan; use"),
        (Decimal("Infinity"), "form['a'] is Infinity; use"),
        ([None], "form['a[0]'] is None; use"),
        ({1, 2}, "form['a'] is a set; use"),
        (b"x", "form['a'] is a bytes; use"),
        (object(), "form['a'] is a object; use"),
        ("\ud800", "half of a surrogate pair"),
    ],
)
def test_what_has_no_form_is_refused(value: object, said: str, brackets: bool) -> None:
    with pytest.raises(ArgumentRefused) as refused:
        form_text("form", {"a": value}, brackets=brackets)

    assert said in str(refused.value)


def test_nested_values_need_brackets() -> None:
    with pytest.raises(ArgumentRefused, match=r"nested_forms=True"):
        form_text("form", {"card": {"number": 1}}, brackets=False)
    with pytest.raises(ArgumentRefused, match="has the name 1; use a text"):
        form_text("form", {1: "x"}, brackets=False)  # type: ignore[dict-item]
