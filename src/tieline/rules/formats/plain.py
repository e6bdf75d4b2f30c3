"""Plain: a row, a detail or a story comes in; the JSON that scripts may rely on goes out."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from tieline.model.base.payload import Json
from tieline.rules.formats.plain_time import iso

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
    return value if value is None or isinstance(value, bool | int | float) else str(value)


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
    return json.dumps(document, ensure_ascii=True).replace("\x7f", "\\u007f")


def to_lines(document: Json) -> list[str]:
    """The document over several lines, for reading; each is yet to be made inert."""
    return json.dumps(document, ensure_ascii=False, indent=2).splitlines()
