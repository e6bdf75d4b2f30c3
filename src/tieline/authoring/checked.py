"""Checked: what an author gives to a declaring method comes in; it is held against the annotations,
and what does not fit is kept for the hub's check, which names all mistakes at once."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, Protocol, Self, TypeVar

from tieline.rules.declared.arguments import read


class _Marked(Protocol):
    def with_mistakes(self, mistakes: Sequence[str]) -> Self: ...


P = ParamSpec("P")
M = TypeVar("M", bound=_Marked)


def checked(**instead: object) -> Callable[[Callable[P, M]], Callable[P, M]]:
    """A declaring method that never fails; *instead* is what stands for arguments without a
    default that are wrong or not there."""

    def over(method: Callable[P, M]) -> Callable[P, M]:
        @wraps(method)
        def declare(*args: P.args, **named: P.kwargs) -> M:
            declaring, *given = args
            values, mistakes = read(method, given, named)
            if not mistakes:
                return method(declaring, **values)  # type: ignore[arg-type]
            found = method(declaring, **(instead | values))  # type: ignore[arg-type]
            return found.with_mistakes(mistakes)

        return declare

    return over
