"""Command: a durable operation as a small frozen value, and by its type what its commit answers.

``answer = await journal.commit(command)``, as ``answer = await views.read(question)``.
"""

import re
from typing import Any, ClassVar, Generic, TypeVar

from tieline.model.base.by import By
from tieline.model.base.value import value

A_co = TypeVar("A_co", covariant=True)

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Command(Generic[A_co]):
    """A durable operation, and by its type parameter what the answer is."""

    __slots__ = ()


class OperatorCommand(Command[A_co]):
    """A command that people may order from outside the hub's process; the audit log says who."""

    __slots__ = ()

    by: By
    pauses: ClassVar[bool] = False
    """Whether it may hold work or let it go: every process looks at once."""


@value
class Counted:
    """How many rows a bounded command touched."""

    count: int


def name_of(kind: type[Command[Any]]) -> str:
    """The name of a *kind* of command for people: ``retry-dead`` of RetryDead."""
    return _CAPITAL.sub("-", kind.__name__).lower()
