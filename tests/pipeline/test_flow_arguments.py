"""Flow arguments: the run goes to the parameter that is called or annotated so, wherever it is."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.engine import Engine, Town

from tieline import Run as RunOfTheFlow

Seen = list[tuple[Any, Any, Any]]


async def payload_alone(order: Any) -> None:
    SEEN.append((order, None, None))


async def called_run(order: Any, run: Any) -> None:
    SEEN.append((order, run, None))


async def annotated(order: Any, me: RunOfTheFlow) -> None:
    SEEN.append((order, me, None))


async def annotated_in_quotes(order: Any, me: "RunOfTheFlow | None") -> None:
    SEEN.append((order, me, None))


async def run_first(run: Any, order: Any) -> None:
    SEEN.append((order, run, None))


async def by_keyword(order: Any, *, run: Any = None) -> None:
    SEEN.append((order, run, None))


async def with_more(order: Any, run: Any, dry_run: bool = False) -> None:
    SEEN.append((order, run, dry_run))


class Desk:
    async def method(self, order: Any, run: Any) -> None:
        SEEN.append((order, run, None))


def wrapped(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(function)
    async def around(*args: Any, **named: Any) -> None:
        await function(*args, **named)

    return around


SEEN: Seen = []
FUNCTIONS: list[tuple[Callable[..., Awaitable[None]], bool, object]] = [
    (payload_alone, False, None),
    (called_run, True, None),
    (annotated, True, None),
    (annotated_in_quotes, True, None),
    (run_first, True, None),
    (by_keyword, True, None),
    (functools.partial(with_more, dry_run=True), True, True),
    (Desk().method, True, None),
    (wrapped(by_keyword), True, None),
]


@pytest.mark.parametrize(("function", "has_run", "more"), FUNCTIONS)
async def test_payload_and_run_arrive_where_they_belong(
    engine: Engine,
    town: Town,
    function: Callable[..., Awaitable[None]],
    has_run: bool,
    more: object,
) -> None:
    SEEN.clear()
    town.hub.flow(on=town.on(), name="flow")(function)

    await engine.open(town.hub)
    run = await engine.take({"ref": "o_1"})

    assert run.run.state == "done"
    ((order, given, extra),) = SEEN
    assert order == {"ref": "o_1"}
    assert (given.id if has_run else given) == (run.run.id if has_run else None)
    assert extra == more
