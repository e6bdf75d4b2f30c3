"""Questions: they travel to a hub elsewhere as JSON, and come back as values with their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from tieline.adapters.remote.question_limits import QuestionLimits, check
from tieline.model.base.errors import CommandRefused
from tieline.model.question import Question
from tieline.rules.people.access import Permission


@dataclass(frozen=True, slots=True)
class RemoteQuestion:
    """A question that may be asked from elsewhere. None answers a payload unredacted."""

    kind: type[Question[Any]]
    needs: Permission
    bounds: QuestionLimits = field(default_factory=QuestionLimits)


Questions = Mapping[str, RemoteQuestion]
"""By the name of its class."""

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
_ANSWERS: dict[type[Any], TypeAdapter[Any]] = {}
"""Made when they are first needed: each costs a few milliseconds."""


def adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """How values of *kind* travel."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def answers_of(kind: type[Any]) -> TypeAdapter[Any]:
    """How the answers to a question travel; its class says what they are."""
    if kind not in _ANSWERS:
        (base,) = kind.__orig_bases__
        (answer,) = get_args(base)
        _ANSWERS[kind] = TypeAdapter(answer)
    return _ANSWERS[kind]


def read(name: str, args: object, questions: Questions) -> Any:
    """The question that *name* and *args* stand for. Raises CommandRefused."""
    if name not in questions:
        raise CommandRefused(f"{name[:40]!r} is not one of {', '.join(questions)}")
    asked = questions[name]
    try:
        question = adapter(asked.kind).validate_python(args)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        words = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults[:3])
        raise CommandRefused(f"the arguments of {name} do not fit: {words}") from None
    check(question, asked.bounds)
    return question
