"""Wire: an operator's command or its answer comes in; one line of JSON goes out, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from tieline.model import commands as c
from tieline.model.base import errors as e
from tieline.model.command import Command, OperatorCommand, name_of

LONGEST_LINE_BYTES = 4 * 1024 * 1024
"""An edited event travels whole."""

Order = OperatorCommand[c.Counted | c.Decided]
"""What may travel: a command of people, with an answer that travels too."""

Orders = Mapping[str, type[Order]]
"""What may be asked for, by name: operators' commands and nothing of the engine's own."""
STATUS = "status"

PROBLEMS: tuple[tuple[str, type[e.TielineError]], ...] = (
    ("not-found", e.NotFound),
    ("conflict", e.Conflict),
    ("refused", e.CommandRefused),
    ("store-full", e.StoreFull),
    ("store-corrupt", e.StoreCorrupt),
    ("store", e.StoreError),
)
"""First match wins; anything else is ``internal``."""


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A request: what to do, with what."""

    do: str
    args: Any


def request(do: str, args: object) -> bytes:
    """One line that asks for *do*."""
    return orjson.dumps({"do": do, "args": args}) + b"\n"


def request_of(command: Command[Any]) -> bytes:
    """One line that asks for *command*. Raises CommandRefused for one that is no operator's."""
    if not isinstance(command, OperatorCommand):
        raise e.CommandRefused(f"{type(command).__name__} is not an operator's command")
    args = TypeAdapter(type(command)).dump_python(command, mode="json")
    return request(name_of(type(command)), args)


def read_request(line: bytes) -> ControlRequest:
    """Raises CommandRefused for what is no request."""
    try:
        document = orjson.loads(line)
        return ControlRequest(document["do"], document.get("args"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise e.CommandRefused('a request is {"do": name, "args": {…}} in one line') from None


def read_command(asked: ControlRequest, orders: Orders) -> Order:
    """Raises CommandRefused for a name that is not known, or arguments that do not fit it."""
    kind = orders.get(asked.do) if isinstance(asked.do, str) else None
    if kind is None:
        known = ", ".join((*orders, STATUS))
        raise e.CommandRefused(f"{str(asked.do)[:40]!r} is not one of {known}")
    try:
        return TypeAdapter(kind).validate_json(orjson.dumps(asked.args))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        words = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults[:3])
        raise e.CommandRefused(f"the arguments of {asked.do} do not fit: {words}") from None


def answer_of(answer: c.Counted | c.Decided) -> dict[str, object]:
    """What a command came to, as it travels."""
    if isinstance(answer, c.Decided):
        return {"done": answer.done, "refused": answer.refused}
    return {"count": answer.count}


def read_done(told: Mapping[str, Any]) -> c.Counted | c.Decided:
    """The same on the other side."""
    if "done" in told:
        refused = tuple((run_id, words) for run_id, words in told["refused"])
        return c.Decided(tuple(told["done"]), refused)
    return c.Counted(told["count"])


def ok(answer: object) -> bytes:
    """One line that says it is done."""
    return orjson.dumps({"ok": answer}) + b"\n"


def problem(error: Exception) -> bytes:
    """One line that says why not."""
    code = next((code for code, kind in PROBLEMS if isinstance(error, kind)), "internal")
    detail = str(error) if code != "internal" else f"{type(error).__name__}: {error}"
    told: dict[str, str] = {"code": code, "detail": detail}
    if isinstance(error, e.NotFound):
        told |= {"kind": error.kind, "key": error.key}
    return orjson.dumps({"problem": told}) + b"\n"


def read_answer(line: bytes) -> Any:
    """What was answered. Raises the problem as the error that it was."""
    document = orjson.loads(line)
    told = document.get("problem")
    if told is None:
        return document["ok"]
    if told["code"] == "not-found":
        raise e.NotFound(told["kind"], told["key"])
    kind = next((kind for code, kind in PROBLEMS if code == told["code"]), e.StoreError)
    raise kind(told["detail"])
