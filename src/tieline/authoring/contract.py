"""Contract: a Pydantic class goes in; a payload's shape, keys and sensitive fields come out."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, get_args

import orjson
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from tieline.model.hub.flow import ContractSpec, PayloadMemory

_EMPTY: tuple[Any, ...] = (list, dict, set, frozenset, tuple, str, int, bool, float)


class Key:
    """Marks a field as a business name: ``invoice_id: Annotated[str, Key]`` is ``invoice:<value>``.

    ``Key("order")`` gives the reference kind explicitly.
    """

    def __init__(self, kind: str | None = None) -> None:
        self.kind = kind


class Sensitive:
    """Marks a field whose value is never shown: ``email: Annotated[str, Sensitive]``.

    It is kept out of logs, traces, metrics, messages and pages, and where the vault has a secret
    ``sealing`` also out of the store. With ``Key`` as well (``Annotated[str, Key, Sensitive]``),
    people who know the value find its story, and a hash stands wherever the name would.
    """


class Contract(BaseModel):
    """A versioned payload shape: ``class InvoicePaid(Contract, name="invoice.paid", version=1)``.

    Unknown fields are allowed and ignored, since providers add fields without notice; types are
    not bent (``"5"`` is no integer).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, populate_by_name=True)

    contract_name: ClassVar[str] = ""
    contract_version: ClassVar[int] = 1

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, name: str | None = None, version: int = 1, **kwargs: Any
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.contract_name = name or cls.__name__
        cls.contract_version = version

    def __init_subclass__(cls, *, name: str | None = None, version: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)


def spec_of(contract: type[Contract]) -> ContractSpec:
    """The contract as data, for the engine, docs and checks."""
    return ContractSpec(
        name=contract.contract_name,
        version=contract.contract_version,
        parse=_parser(contract),
        explain=explain,
        keys=tuple(_keys(contract)),
        fields=frozenset(contract.model_fields),
        sensitive=frozenset(sensitive_fields(contract)),
        memory=_memory_of(contract),
    )


def _parser(contract: type[Contract]) -> Callable[[object], Contract]:
    validate = contract.__pydantic_validator__.validate_json

    def parse(document: object) -> Contract:
        # As JSON text, since strict mode reads dates and decimals from text only there.
        parsed: Contract = validate(_json(document))
        return parsed

    return parse


def _memory_of(contract: type[Contract]) -> PayloadMemory | None:
    """Only where a field is filled by what may give another value each time."""
    if not any(_makes_anew(model) for model in {contract, *_models_within(contract, set())}):
        return None

    def write(typed: Contract) -> bytes:
        return typed.model_dump_json(round_trip=True).encode()

    def read(remembered: bytes) -> Contract:
        return contract.model_validate_json(remembered, by_name=True)

    return PayloadMemory(write, read)


def _makes_anew(model: type[BaseModel]) -> bool:
    factories = (field.default_factory for field in model.model_fields.values())
    return any(factory is not None and factory not in _EMPTY for factory in factories)


def _models_within(model: type[BaseModel], seen: set[type]) -> Iterator[type[BaseModel]]:
    if model in seen:
        return
    seen.add(model)
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            yield inner
            yield from _models_within(inner, seen)


def _json(document: object) -> bytes:
    try:
        return orjson.dumps(document)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(document).encode()


def explain(error: ValueError) -> str:
    """Every fault of a payload, by path, without the values that were found there."""
    if not isinstance(error, ValidationError):
        return str(error)
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, f['loc'])) or 'payload'}: {f['msg']}" for f in faults)


def _keys(contract: type[Contract]) -> list[tuple[str, str]]:
    found = []
    for name, field in contract.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Key):
                found.append((name, mark.kind or _kind_of(name)))
            elif mark is Key:
                found.append((name, _kind_of(name)))
    return found


def _kind_of(field: str) -> str:
    """``invoice_id`` → ``invoice``."""
    return field.removesuffix("_id") or field


def sensitive_fields(contract: type[BaseModel]) -> Iterator[str]:
    """Every name under which a sensitive value may stand in a payload, at any depth."""
    yield from _sensitive_in(contract, set())


def _sensitive_in(model: type[BaseModel], seen: set[type]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        if _has(field.metadata, Sensitive) or _is_marked(field.annotation):
            yield from (name, *_aliases(field))
        for inner in _models_in(field.annotation):
            yield from _sensitive_in(inner, seen)


def _aliases(field: FieldInfo) -> Iterator[str]:
    """The names that a payload may use instead; the last part of a path is what it stands under."""
    if field.alias is not None:
        yield field.alias
    choices = field.validation_alias
    for choice in choices.choices if isinstance(choices, AliasChoices) else (choices,):
        if isinstance(choice, str):
            yield choice
        elif isinstance(choice, AliasPath):
            yield from (part for part in choice.path[-1:] if isinstance(part, str))


def _is_marked(annotation: Any) -> bool:
    """Whether the mark stands inside, as in ``Annotated[str, Sensitive] | None``."""
    if _has(getattr(annotation, "__metadata__", ()), Sensitive):
        return True
    return any(_is_marked(part) for part in get_args(annotation))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _has(marks: Iterable[Any], mark: type) -> bool:
    return any(m is mark or isinstance(m, mark) for m in marks)
