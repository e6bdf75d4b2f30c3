"""Contract reading: a model comes in; what reads its Decimal fields digit by digit goes out.

Pydantic reads a number as a double before a Decimal is made of it. What the text really has is
handed in beside it, by the double that it was read as.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from pydantic import BaseModel
from pydantic_core import SchemaValidator
from pydantic_core.core_schema import ValidationInfo, with_info_before_validator_function

from tieline.model.base.json_text import json_value

_DECIMAL = "decimal"


class _Exactly(Protocol):
    """Reads a JSON text into a model."""

    def __call__(self, text: bytes, *, strict: bool | None) -> Any: ...


def exact_validator(model: type[BaseModel]) -> _Exactly | None:
    """What reads *model* from a text that has numbers a float would round; None: it has no Decimal,
    and reads them as ever."""
    schema = _wrapped(model.__pydantic_core_schema__)
    if schema is model.__pydantic_core_schema__:
        return None
    # Not the validator that the class has already: it knows nothing of the numbers beside.
    validate = SchemaValidator(schema, None, _use_prebuilt=False).validate_json

    def exactly(text: bytes, *, strict: bool | None) -> Any:
        known = {float(number): number for number in _decimals(json_value(text))}
        return validate(text, strict=strict, context=known)

    return exactly


def _wrapped(schema: Any) -> Any:
    """*schema* with a look at the exact number before each Decimal; itself where it has none."""
    if isinstance(schema, list | tuple):
        found = [_wrapped(part) for part in schema]
        is_same = all(a is b for a, b in zip(found, schema, strict=True))
        return schema if is_same else type(schema)(found)
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == _DECIMAL:
        return with_info_before_validator_function(_exact, schema)
    changed = {name: _wrapped(part) for name, part in schema.items()}
    is_same = all(changed[name] is schema[name] for name in schema)
    return schema if is_same else changed


def _exact(value: object, info: ValidationInfo) -> object:
    """As Decimal whatever JSON may have for one: behind this, numbers are taken for Python's."""
    known: Mapping[float, Decimal] = info.context or {}
    match value:
        case bool():
            return value
        case float():
            return known.get(value) or Decimal(repr(value))
        case int() | str():
            with suppress(InvalidOperation):
                return Decimal(value)
    return value


def _decimals(document: Any) -> Iterator[Decimal]:
    if isinstance(document, Decimal):
        yield document
    elif isinstance(document, dict):
        for one in document.values():
            yield from _decimals(one)
    elif isinstance(document, list):
        for one in document:
            yield from _decimals(one)
