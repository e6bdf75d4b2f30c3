"""Flow arguments: a flow's function comes in; how it is given its payload and its run goes out."""

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from tieline.authoring.contract import Contract
from tieline.ports.run import Run

RUN = "run"
_Kind = inspect.Parameter
_POSITIONAL = (_Kind.POSITIONAL_ONLY, _Kind.POSITIONAL_OR_KEYWORD)
_RULE = "a flow takes its payload and, where it is called run or annotated Run, its run"


def with_run(function: Callable[..., Awaitable[None]]) -> Callable[[Any, Run], Awaitable[None]]:
    """*function* as the engine calls it, with a payload and a run; its signature is sound."""
    parameters = _given(function)
    run = _run_among(function, parameters)
    if run is None:
        return lambda payload, _: function(payload)
    if run.kind is _Kind.KEYWORD_ONLY:
        return lambda payload, live: function(payload, **{run.name: live})
    if parameters[0] is run:
        return lambda payload, live: function(live, payload)
    return function


def mistakes_of_parameters(function: Callable[..., object]) -> Iterator[str]:
    """What nobody would give *function*, or what it could not take."""
    parameters = _given(function)
    if parameters and parameters[0].name in {"self", "cls"}:
        yield (
            f"its function takes {parameters[0].name!r}: it stands in the body of a class, where "
            "there is no object yet; declare the method of an object, hub.flow(…)(thing.method)"
        )
        return
    run = _run_among(function, parameters)
    others = [one for one in parameters if one is not run]
    if not others:
        yield f"its function has no place for the payload; {_RULE}"
    first = others[:1] if others and others[0].kind in _POSITIONAL else []
    for one in others[len(first) :]:
        yield f"its function takes {_spelled(one)}, which nobody gives it; {_RULE}"


def payload_contract(function: Callable[..., object]) -> type[Contract] | None:
    """The contract that the payload's parameter is annotated with."""
    parameters = _given(function)
    run = _run_among(function, parameters)
    payload = next((one for one in parameters if one is not run), None)
    hint = None if payload is None else _hints(function).get(payload.name)
    return hint if isinstance(hint, type) and issubclass(hint, Contract) else None


def _given(function: Callable[..., object]) -> list[_Kind]:
    """The parameters of *function* that its author did not fill already by a partial."""
    filled = function.keywords if isinstance(function, functools.partial) else {}
    return [p for p in inspect.signature(function).parameters.values() if p.name not in filled]


def _run_among(function: Callable[..., object], parameters: list[_Kind]) -> _Kind | None:
    """The one that is annotated Run, else the one of that name."""
    able = [p for p in parameters if p.kind in (*_POSITIONAL, _Kind.KEYWORD_ONLY)]
    hints = _hints(function)
    annotated = [p for p in able if _says_run(hints.get(p.name))]
    named = [p for p in able if p.name == RUN]
    return next(iter([*annotated, *named]), None)


def _says_run(hint: object) -> bool:
    if isinstance(hint, str):  # a name that only the type checker knows
        return hint.split(" | ")[0].rpartition(".")[2] == Run.__name__
    return hint is Run or any(part is Run for part in typing.get_args(hint))


def _hints(function: Callable[..., object]) -> dict[str, Any]:
    whole = function.func if isinstance(function, functools.partial) else function
    whole = inspect.unwrap(whole)
    try:
        return typing.get_type_hints(whole)
    except Exception:  # noqa: BLE001 - an annotation may be any expression of the author's
        return dict(getattr(whole, "__annotations__", {}))


def _spelled(parameter: _Kind) -> str:
    stars = "*" if parameter.kind is _Kind.VAR_POSITIONAL else ""
    stars = "**" if parameter.kind is _Kind.VAR_KEYWORD else stars
    return repr(f"{stars}{parameter.name}")
