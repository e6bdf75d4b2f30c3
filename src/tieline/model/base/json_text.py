"""JSON text: the one reader and the one writer of the house, exact for integers and decimals.

The library underneath writes NaN as ``null``, takes neither Decimal nor integers beyond 64 bits,
and reads a number that goes beyond its types as the nearest double. Where that may be, and only
there, a slower way is taken: a number that a float would round is read as an int or a Decimal.
"""

import dataclasses
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

_MAYBE = b"null"
_BLANKS = b" \t\r\n"
_NO_FORM = "Type is not JSON serializable: "
_SURE = (str, int, bool, type(None))
_SHORT = range(-(2**63), 2**64)
_FEWEST_LONG = 17  # with its point: up to 15 digits fit any double, up to 18 any integer of 64 bits
_NUMBERS = bytes(48 if byte in b"0123456789." else 32 for byte in range(256))
_LONG_RUN = b"0" * _FEWEST_LONG
_TEXT_OR_LONG = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|(?<![0-9.eE+-])-?[0-9][0-9.]{16,}+(?:[eE][+-]?[0-9]+)?',
    re.DOTALL,
)  # a text without an end runs to the end of all: otherwise the search were quadratic
_LEADING_ZERO = re.compile(rb"-?0[0-9]")


def json_text(value: object, *, options: int = 0) -> bytes:
    """*value* as JSON. Raises ValueError in words that say what JSON has no form for, and where."""
    text = text_again(value, options=options)
    if _MAYBE in text and _has_odd_number(value):  # rare: only then somebody has to look
        for path, number in _odd_numbers(value, "$"):
            raise ValueError(f"{path} is {number}, which JSON has no number for")
    return text


def text_again(value: object, *, options: int = 0) -> bytes:
    """The same of what was read from JSON, and so has no NaN that would be written as ``null``."""
    try:
        return orjson.dumps(value, option=options)
    except (TypeError, RecursionError):
        pass
    try:
        return orjson.dumps(_plain(value, "$"), option=options)
    except (TypeError, RecursionError) as error:
        raise ValueError(_words(error)) from None


def json_value(text: bytes | str) -> Any:
    """The value in *text*, whose numbers are exactly those of the text. Raises ValueError."""
    raw = text.encode() if isinstance(text, str) else text
    try:
        found = orjson.loads(raw)
        if _LONG_RUN not in raw.translate(_NUMBERS):
            return found
    except orjson.JSONDecodeError:
        if not has_long_number(raw):
            raise
        orjson.loads(shortened(raw))  # only the length of a number may be why
        return _exactly(raw)
    return found if is_surely_exact(found, raw) or not has_long_number(raw) else _exactly(raw)


def canonical_text(raw: bytes) -> bytes:
    """The document in *raw* with sorted names and no blanks. Raises ValueError."""
    return text_again(json_value(raw), options=orjson.OPT_SORT_KEYS)


def is_surely_exact(found: object, raw: bytes) -> bool:
    """Whether *found*, as the library read it, says the very text again, apart from blanks."""
    compact = orjson.dumps(found)
    return compact == raw or compact.translate(None, _BLANKS) == raw.translate(None, _BLANKS)


def exact_float(digits: str) -> float | Decimal:
    """The number that *digits* are: a float where it is the very same, else a Decimal."""
    number = float(digits)
    exact = Decimal(digits)
    return number if math.isfinite(number) and Decimal(repr(number)) == exact else exact


def has_long_number(raw: bytes) -> bool:
    """Whether *raw* has a number, outside of texts, that the library may round."""
    if _LONG_RUN not in raw.translate(_NUMBERS):
        return False
    return any(not found[0].startswith(b'"') for found in _TEXT_OR_LONG.finditer(raw))


def shortened(raw: bytes) -> bytes:
    """*raw* with a short number for each long one: the same structure, for whoever checks it."""
    return _TEXT_OR_LONG.sub(_short, raw)


def _short(found: re.Match[bytes]) -> bytes:
    is_number = not found[0].startswith(b'"') and not _LEADING_ZERO.match(found[0])
    is_number = is_number and found[0].count(b".") <= 1 and not found[0].endswith(b".")
    return b"0" if is_number else found[0]


def _exactly(raw: bytes) -> Any:
    return json.loads(raw.decode(), parse_float=exact_float)


def _plain(value: object, path: str) -> object:
    """*value* as the library takes it. Raises ValueError for a Decimal that is no number."""
    if isinstance(value, Enum):
        return _plain(value.value, path)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{path} is {value}, which JSON has no number for")
        return orjson.Fragment(str(value))
    if isinstance(value, int) and value not in _SHORT:
        return orjson.Fragment(str(int(value)))
    if isinstance(value, dict):
        return {name: _plain(one, f"{path}.{name}") for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, f"{path}[{place}]") for place, one in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(one, f"{path}.{name}") for name, one in _members(value)}
    return value


def _members(value: Any) -> Iterator[tuple[str, object]]:
    for field in dataclasses.fields(value):
        if not field.name.startswith("_"):  # as the library does
            yield field.name, getattr(value, field.name)


def _words(error: Exception) -> str:
    detail = str(error)
    kind = detail.removeprefix(_NO_FORM)
    if kind != detail:
        return f"JSON has no form for {kind}"
    return detail[:1].lower() + detail[1:]


def _has_odd_number(value: object) -> bool:
    """Whether there may be one: nearly always a null is a None, and this is on every call's way."""
    if isinstance(value, float):
        return not math.isfinite(value)
    inside = value.values() if isinstance(value, dict) else value
    if not isinstance(inside, Iterable) or isinstance(value, str):
        return not isinstance(value, _SURE)
    return any(type(one) not in _SURE and _has_odd_number(one) for one in inside)


def _odd_numbers(value: object, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float) and not math.isfinite(value):
        yield path, value
    for where, one in _inside(value, path):
        yield from _odd_numbers(one, where)


def _inside(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from ((f"{path}.{name}", one) for name, one in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"{path}[{place}]", one) for place, one in enumerate(value))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from ((f"{path}.{name}", one) for name, one in _members(value))
