"""Schema: a type that an endpoint answers comes in; the JSON Schema of how it is shown goes out.

It says of types what ``rules/plain.py`` does with values: moments become ISO 8601 texts.
"""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from tieline.rules.formats.plain import shown_name

Schema = dict[str, Any]
REF = "#/components/schemas/"
TEXT: Schema = {"type": "string"}
SIMPLE: dict[object, Schema] = {
    str: TEXT,
    bytes: TEXT,
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}


class Schemas:
    """Collects the schemas of the types that are named in answers."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """The schema of *kind*, which may refer to those in ``named``."""
        if kind in SIMPLE:
            return SIMPLE[kind]
        if isinstance(kind, NewType):
            return self.of(kind.__supertype__)
        origin = get_origin(kind)
        if origin is not None and is_dataclass(origin):
            return self._generic(kind, origin)
        if origin is not None:
            return self._of_container(kind, origin)
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return {"type": "string", "enum": [str(one) for one in kind]}
        if isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields")):
            return self._named(kind.__name__, kind, {})
        return {}

    def _of_container(self, kind: Any, origin: Any) -> Schema:
        args = get_args(kind)
        if origin in {Union, types.UnionType}:
            return {"anyOf": [self.of(one) for one in args]}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(args[1])}
        if len(args) == 2 and args[1] is ...:
            return {"type": "array", "items": self.of(args[0])}
        if origin is tuple:
            count = {"minItems": len(args), "maxItems": len(args)}
            items = [self.of(one) for one in dict.fromkeys(args)]
            shape = items[0] if len(items) == 1 else {"anyOf": items}
            return {"type": "array", "items": shape, **count}
        return {"type": "array", "items": self.of(args[0])} if args else {"type": "array"}

    def _generic(self, kind: Any, origin: Any) -> Schema:
        (of,) = get_args(kind)
        name = f"{getattr(of, '__name__', 'Any')}{origin.__name__}"
        (variable,) = origin.__parameters__
        return self._named(name, origin, {variable: of})

    def _named(self, name: str, kind: Any, given: Mapping[TypeVar, Any]) -> Schema:
        if name not in self.named:
            self.named[name] = {}  # it may have itself inside
            self.named[name] = self._object(kind, given)
        return {"$ref": REF + name}

    def _object(self, kind: Any, given: Mapping[TypeVar, Any]) -> Schema:
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
        members = {}
        for name in names:
            hint = _filled(hints[name], given)
            shown, is_moment = shown_name(name)
            members[shown] = self._moment(hint) if is_moment else self.of(hint)
        made: Schema = {
            "type": "object",
            "properties": members,
            "required": list(members),
        }
        words = (kind.__doc__ or "").strip().splitlines()
        return {**made, "description": words[0]} if words else made

    def _moment(self, hint: Any) -> Schema:
        text = {"type": "string", "format": "date-time"}
        return {"anyOf": [text, {"type": "null"}]} if type(None) in get_args(hint) else text


def _filled(hint: Any, given: Mapping[TypeVar, Any]) -> Any:
    """*hint* with type variables replaced: ``tuple[R, ...]`` of a page of runs."""
    if hint in given:
        return given[hint]
    args = get_args(hint)
    if given and args and get_origin(hint) is tuple:
        return tuple.__class_getitem__(tuple(_filled(one, given) for one in args))
    return hint
