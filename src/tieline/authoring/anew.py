"""Anew: a flow's function comes in; the calls in its source that give another value at each
execution go out.

A static look: what is called in another module, or by a name that is bound later, is not seen.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_NOW, _UUID, _ANY = "run.now()", "run.uuid()", 'await run.step("…", …)'
_INSTEAD = {
    "datetime.datetime.now": _NOW,
    "datetime.datetime.utcnow": _NOW,
    "datetime.datetime.today": _NOW,
    "datetime.date.today": f"{_NOW}.date()",
    "time.time": f"{_NOW}.timestamp()",
    "time.time_ns": f"{_NOW}.timestamp()",
    "uuid.uuid1": _UUID,
    "uuid.uuid4": _UUID,
    "posix.urandom": _ANY,
    "nt.urandom": _ANY,
}
_BY_CHANCE = frozenset({"random", "secrets"})
STEP = "step"


class MadeAnew(NamedTuple):
    """One call of that kind."""

    line: int
    call: str
    """As it stands in the source."""
    instead: str
    """What to write."""


def made_anew(function: Callable[..., object]) -> list[MadeAnew]:
    """The calls of *function*, and of the functions of its module that it calls, in their order.

    What is given to ``run.step`` is remembered, so what it calls is as it should be.
    """
    found: dict[MadeAnew, None] = {}
    waiting, seen = [inspect.unwrap(function)], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        for at, call, called in _calls(one):
            instead = _instead_of(called)
            if instead is not None:
                found[MadeAnew(at, call, instead)] = None
            elif inspect.isfunction(called) and called.__globals__ is one.__globals__:
                waiting.append(called)
    return sorted(found)


def _instead_of(called: Any) -> str | None:
    owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
    if inspect.isclass(owner):
        return _INSTEAD.get(f"{owner.__module__}.{owner.__qualname__}.{name}")
    module = getattr(called, "__module__", None) or type(owner).__module__
    return _ANY if module in _BY_CHANCE and name else _INSTEAD.get(f"{module}.{name}")


def _calls(function: Any) -> Iterator[tuple[int, str, object]]:
    """(line, source, what is called) of each call whose name means something here."""
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return  # there is no source, or not of a function alone
    scope = inspect.getclosurevars(function)
    names = {**scope.builtins, **scope.globals, **scope.nonlocals}
    for call in _outside_steps(tree):
        called = _meant(call.func, names)
        if called is not None:
            yield first + call.lineno - 1, f"{ast.unparse(call.func)}()", called


def _outside_steps(node: ast.AST) -> Iterator[ast.Call]:
    """The calls in *node* that are not made by what is given to a step."""
    if isinstance(node, ast.Call):
        yield node
        if isinstance(node.func, ast.Attribute) and node.func.attr == STEP:
            given = [one for one in node.args if not isinstance(one, ast.Lambda)]
            for one in given:
                yield from _outside_steps(one)
            return
    for child in ast.iter_child_nodes(node):
        yield from _outside_steps(child)


def _meant(named: ast.expr, names: dict[str, Any]) -> object:
    """What a name, or an attribute of modules and classes, stands for; None if that is not sure."""
    if isinstance(named, ast.Name):
        return names.get(named.id)
    if not isinstance(named, ast.Attribute):
        return None
    owner = _meant(named.value, names)
    is_chance = type(owner).__module__ in _BY_CHANCE
    if inspect.ismodule(owner) or inspect.isclass(owner) or is_chance:
        return getattr(owner, named.attr, None)
    return None
