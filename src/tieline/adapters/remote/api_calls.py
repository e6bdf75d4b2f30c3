"""Api calls: a person's command for a hub elsewhere becomes the API's call that does the same.

There is no second door for commands: what the command line orders of a hub elsewhere goes through
the calls that everybody uses, with their checks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.command import Command, OperatorCommand
from tieline.model.commands import Counted, Decided

PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A POST to the API, behind ``/api/v1``."""

    path: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteCommand:
    """How one kind of command is ordered of a hub elsewhere."""

    call: str = ""
    """The path, with fields of the command in braces. Empty: it is not ordered by its own name."""
    about: str = ""
    """What the fields in the path name; empty: the path's own noun."""
    body: Callable[[Any], Mapping[str, Any]] | None = None
    """What goes along beside the reason; None: the fields that are not in the path."""
    beside_store: Callable[[Any], str] | None = None
    """Says why it can only be done beside the store."""


Orders = Mapping[type[Command[Any]], RemoteCommand]


def call_of(command: Command[Any], orders: Orders) -> ApiCall:
    """The call that does *command*. Raises CommandRefused, and NotFound for a useless id."""
    order = orders.get(type(command), RemoteCommand())
    if order.beside_store is not None:
        raise CommandRefused(order.beside_store(command))
    if not order.call or not isinstance(command, OperatorCommand):
        words = f"{type(command).__name__} can only be ordered beside a store, without --url"
        raise CommandRefused(words)
    body = _left(command, order.call) if order.body is None else order.body(command)
    return ApiCall(_path(command, order), {**body, "reason": command.by.reason})


def answer_of(told: Mapping[str, Any]) -> Counted | Decided:
    """What an answer says was changed, as a store says it."""
    if isinstance(told.get("done"), list):
        refused = tuple((id_, words) for id_, words in told["refused"])
        return Decided(tuple(told["done"]), refused)
    return Counted(int(told.get("cancelled", told.get("fresh", True))))


def _path(command: Command[Any], order: RemoteCommand) -> str:
    """Raises NotFound for a text that can be no name of what the path is about."""

    def filled(found: re.Match[str]) -> str:
        text = str(getattr(command, found[1]))
        if not text or "/" in text:
            raise NotFound(order.about or _noun(command, order.call), text[:80])
        return quote(text, safe="")

    return PLACE.sub(filled, order.call)


def _noun(command: Command[Any], path: str) -> str:
    """``issue`` of ``/issues/{id}/mute``; ``flow`` of ``/{kind}s/{name}/pause``."""
    first = path.split("/")[1].removesuffix("s")
    found = PLACE.fullmatch(first)
    return str(getattr(command, found[1])) if found else first


def _left(command: Any, path: str) -> dict[str, Any]:
    used = {"by", *PLACE.findall(path)}
    given = {one.name: getattr(command, one.name) for one in fields(command)}
    return {
        name: _plain(value)
        for name, value in given.items()
        if name not in used and value is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, StrEnum) else value
