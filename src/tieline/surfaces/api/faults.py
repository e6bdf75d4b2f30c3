"""Faults: what a value of a request broke comes in; its name, itself and what is right go out."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

LONGEST_SHOWN = 80
WHEN = r"^(\d{1,9}[smhdw]|\d{4}-\d\d-\d\d.*)$"
"""A span back from now, or a time; what it means is for ``rules/plain_time.py`` to say."""
NOT_BLANK = r"\S"
OF_PATTERN: Mapping[str, str] = {
    WHEN: "use a span such as 30m, 2h or 7d, or a time such as 2026-01-31T08:00",
    NOT_BLANK: "say it in words: it is blank",
}
OF_TYPE: Mapping[str, str] = {
    "greater_than_equal": "use {ge} or more",
    "greater_than": "use more than {gt}",
    "less_than_equal": "use {le} or less",
    "less_than": "use less than {lt}",
    "literal_error": "use {expected}",
    "enum": "use {expected}",
    "string_too_long": "use up to {max_length} characters",
    "string_too_short": "use {min_length} characters or more",
    "too_long": "give up to {max_length}",
    "too_short": "give {min_length} or more",
    "int_parsing": "use a whole number",
    "int_type": "use a whole number",
    "float_parsing": "use a number",
    "float_type": "use a number",
    "bool_parsing": "use true or false",
    "bool_type": "use true or false",
    "string_type": "use a text",
    "list_type": "use a list",
    "dict_type": "use an object",
}


def told(fault: ErrorDetails, kind: type[BaseModel]) -> str:
    """One fault of *kind* as a sentence."""
    where = ".".join(map(str, fault["loc"])) or "it"
    if fault["type"] == "extra_forbidden":
        known = ", ".join(kind.model_fields) or "none"
        return f"{where[:LONGEST_SHOWN]} is not known here; known are: {known}"
    if fault["type"] == "missing":
        words = kind.model_fields[str(fault["loc"][0])].description if fault["loc"] else None
        return f"{where} is missing" + (f": {words}" if words else "")
    return f"{where[:LONGEST_SHOWN]} is {shown(fault.get('input'))}; {wanted(fault, kind)}"


def wanted(fault: ErrorDetails, kind: type[BaseModel]) -> str:
    """What would be right."""
    about: dict[str, Any] = fault.get("ctx", {})
    if fault["type"] == "string_pattern_mismatch":
        field = kind.model_fields.get(str(fault["loc"][0])) if fault["loc"] else None
        words = None if field is None else field.description
        plain = f"use {words}" if words else f"use a text like {about['pattern']}"
        return OF_PATTERN.get(str(about["pattern"]), plain)
    text = OF_TYPE.get(fault["type"])
    return fault["msg"].lower() if text is None else text.format(**about)


def shown(value: object) -> str:
    """A value, shortened; of a long text also its length."""
    if isinstance(value, str) and len(value) > LONGEST_SHOWN:
        return f"{value[:LONGEST_SHOWN]!r}… ({len(value)} characters)"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object"
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
