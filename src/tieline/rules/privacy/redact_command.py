"""Redact command: what a person ordered comes in; the same without anything that must not be kept.

Looks into every part of it, so it is for what is rare: nothing of the path of an event comes here.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

Clean = Callable[[str], str]


def cleaned(given: Any, clean: Clean) -> Any:
    """*given* with every text and all bytes in it through *clean*; itself where nothing changes."""
    if isinstance(given, str):
        told = clean(given)
        return given if told == given else told
    if isinstance(given, bytes):
        text = given.decode("latin-1")
        told = clean(text)
        return given if told == text else told.encode("latin-1")
    if is_dataclass(given) and not isinstance(given, type):
        return _of_dataclass(given, clean)
    if isinstance(given, tuple):
        parts = [cleaned(one, clean) for one in given]
        if all(new is old for new, old in zip(parts, given, strict=True)):
            return given
        return type(given)(*parts) if hasattr(given, "_fields") else tuple(parts)
    return given


def _of_dataclass(given: Any, clean: Clean) -> Any:
    changed = {}
    for field in fields(given):
        if field.init:
            old = getattr(given, field.name)
            new = cleaned(old, clean)
            if new is not old:
                changed[field.name] = new
    return replace(given, **changed) if changed else given
