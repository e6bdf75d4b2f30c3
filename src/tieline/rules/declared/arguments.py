"""Arguments: what a function was called with comes in; its parameters' values, or every mistake,
go out."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from tieline.model.base.errors import ArgumentRefused
from tieline.rules.declared.kinds import Fitted, fitted, hints_of, kinds_of, shown, wanted

P = ParamSpec("P")
R = TypeVar("R")
_Kind = inspect.Parameter
MOST_KNOWN = 1000
"""Combinations of kinds that one method remembers."""


def read(
    function: Callable[..., object], args: Sequence[object], named: Mapping[str, object]
) -> tuple[dict[str, Any], list[str]]:
    """The values of the parameters behind the first, and what is wrong with what was given.

    What does not fit is left out: the function's own default stands there, or what the caller has
    in its place.
    """
    parameters = _parameters(function)
    given, mistakes = _placed(parameters, args, named)
    values: dict[str, Any] = {}
    hints = hints_of(function)
    for name, parameter in parameters.items():
        if name in given:
            meant, wrong = fitted(hints.get(name, Any), given[name], name)
            mistakes += wrong
            if not wrong:
                values[name] = meant
        elif parameter.default is _Kind.empty:
            mistakes.append(f"{name} is missing; use {wanted(hints[name])}")
    return values, mistakes


def exact(method: Callable[P, R]) -> Callable[P, R]:
    """*method*, which raises ArgumentRefused before anything is done for what does not fit.

    It stands on the path of every call: kinds of values that fitted once are not looked at again.
    """
    known: set[tuple[object, ...]] = set()

    @wraps(method)
    def asked(*args: P.args, **named: P.kwargs) -> R:
        kinds = (*map(type, args), *named, *map(type, named.values()))
        if kinds in known:
            return method(*args, **named)
        given = _named(method, args, named)
        hints = hints_of(method)
        found = {name: _fitted(hints.get(name, Any), value, name) for name, value in given.items()}
        if mistakes := [mistake for _, wrong in found.values() for mistake in wrong]:
            raise ArgumentRefused(f"{method.__name__}: {'; '.join(mistakes)}")
        if len(known) < MOST_KNOWN and all(
            _is_clear(hints.get(name, Any), type(value)) for name, value in given.items()
        ):
            known.add(kinds)
        meant = {name: one for name, (one, _) in found.items()}
        places = list(given)[: len(given) - len(named)]
        first = [*(meant.pop(name) for name in places), *args[len(places) :]]
        return method(*first, **meant)

    return asked


def _named(
    method: Callable[..., object], args: Sequence[object], named: Mapping[str, object]
) -> dict[str, object]:
    """What was given by the names of the parameters; those without a name stay away."""
    parameters = inspect.signature(method).parameters
    places = [n for n, p in parameters.items() if p.kind is _Kind.POSITIONAL_OR_KEYWORD]
    return dict(zip(places, args, strict=False)) | dict(named)


def _fitted(hint: Any, value: object, name: str) -> Fitted:
    """As the first call, so every other: what is looked into elsewhere is told there."""
    return (value, []) if _is_clear(hint, type(value)) else fitted(hint, value, name)


def _is_clear(hint: Any, kind: type) -> bool:
    """Whether every value of *kind* fits *hint*."""
    kinds = kinds_of(hint)
    return kinds is None or kind in kinds


def _placed(
    parameters: Mapping[str, _Kind], args: Sequence[object], named: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """Which parameter gets which argument; those that there is no parameter for are mistakes."""
    places = [n for n, p in parameters.items() if p.kind is _Kind.POSITIONAL_OR_KEYWORD]
    given = dict(zip(places, args, strict=False))
    mistakes = [f"{shown(one)} has no name; write name=value" for one in args[len(places) :]]
    for name, value in named.items():
        if name not in parameters:
            mistakes.append(f"there is no argument {name!r}; there are {', '.join(parameters)}")
        elif name in given:
            mistakes.append(f"{name} is given twice; give it once")
        else:
            given[name] = value
    return given, mistakes


@cache
def _parameters(function: Callable[..., object]) -> Mapping[str, _Kind]:
    """Those of *function*, without the object whose method it is."""
    return dict(list(inspect.signature(function).parameters.items())[1:])
