"""Contract check: a contract comes in; what its marks and its strictness do not hold goes out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tieline.authoring.contract import (
    Contract,
    Key,
    Sensitive,
    is_loosened,
    marks_in,
    parts_of,
)

_SEVERAL = (Mapping, Sequence, Collection)
"""Of what is in one of these there may be several, or none."""


def mistakes_of_contract(contract: type[Contract]) -> Iterator[str]:
    """Every mistake in *contract*, by field."""
    loosened = is_loosened(contract)
    mistakes = [text for name, field in contract.model_fields.items() for text in _of(name, field)]
    for model in parts_of(contract):
        mistakes += _of_keys(model)
        if loosened and "strict" not in model.model_config:
            mistakes.append(
                f"whether its part {model.__name__} bends types is not said, and another part says "
                "strict=False; give it model_config = ConfigDict(strict=True), or False"
            )
    yield from (f"contract {contract.contract_name!r}: {text}" for text in mistakes)


def _of(name: str, field: FieldInfo) -> Iterator[str]:
    for mark in (Key, Sensitive):
        if field.default is mark or isinstance(field.default, mark):
            word = mark.__name__
            yield f"{word} is the default of {name!r}; write {name}: Annotated[str, {word}]"
    if marks_in(field, Key) and _is_several(field.annotation):
        yield (
            f"{name!r} is a Key, and not one name but several; give each to its run by run.refer(…)"
        )


def _of_keys(part: type[BaseModel]) -> Iterator[str]:
    for name, field in part.model_fields.items():
        if marks_in(field, Key):
            yield (
                f"the Key {name!r} stands in its part {part.__name__}, where it names nothing; "
                f"lift it to the contract, by Field(validation_alias=AliasPath('…', {name!r}))"
            )


def _is_several(annotation: Any) -> bool:
    """Whether a value of it is no single name."""
    origin = get_origin(annotation)
    kind = origin if isinstance(origin, type) else annotation
    if isinstance(kind, type) and issubclass(kind, str | bytes):
        return False
    if isinstance(kind, type) and issubclass(kind, (*_SEVERAL, BaseModel)):
        return True
    return any(_is_several(part) for part in get_args(annotation))
