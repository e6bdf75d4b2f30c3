"""Form text: names and values come in; a form's or a query's text that has all of them goes out.

True is ``true``, a time its ISO text, and a name whose value is None is not sent. A list repeats
its name. What is nested in it has no form of its own: only where a system reads brackets
(``items[0][price]``) it is written, and otherwise refused. Nothing is lost in silence.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from urllib.parse import quote_plus
from uuid import UUID

from tieline.model.base.errors import ArgumentRefused

Pair = tuple[str, str]


def form_text(what: str, values: Mapping[str, object], *, brackets: bool) -> str:
    """*values* as ``application/x-www-form-urlencoded``. Raises ArgumentRefused; *what* is how the
    author calls them, and no value is told in the error."""
    pairs: list[Pair] = []
    for name, value in values.items():
        if not isinstance(name, str):
            raise ArgumentRefused(f"{what} has the name {name!r}; use a text")
        pairs += _nested(what, name, value) if brackets else _flat(what, name, value)
    try:
        return "&".join([f"{quote_plus(name)}={quote_plus(text)}" for name, text in pairs])
    except UnicodeEncodeError:
        raise ArgumentRefused(f"{what} has half of a surrogate pair, which is no text") from None


def _flat(what: str, name: str, value: object) -> Iterator[Pair]:
    if isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield name, _text(what, f"{name}[{place}]", one)
    elif isinstance(value, Mapping):
        raise ArgumentRefused(
            f"{what}[{name!r}] has names of its own, and the connector does not say how nested "
            "values are written; give json=, names such as 'card[number]', or the connector "
            "nested_forms=True where the system reads brackets"
        )
    elif value is not None:
        yield name, _text(what, name, value)


def _nested(what: str, name: str, value: object) -> Iterator[Pair]:
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _nested(what, f"{name}[{inner}]", one)
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            if one is None:
                raise _unfit(what, f"{name}[{place}]", one)
            yield from _nested(what, f"{name}[{place}]", one)
    elif value is not None:
        yield name, _text(what, name, value)


def _text(what: str, name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return str(value)
        case int() | UUID():
            return str(value)
        case float() if math.isfinite(value):
            return repr(value)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case datetime() | date() | time():
            return value.isoformat()
    raise _unfit(what, name, value)


def _unfit(what: str, name: str, value: object) -> ArgumentRefused:
    kind = str(value) if isinstance(value, float | Decimal) else f"a {type(value).__name__}"
    kind = "None" if value is None else kind
    return ArgumentRefused(
        f"{what}[{name!r}] is {kind}; use a text, a number, True or False, "
        "a time, or a list of such"
    )
