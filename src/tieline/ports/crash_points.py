"""Crashpoints: named places where a test may end the process, to prove that nothing is lost."""

from collections.abc import Callable

Reach = Callable[[str], None]
"""Called with the name of the place that is reached."""

POINTS = (
    "commit.before",
    "commit.after",
    "ingest.before-answer",
    "call.after-intent",
    "call.before-record",
    "step.before-record",
    "remember.after",
    "settle.before",
    "settle.after",
    "give-back.before",
    "give-back.after",
    "fire.before",
    "fire.after",
    "checkpoint.before",
    "checkpoint.after",
)
"""Every name that ``reach`` is called with."""


def go_on(_name: str) -> None:
    """Reach a place in production: nothing happens."""
