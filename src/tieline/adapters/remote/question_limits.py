"""Question limits: a question from elsewhere comes in; whether a store may be asked it goes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import orjson

from tieline.model.base.errors import CommandRefused
from tieline.model.views import views as v

LONGEST = 200
LONGEST_CURSOR = 2_000
"""The doctor's slices go on behind several names."""
MOST_ITEMS = 500
MOST_ROWS = 10_000
MOST_CHECKED = 5_000
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class QuestionLimits:
    """What holds for one kind of question, beside what holds for all."""

    one_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The words that a field may have."""
    by_number: bool = False
    """Whether its pages go on behind a line's number instead of an id."""


NONE = QuestionLimits()


def check(question: Any, bounds: QuestionLimits = NONE) -> None:
    """Raises CommandRefused for a question that is too large, or has an impossible value."""
    _walk(type(question).__name__, question)
    for name, allowed in bounds.one_of.items():
        inner = getattr(question, name)
        given = inner if isinstance(inner, tuple) else (inner,)
        odd = next((one for one in given if one not in allowed), None)
        _demand(odd is None, name, odd, f"one of {', '.join(allowed)}")
    if bounds.by_number:
        before = question.window.before
        _demand(before is None or _is_number(before), "window.before", before, "a line's number")
    if isinstance(question, v.CheckRows):
        _demand(1 <= question.limit <= MOST_CHECKED, "limit", question.limit, "1 to 5000")
        _demand(_goes_on(question), "after", question.after, "the cursor of the slice before")


def _walk(name: str, value: Any) -> None:
    """Every text, number and list within *value* has a size that a store can take."""
    if isinstance(value, str):
        most = LONGEST_CURSOR if name == "after" else LONGEST
        _demand(len(value) <= most and "\0" not in value, name, value, f"up to {most} characters")
    elif isinstance(value, int):
        _demand(0 <= value <= LARGEST, name, value, f"0 to {LARGEST}")
    elif isinstance(value, tuple):
        _demand(len(value) <= MOST_ITEMS, name, f"{len(value)} items", f"up to {MOST_ITEMS}")
        for one in value:
            _walk(name, one)
    elif is_dataclass(value):
        _walk_fields(value)


def _walk_fields(value: Any) -> None:
    for one in fields(value):
        _walk(one.name, getattr(value, one.name))
    if isinstance(value, v.Window):
        _demand(1 <= value.limit <= MOST_ROWS, "limit", value.limit, f"1 to {MOST_ROWS}")


def _demand(is_met: bool, name: str, value: object, wanted: str) -> None:  # noqa: FBT001
    if not is_met:
        raise CommandRefused(f"{name} is {str(value)[:80]!r}; use {wanted}")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


SHAPES: Mapping[str, tuple[type, ...]] = {"lane": (str, str, str), "audit": (int, str)}
"""Cursors that are JSON; the others are ids."""


def _goes_on(question: v.CheckRows) -> bool:
    shape = SHAPES.get(question.part)
    if shape is None or not question.after:
        return True
    try:
        document = orjson.loads(question.after)
    except orjson.JSONDecodeError:
        return False
    is_as_long = isinstance(document, list) and len(document) == len(shape)
    return is_as_long and all(map(isinstance, document, shape))
