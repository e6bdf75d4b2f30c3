"""Labels: a word of the store or of the API comes in; the word that people read goes out, and back.

Machines read the stored words for ever; screens, tables and help say these. A label has hyphens, so
that it can be typed as a filter; pages and sentences write it with spaces.
"""

import re
from collections.abc import Iterable, Mapping

from tieline.model.runs.waits import WaitKind, Waits

STATES: Mapping[str, str] = {"ready": "queued"}
"""Of runs; the others are called as they are stored."""
STATES_ASKED: Mapping[str, str] = {"failed": "dead"}
"""Other words for a state that people filter by."""
VERDICTS: Mapping[str, str] = {"refused": "rejected"}
"""What became of a delivery at the door."""
OUTCOMES: Mapping[str, str] = {"in-doubt": "outcome-unknown"}
"""Of attempts and steps."""
EFFECTS: Mapping[str, str] = {"once": "not-repeatable"}
"""What a repeat of a call would do."""
KINDS: Mapping[str, str] = {"refused": "rejected-at-the-door", "in-doubt": "outcome-unknown"}
"""Of failures; a provider's status stands behind ``rejected-``."""
ALERTS: Mapping[str, str] = {"breaker-open": "circuit-open"}
DECISIONS: Mapping[str, str] = {
    "closed": "discarded",
    "close-delivery": "discard-delivery",
    "retry-as-new-action": "retry-repeating-side-effects",
    "resolve-continue": "let-through",
}
"""What somebody decided, and how the audit log calls it."""

LABELS: Mapping[str, str] = {**STATES, **VERDICTS, **OUTCOMES, **EFFECTS, **ALERTS, **DECISIONS}
"""Where it does not matter what the word is of; no word has two meanings here."""

_REJECTED = re.compile(r"^refused-(\S+)$")
_REFUSED = re.compile(r"^rejected-(\S+)$")


def label(word: str) -> str:
    """How people read a state, verdict, outcome, effect or decision."""
    return LABELS.get(word) or _REJECTED.sub(r"rejected-\1", word)


def kind_label(kind: str) -> str:
    """How people read a kind of failure."""
    return KINDS.get(kind) or _REJECTED.sub(r"rejected-\1", kind)


def spoken(label_: str) -> str:
    """A label in a sentence."""
    return label_.replace("-", " ")


def kind_of_label(text: str) -> str:
    """The stored word of a kind that somebody asked for."""
    for stored, shown in KINDS.items():
        if text == shown:
            return stored
    return _REFUSED.sub(r"refused-\1", text)


def state_of_label(text: str) -> str:
    """The stored word of a state that somebody asked for."""
    return {**_back(STATES), **STATES_ASKED}.get(text, text)


def verdict_of_label(text: str) -> str:
    """The stored word of a verdict that somebody asked for."""
    return _back(VERDICTS).get(text, text)


def labels(words: Iterable[str]) -> list[str]:
    """As many of them, for people to choose from."""
    return [label(word) for word in words]


def state_label(state: str, waits: Waits | None = None) -> str:
    """How people read the state of a run; one that waits says for what."""
    if state == "waiting" and waits is not None:
        is_named = waits.kind in {WaitKind.CONNECTION, WaitKind.RUN}
        return f"waiting for {waits.key if is_named else waits}"
    return STATES.get(state, state)


def _back(table: Mapping[str, str]) -> dict[str, str]:
    return {shown: stored for stored, shown in table.items()}
