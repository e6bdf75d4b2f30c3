"""Plain: a row, a detail or a story comes in; the JSON that scripts may rely on goes out."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import orjson

from tieline.model.base.json_text import json_text
from tieline.model.base.payload import Json
from tieline.rules.formats.plain_time import iso

_NOT_ASCII = re.compile(r"[^\x00-\x7e]")
DURATIONS = frozenset(
    {
        "took_us",
        "gap_us",
        "longest_us",
        "p50_us",
        "p95_us",
        "usual_us",
        "step_us",
        "ahead_us",
        "silent_us",
    }
)
"""Fields in microseconds that are no moment in time."""


def plain(value: Any) -> Json:
    """*value* as JSON; moments as ISO 8601 in UTC, so ``created_us`` is ``created_at``."""
    if is_dataclass(value) and not isinstance(value, type):
        return _members({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _members(value._asdict())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if value is None or isinstance(value, bool | int | float | Decimal) else str(value)


def _members(members: Mapping[str, Any]) -> Json:
    return dict(_member(name, value) for name, value in members.items())


def _member(name: str, value: Any) -> tuple[str, Json]:
    shown, is_moment = shown_name(name)
    if not is_moment:
        return shown, plain(value)
    return shown, None if value is None else iso(value)


def shown_name(name: str) -> tuple[str, bool]:
    """How a field is called in JSON, and whether it is a moment."""
    if not name.endswith("_us") or name in DURATIONS:
        return name, False
    return ("at" if name == "at_us" else name.removesuffix("_us") + "_at"), True


def to_text(document: Json) -> str:
    """One line of ASCII: whatever is in it, a terminal can only show it."""
    try:
        text = json.dumps(document, ensure_ascii=True)
    except TypeError:  # a Decimal, whose digits are all there only in the exact writer's text
        text = _NOT_ASCII.sub(lambda c: json.dumps(c[0])[1:-1], json_text(document).decode())
    return text.replace("\x7f", "\\u007f")


def to_lines(document: Json) -> list[str]:
    """The document over several lines, for reading; each is yet to be made inert."""
    try:
        return json.dumps(document, ensure_ascii=False, indent=2).splitlines()
    except TypeError:
        return json_text(document, options=orjson.OPT_INDENT_2).decode().splitlines()
