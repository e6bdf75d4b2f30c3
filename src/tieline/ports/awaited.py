"""Awaited: what a flow has asked for; what it never waited for is known by its line."""

import sys
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
_OURS = "tieline."
MOST_KEPT = 64
"""Beyond so many, those that have ended are let go."""


class _Asked(NamedTuple):
    coroutine: Coroutine[Any, Any, Any]
    words: str
    file: str
    line: int


class Awaited:
    """The calls, steps, sleeps and events of one execution of a flow."""

    def __init__(self) -> None:
        self._asked: list[_Asked] = []

    def note(self, coroutine: Coroutine[Any, Any, T], words: str) -> Coroutine[Any, Any, T]:
        """Keep *coroutine*, with the line outside this package that asks for it."""
        frame = sys._getframe(1)  # noqa: SLF001 - a hundredth of the price of a traceback
        while frame.f_globals.get("__name__", "").startswith(_OURS) and frame.f_back is not None:
            frame = frame.f_back
        if len(self._asked) >= MOST_KEPT:
            self._asked = [one for one in self._asked if _is_open(one)]
        self._asked.append(_Asked(coroutine, words, frame.f_code.co_filename, frame.f_lineno))
        return coroutine

    def forgotten(self) -> list[str]:
        """What has not ended, by file and line."""
        return [f"{one.words} at {one.file}:{one.line}" for one in self._asked if _is_open(one)]

    def drop(self) -> None:
        """Close what was never begun, so that nobody is warned of it a second time."""
        for one in self._asked:
            if _is_open(one) and not _is_begun(one):
                one.coroutine.close()
        self._asked.clear()


def _is_open(one: _Asked) -> bool:
    return getattr(one.coroutine, "cr_frame", None) is not None


def _is_begun(one: _Asked) -> bool:
    return bool(
        getattr(one.coroutine, "cr_suspended", False) or getattr(one.coroutine, "cr_running", False)
    )


AWAITED: ContextVar[Awaited | None] = ContextVar("tieline-awaited", default=None)
"""Set around a flow: by the engine, and by ``tieline.testing`` around a test."""
