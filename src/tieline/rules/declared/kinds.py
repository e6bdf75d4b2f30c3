"""Kinds: an annotation and a value come in; the value that is meant, and what is wrong, go out.

The annotations of the public functions and of the data that they take are the one place that says
what may be written; nothing is bent but the plain word of an enum and a list where a tuple belongs.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Any, Union

LONGEST_SHOWN = 80
_KINDS: dict[object, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    bytes: "bytes",
}
_SOME_VALUE: dict[object, str] = {str: "'…'", int: "5", timedelta: "timedelta(seconds=1)"}
Fitted = tuple[Any, list[str]]
"""The value as it is meant, and every mistake in it, in words."""


def fitted(hint: Any, value: object, path: str) -> Fitted:
    """*value* as *hint* means it; mistakes name *path*, what stands there and what would be right.

    Of a value that does not fit, itself is given back.
    """
    hint = _bare(hint)
    if hint in (Any, object) or isinstance(hint, typing.TypeVar):
        return value, []
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _of_union(inner, value, path)
    if origin is None:
        return _of_class(hint, value, path)
    if origin is type:
        fits = isinstance(value, type) and issubclass(value, inner)
        return value, [] if fits else [_wrong(hint, value, path)]
    if origin is tuple or origin is Sequence:
        return _of_sequence(hint, value, path)
    if origin is Mapping or origin is dict:
        return _of_mapping(hint, value, path)
    is_callable = origin is not Callable or callable(value)
    return value, [] if is_callable else [_wrong(hint, value, path)]


def wanted(hint: Any, value: object = None) -> str:
    """What may stand where *hint* does, in words that can be written down."""
    hint = _bare(hint)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _either([wanted(one, value) for one in inner if one is not type(None)])
    if origin is type:
        return f"a class that is a {inner[0].__name__}"
    if origin is tuple or origin is Sequence:
        return f"a list such as [{value!r}]" if isinstance(value, str) else "a list"
    if origin is Callable:
        return "a function"
    if origin is not None:
        return "names and values, such as {'name': …}"
    if hint is timedelta:
        length = value if isinstance(value, int | float) and not isinstance(value, bool) else 5
        return f"timedelta(seconds={length})"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _either([repr(one.value) for one in hint])
    return _KINDS.get(hint) or _example(hint, value)


def kinds_of(hint: Any) -> frozenset[type] | None:
    """The kinds of which every value fits *hint*, or is looked into elsewhere; None: all do."""
    hint = _bare(hint)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in (Any, object) or isinstance(hint, typing.TypeVar):
        return None
    if origin in (Union, types.UnionType):
        found = [kinds_of(one) for one in inner]
        return None if None in found else frozenset[type]().union(*filter(None, found))
    if origin is Mapping:
        return frozenset({dict})
    if origin is Callable:
        return frozenset({types.FunctionType, types.MethodType, types.BuiltinFunctionType})
    plain = isinstance(hint, type) and origin is None and not dataclasses.is_dataclass(hint)
    return frozenset({hint}) if plain else frozenset()


def shown(value: object) -> str:
    """*value* as it may stand in a sentence."""
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        return value.__name__
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - an author's own __repr__
        text = f"a {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


@cache
def hints_of(thing: Any) -> Mapping[str, Any]:
    """The annotations of a function's parameters, or of a class's fields."""
    return typing.get_type_hints(thing)


def _bare(hint: Any) -> Any:
    """Without the name of a NewType and the marks of an Annotated."""
    while True:
        if typing.get_origin(hint) is typing.Annotated:
            hint = typing.get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            return hint


def _wrong(hint: Any, value: object, path: str) -> str:
    return f"{path} is {shown(value)}; use {wanted(hint, value)}"


def _of_union(inner: Sequence[Any], value: object, path: str) -> Fitted:
    tried = [fitted(one, value, path) for one in inner if one is not type(None)]
    if value is None and type(None) in inner:
        return value, []
    for found, mistakes in tried:
        if not mistakes:
            return found, []
    for one, (_, mistakes) in zip(inner, tried, strict=False):
        if dataclasses.is_dataclass(one) and isinstance(value, typing.cast("type", one)):
            return value, mistakes  # it is that one, with a mistake inside
    return value, [_wrong(Union[tuple(inner)], value, path)]  # noqa: UP007 - made of parts


def _of_class(hint: Any, value: object, path: str) -> Fitted:
    if hint is None:
        hint = type(None)
    if not isinstance(hint, type):
        return value, []
    if issubclass(hint, Enum) and isinstance(value, str) and not isinstance(value, hint):
        member = _member(hint, value)
        return (value, [_wrong(hint, value, path)]) if member is None else (member, [])
    is_number = isinstance(value, bool) and hint in (int, float)
    if is_number or not isinstance(value, (int, float) if hint is float else hint):
        return value, [_wrong(hint, value, path)]
    if dataclasses.is_dataclass(hint):
        return _of_fields(value, path)
    return value, []


def _member(kind: type[Enum], word: str) -> Enum | None:
    plain = word.strip().lower().replace("_", "-")
    return next((one for one in kind if str(one.value).replace("_", "-") == plain), None)


def _of_fields(value: Any, path: str) -> Fitted:
    mistakes: list[str] = []
    changed: dict[str, object] = {}
    hints = hints_of(value.__class__)
    for field in dataclasses.fields(value):
        if not field.init:
            continue
        given = getattr(value, field.name)
        meant, wrong = fitted(hints[field.name], given, f"{path}.{field.name}")
        mistakes += wrong
        if meant is not given:
            changed[field.name] = meant
    return (
        (dataclasses.replace(value, **changed), [])
        if changed and not mistakes
        else (
            value,
            mistakes,
        )
    )


def _of_sequence(hint: Any, value: object, path: str) -> Fitted:
    if not isinstance(value, list | tuple | set | frozenset):
        return value, [_wrong(hint, value, path)]
    inner = typing.get_args(hint)
    if len(inner) == 2 and inner[1] is Ellipsis:  # tuple[X, ...]
        inner = inner[:1]
    if len(inner) > 1 and len(inner) != len(value):
        return value, [f"{path} is {shown(value)}; use {len(inner)} values"]
    each = inner if len(inner) > 1 else inner * len(value)
    return _of_members(value, zip(each, value, range(len(value)), strict=True), path)


def _of_members(value: object, members: Iterator[tuple[Any, object, int]], path: str) -> Fitted:
    found = [fitted(hint, one, f"{path}[{place}]") for hint, one, place in members]
    mistakes = [mistake for _, wrong in found for mistake in wrong]
    meant = tuple(one for one, _ in found)
    if isinstance(value, tuple) and all(a is b for a, b in zip(meant, value, strict=True)):
        return value, mistakes
    return meant, mistakes


def _of_mapping(hint: Any, value: object, path: str) -> Fitted:
    if not isinstance(value, Mapping):
        return value, [_wrong(hint, value, path)]
    names, values = typing.get_args(hint)
    mistakes: list[str] = []
    meant: dict[object, object] = {}
    is_changed = False
    for name, one in value.items():
        mistakes += fitted(names, name, f"a name in {path}")[1]
        meant[name], wrong = fitted(values, one, f"{path}[{shown(name)}]")
        mistakes += wrong
        is_changed = is_changed or meant[name] is not one
    return (meant if is_changed else value), mistakes


def _example(kind: Any, value: object) -> str:
    """How one is made, by what its class says of itself or by its fields: ``Rate(5, …)``."""
    said = getattr(kind, "EXAMPLE", None)
    if isinstance(said, str):
        return said
    name = getattr(kind, "__name__", str(kind))
    if not dataclasses.is_dataclass(kind):
        return f"a {name}"
    hints = hints_of(typing.cast("Any", kind))
    fields = [field for field in dataclasses.fields(kind) if field.init]
    needed = [f for f in fields if f.default is f.default_factory is dataclasses.MISSING]
    texts = [_some(hints[field.name], value) for field in needed]
    if not texts and fields:
        texts = [f"{fields[0].name}={_some(hints[fields[0].name], value)}"]
    return f"{name}({', '.join(texts)})"


def _some(hint: Any, value: object) -> str:
    hint = _bare(hint)
    is_such = isinstance(hint, type) and isinstance(value, hint)
    return repr(value) if is_such else _SOME_VALUE.get(hint, "…")


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
