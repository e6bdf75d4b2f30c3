"""Structured fields against the public test vectors of RFC 9651."""

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.formats.structured_fields import (
    LONGEST_FIELD,
    Bare,
    Date,
    EncodedText,
    InnerList,
    Member,
    Params,
    Token,
    parse_dictionary,
    parse_item,
    parse_list,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "structured-fields"
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(VECTORS.glob("*.json"))
    for case in json.loads(file.read_text("utf-8"))
]


def in_vector_form(value: Bare) -> object:
    match value:
        case Token():
            return {"__type": "token", "value": str(value)}
        case bytes():
            return {"__type": "binary", "value": base64.b32encode(value).decode()}
        case Date():
            return {"__type": "date", "value": value.seconds}
        case EncodedText():
            return {"__type": "displaystring", "value": value.text}
        case Decimal():
            return float(value)
        case _:
            return value


def params_in_vector_form(params: Params) -> list[list[object]]:
    return [[key, in_vector_form(value)] for key, value in params.items()]


def member_in_vector_form(member: Member) -> list[object]:
    if isinstance(member, InnerList):
        items: list[object] = [member_in_vector_form(item) for item in member.items]
        return [items, params_in_vector_form(member.params)]
    return [in_vector_form(member.value), params_in_vector_form(member.params)]


READERS: dict[str, Callable[[str], object]] = {
    "item": lambda text: member_in_vector_form(parse_item(text)),
    "list": lambda text: [member_in_vector_form(member) for member in parse_list(text)],
    "dictionary": lambda text: [
        [key, member_in_vector_form(member)] for key, member in parse_dictionary(text).items()
    ],
}


@pytest.mark.parametrize("case", CASES)
def test_a_field_reads_as_the_public_vector_says(case: dict[str, Any]) -> None:
    read = READERS[case["header_type"]]
    text = ", ".join(case["raw"])

    if case.get("must_fail"):
        with pytest.raises(ValueError, match="not a structured field"):
            read(text)
    else:
        assert read(text) == case["expected"]


def test_the_vectors_are_there() -> None:
    assert len(CASES) > 200


@pytest.mark.parametrize("read", [parse_item, parse_list, parse_dictionary])
def test_a_field_that_is_far_too_long_is_refused_unread(read: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="at most 8192"):
        read("a" * (LONGEST_FIELD + 1))


@given(st.text(max_size=60) | st.text('a1"();=,:?@%*-. \t\\', max_size=60))
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    for read in READERS.values():
        try:
            read(text)
        except ValueError:
            continue
