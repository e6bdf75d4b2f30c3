"""Probing rules: a path as a person gave it, and how a probe went, come in; words go out."""

import re

from tieline.features.probes.model import ProbeRow
from tieline.model.base.errors import SettingsError
from tieline.rules.formats.labels import label
from tieline.rules.formats.plain_time import span

_PATH = re.compile(r"/[!-\"$-~]{0,999}", re.ASCII)
"""Visible ASCII without a fragment, as it goes on the wire."""


def path_of(text: str, *, name: str) -> str:
    """The path that is asked. Raises SettingsError."""
    if _PATH.fullmatch(text) is None:
        wanted = "use a path that can be read without harm, such as /v1/ping, without a fragment"
        raise SettingsError(name, text[:80], wanted)
    return text


def answered(row: ProbeRow) -> bool:
    """Whether the other side is there: what it says of the request does not matter."""
    return row.status is not None and row.status < 500 and row.outcome != "unavailable"


def in_words(row: ProbeRow) -> str:
    """How it went, as a sentence."""
    asked = f"GET {row.path} at connection {row.connection}"
    if row.begun_us is None:
        return f"{asked} waits for a worker: none has taken it yet"
    if row.ended_us is None:
        return f"{asked} is under way"
    took = span(row.took_us or 0)
    if row.status is None:
        return f"{asked} had no answer after {took}: {row.detail or label(row.outcome or '')}"
    said = f": {row.detail}" if row.detail else ""
    after = "; what waits for it is let through, one call at first" if answered(row) else ""
    return f"{asked} was answered {row.status} after {took}{said}{after}"
