"""JSON text: a value comes in; the document that says exactly the same goes out, or why there is
none.

The writer underneath writes NaN and the infinities as ``null``, which is another value.
"""

import math
from collections.abc import Iterator, Mapping

import orjson

_MAYBE = b"null"
_NO_FORM = "Type is not JSON serializable: "


def json_text(value: object) -> bytes:
    """*value* as JSON. Raises ValueError in words that say what JSON has no form for, and where."""
    try:
        text = orjson.dumps(value)
    except (TypeError, RecursionError) as error:
        raise ValueError(_words(error)) from None
    if _MAYBE in text:  # rare: only then somebody has to look
        for path, number in _odd_numbers(value, "$"):
            raise ValueError(f"{path} is {number}, which JSON has no number for")
    return text


def _words(error: Exception) -> str:
    detail = str(error)
    kind = detail.removeprefix(_NO_FORM)
    if kind != detail:
        return f"JSON has no form for {kind}"
    return detail[:1].lower() + detail[1:]


def _odd_numbers(value: object, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield path, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _odd_numbers(one, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _odd_numbers(one, f"{path}[{place}]")
