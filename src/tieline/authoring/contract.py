"""Contract: a Pydantic class goes in; a payload's shape, keys and sensitive fields come out."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, get_args

from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Strict, ValidationError
from pydantic.fields import FieldInfo

from tieline.authoring.contract_reading import exact_validator
from tieline.model.base.json_text import has_long_number, text_again
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
    exactly = exact_validator(contract)
    # Said of all of it, since a model inside does not take on what its contract says of itself.
    strict = None if is_loosened(contract) else True

    def parse(document: object) -> Contract:
        # As JSON text, since strict mode reads dates and decimals from text only there.
        text = text_again(document)
        if exactly is not None and has_long_number(text):
            parsed: Contract = exactly(text, strict=strict)
        else:
            parsed = validate(text, strict=strict)
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


def explain(error: ValueError) -> str:
    """Every fault of a payload, by path, without the values that were found there."""
    if not isinstance(error, ValidationError):
        return str(error)
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, f['loc'])) or 'payload'}: {f['msg']}" for f in faults)


def parts_of(contract: type[BaseModel]) -> list[type[BaseModel]]:
    """The models inside *contract*, at any depth."""
    found: dict[type[BaseModel], None] = {}
    waiting = [contract]
    while waiting:
        fields = waiting.pop().model_fields.values()
        inner = {model: None for field in fields for model in _models_in(field.annotation)}
        waiting += [model for model in inner if model not in found]
        found |= inner
    found.pop(contract, None)
    return list(found)


def is_loosened(contract: type[BaseModel]) -> bool:
    """Whether its author lets types be bent somewhere in it."""
    models = [contract, *parts_of(contract)]
    if any(model.model_config.get("strict") is False for model in models):
        return True
    fields = [field for model in models for field in model.model_fields.values()]
    marks = [mark for field in fields for mark in marks_in(field, Strict)]
    return any(not mark.strict for mark in marks)


def _keys(contract: type[Contract]) -> list[tuple[str, str]]:
    return [
        (name, (mark.kind if isinstance(mark, Key) else None) or _kind_of(name))
        for name, field in contract.model_fields.items()
        for mark in marks_in(field, Key)
    ]


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
        if marks_in(field, Sensitive):
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


def marks_in(field: FieldInfo, mark: type) -> list[Any]:
    """Every *mark* of a field, also inside, as in ``Annotated[str, Sensitive] | None``."""
    return [*_marks(field.metadata, mark), *_marks_inside(field.annotation, mark)]


def _marks_inside(annotation: Any, mark: type) -> list[Any]:
    found = _marks(getattr(annotation, "__metadata__", ()), mark)
    return found + [one for part in get_args(annotation) for one in _marks_inside(part, mark)]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _marks(marks: Iterable[Any], mark: type) -> list[Any]:
    return [one for one in marks if one is mark or isinstance(one, mark)]
