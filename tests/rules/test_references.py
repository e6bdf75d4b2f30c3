"""References: a name that would be everybody's is none."""

from datetime import date
from decimal import Decimal
from enum import IntEnum
from uuid import UUID

import pytest

from tieline.model.base.errors import ArgumentRefused
from tieline.rules.runs.references import reference_text


class Number(IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("o_1", "o_1"),
        (7, "7"),
        (0, "0"),
        (Number.ONE, "1"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 1, 2), "2026-01-02"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_name(value: object, text: str) -> None:
    assert reference_text("refer: order", value) == text


@pytest.mark.parametrize("value", [None, "", " ", True, [], ["a"], {}, 1.5, object()])
def test_what_names_nothing(value: object) -> None:
    with pytest.raises(ArgumentRefused, match=r"refer: order is .*, which names nothing"):
        reference_text("refer: order", value)
