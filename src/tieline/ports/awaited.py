"""Awaited: what a flow has asked for; what it never waited for is known by its line."""

import sys
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from types import CodeType
from typing import Any, TypeVar

T = TypeVar("T")
_OURS = "tieline."
MOST_KEPT = 64
"""Beyond so many, those that have ended are let go."""


_Asked = tuple[Coroutine[Any, Any, Any], tuple[str, ...], CodeType, int]
"""What was asked for, in parts of words, by which code, at which line. On the path of every call,
so a plain tuple."""


class Awaited:
    """The calls, steps, sleeps and events of one execution of a flow."""

    __slots__ = ("_asked", "instead")

    def __init__(self) -> None:
        self._asked: list[_Asked] = []
        self.instead: Callable[[str], Coroutine[Any, Any, Any]] | None = None
        """What is given for all that is asked for, once the flow has been given up; told where."""

    def note(self, coroutine: Coroutine[Any, Any, T], *words: str) -> Coroutine[Any, Any, T]:
        """Keep *coroutine*, with the line outside this package that asks for it."""
        frame = sys._getframe(1)  # noqa: SLF001 - a hundredth of the price of a traceback
        while frame.f_globals.get("__name__", "").startswith(_OURS) and frame.f_back is not None:
            frame = frame.f_back
        if self.instead is not None:
            coroutine.close()
            where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
            return self.instead(f"{''.join(words)} at {where}")
        asked = self._asked
        if len(asked) >= MOST_KEPT:
            asked = self._asked = [one for one in asked if _is_open(one[0])]
        asked.append((coroutine, words, frame.f_code, frame.f_lineno))
        return coroutine

    def forgotten(self) -> list[str]:
        """What has not ended, by file and line."""
        return [
            f"{''.join(words)} at {code.co_filename}:{line}"
            for coroutine, words, code, line in self._asked
            if _is_open(coroutine)
        ]

    def drop(self) -> None:
        """Close what was never begun, so that nobody is warned of it a second time."""
        for coroutine, *_ in self._asked:
            if _is_open(coroutine) and not _is_begun(coroutine):
                coroutine.close()
        self._asked.clear()


def _is_open(coroutine: Coroutine[Any, Any, Any]) -> bool:
    return getattr(coroutine, "cr_frame", None) is not None


def _is_begun(coroutine: Coroutine[Any, Any, Any]) -> bool:
    begun: bool = getattr(coroutine, "cr_suspended", False) or getattr(
        coroutine, "cr_running", False
    )
    return begun


AWAITED: ContextVar[Awaited | None] = ContextVar("tieline-awaited", default=None)
"""Set around a flow: by the engine, and by ``tieline.testing`` around a test."""
