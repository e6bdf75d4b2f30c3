"""Declaration: a flow as its author wrote it, before anything is checked."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import CodeType
from typing import Any, TypeVar

from tieline.authoring.connection import Connection
from tieline.authoring.source import SourceDeclaration
from tieline.model.calls.policy import Drift
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.runs.run import HeadPolicy

F = TypeVar("F", bound=Callable[..., Awaitable[None]])


@dataclass(frozen=True, slots=True)
class FlowDeclaration:
    """The arguments of ``hub.flow`` and the function under it."""

    name: str
    function: Callable[..., Awaitable[None]]
    on: SourceDeclaration
    ordered_by: str | None
    on_dead_head: HeadPolicy
    owner: str
    priority: int
    concurrency: int
    deadline: timedelta | None
    time_limit: timedelta
    retry: RetryPolicy
    drift: Drift


class FlowDeclarer:
    """What ``hub.flow(…)`` gives back: it declares the function under it."""

    def __init__(self, dials: Mapping[str, Any]) -> None:
        self._dials = dials
        self.flows: list[FlowDeclaration] = []
        self.mistakes: list[str] = []
        """What was wrong in its arguments."""

    def __call__(self, function: F) -> F:
        """Declare *function*, which stays what it was."""
        name = self._dials["name"] or str(getattr(function, "__name__", function))
        self.flows.append(FlowDeclaration(**{**self._dials, "name": name, "function": function}))
        return function

    @property
    def name(self) -> str | None:
        """Of the flow under it; None: of none yet."""
        return self.flows[0].name if self.flows else self._dials["name"]

    def with_mistakes(self, mistakes: Sequence[str]) -> "FlowDeclarer":
        """Itself, with what was wrong in its arguments."""
        self.mistakes += mistakes
        return self


WAIT_FOR = "wait_for"
START = "start"


def uses_of(function: Callable[..., object]) -> list[Connection]:
    """The connections that *function* mentions by a global or an enclosing name, and those that
    functions of the same module mention which it mentions.

    A static look, so a connection that is passed around in a container is not seen.
    """
    found: dict[int, Connection] = {}
    for one in _with_helpers(function):
        for value in _mentioned_by(one):
            if isinstance(value, Connection):
                found[id(value)] = value
    return list(found.values())


def awaited_by(function: Callable[..., object]) -> set[str]:
    """The texts in code that says ``wait_for``, of *function* and of what it mentions beside it:
    among them are the types of event that it waits for."""
    codes = (getattr(one, "__code__", None) for one in _with_helpers(function))
    return {text for code in codes if code is not None for text in _texts_awaited(code)}


def emitted_by(function: Callable[..., object]) -> set[str]:
    """The types that stand as texts in an ``emit`` of *function*, and of what it mentions beside
    it, unless it says ``optional=True``. Code without its source is not seen."""
    return {text for one in _with_helpers(function) for text in _texts_emitted(one)}


def _texts_emitted(function: object) -> Iterator[str]:
    if not inspect.isfunction(function):
        return
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):  # it was typed in, or stands in the middle of a line
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="emit"), args=[ast.Constant(value=str(text)), *_]
            ):
                if not any(_is_optional(word) for word in node.keywords):
                    yield text


def _is_optional(word: ast.keyword) -> bool:
    is_false = isinstance(word.value, ast.Constant) and not word.value.value
    return word.arg == "optional" and not is_false


def says_start(function: Callable[..., object]) -> bool:
    """Whether *function*, or what it mentions beside it, names a ``start``."""
    codes = (getattr(one, "__code__", None) for one in _with_helpers(function))
    return any(START in _names_in(code) for code in codes if code is not None)


def _texts_awaited(code: CodeType) -> Iterator[str]:
    says = WAIT_FOR in code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _texts_awaited(constant)
        elif says and isinstance(constant, str):
            yield constant


def _with_helpers(function: Callable[..., object]) -> Iterator[Any]:
    """*function*, and the functions of its module that it mentions, by each other too."""
    seen: set[int] = set()
    whole = function.func if isinstance(function, functools.partial) else function
    waiting: list[Any] = [inspect.unwrap(whole)]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [value for value in _mentioned_by(one) if _is_beside(value, one)]


def _mentioned_by(function: Any) -> Iterator[object]:
    code = getattr(function, "__code__", None)
    if code is None:
        return
    scope = getattr(function, "__globals__", {})
    yield from (scope.get(name) for name in _names_in(code))
    yield from (_content(cell) for cell in getattr(function, "__closure__", None) or ())


def _is_beside(value: object, function: Any) -> bool:
    """Whether *value* is a function of the module that *function* is in."""
    return inspect.isfunction(value) and value.__globals__ is function.__globals__


def _names_in(code: CodeType) -> Iterator[str]:
    """The global names in *code* and in the functions that are defined in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _content(cell: object) -> object:
    try:
        return getattr(cell, "cell_contents", None)
    except ValueError:  # an empty cell: the name is not bound yet
        return None
