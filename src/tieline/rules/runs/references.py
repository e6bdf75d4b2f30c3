"""References: what a flow calls a thing by comes in; the text of that name, or why it is none, goes
out."""

from datetime import date
from decimal import Decimal
from enum import Enum
from uuid import UUID

from tieline.model.base.errors import ArgumentRefused

_NAMES = (str, int, UUID, Decimal, date)


def reference_text(what: str, value: object) -> str:
    """*value* as a name. Raises ArgumentRefused: ``order:None`` would be found by everybody."""
    plain = value.value if isinstance(value, Enum) else value
    if isinstance(plain, bool) or not isinstance(plain, _NAMES) or not (text := str(plain).strip()):
        shown = "empty" if plain == "" else "None" if plain is None else f"a {type(plain).__name__}"
        raise ArgumentRefused(f"{what} is {shown}, which names nothing; use a text or a number")
    return text
