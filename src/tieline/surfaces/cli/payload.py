"""Payload: a text that was typed, or the file that was named, comes in; its JSON goes out."""

import json
from pathlib import Path
from typing import Any

from tieline.model.base.errors import SettingsError


def json_of(text: str, name: str) -> Any:
    """The JSON of *text*, or of the file behind an ``@``. Raises SettingsError."""
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text("utf-8")
        except OSError as error:
            raise SettingsError(name, text, f"it cannot be read: {error.strerror}") from None
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(name, text[:80], f"it is no JSON: {error}") from None
