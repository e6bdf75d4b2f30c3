"""Payload: a JSON document as Python values, and the names of what may be wrong with one."""

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | Decimal | bool | None"


class PayloadFault(StrEnum):
    """Why a body was not taken as a JSON document; stored with the receipt and counted."""

    SYNTAX = "syntax"
    """Not JSON (RFC 8259); NaN and text after the document count as this."""
    ENCODING = "encoding"
    """Not UTF-8, behind a byte order mark, or with half of a surrogate pair."""
    TOO_DEEP = "too-deep"
    TOO_MANY_KEYS = "too-many-keys"
    DUPLICATE_KEY = "duplicate-key"
    """Two readers could take it for two different documents."""
    NUMBER = "number"
    """Beyond the range of a double, or an integer of too many digits."""
