"""Path template: a path with named places and their values come in; the path of a call goes out.

``/contacts/{email}`` with ``{"email": "ada@shop.example"}`` is ``/contacts/ada%40shop.example``.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from tieline.model.base.errors import ArgumentRefused

_PLACE = re.compile(r"\{(\w+)\}")
_MOVES = frozenset({"", ".", ".."})
"""Where a value is one of these, the path is another than the template says."""


def filled(template: str, values: Mapping[str, object]) -> str:
    """*template* with each value percent-encoded in its place. Raises ArgumentRefused.

    Every place has a value, every value a place; no value is told in an error.
    """
    places = set(_PLACE.findall(template))
    if places != set(values):
        wanted = ", ".join(sorted(places)) or "none"
        given = ", ".join(sorted(values)) or "none"
        raise ArgumentRefused(
            f"path {template!r} has the places {wanted}; values were given for {given}"
        )
    return _PLACE.sub(lambda place: _encoded(template, place[1], values[place[1]]), template)


def _encoded(template: str, place: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        kind = type(value).__name__
        raise ArgumentRefused(
            f"{place!r} of path {template!r} is a {kind}; use a text or a whole number"
        )
    text = str(value)
    if text in _MOVES:
        what = "empty" if not text else "made of dots"
        raise ArgumentRefused(f"{place!r} of path {template!r} is {what}, which names another path")
    return quote(text, safe="")
