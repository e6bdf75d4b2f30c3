"""Raising hub: a flow that raises what ends Python itself, wherever a flow can raise something."""

import asyncio
from collections.abc import Callable
from typing import Any

from tieline import Connector, Hub, NoAuth, Run
from tieline.model.inbound.signature import EventShape, WebhookScheme

hub = Hub("raising")
EVENTS = WebhookScheme(
    name="shop",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="",
)
shop = hub.connect("shop", Connector("shop", auth=NoAuth(), webhook=EVENTS))


class Own(BaseException):
    """Of the author's."""


KINDS = {one.__name__: one for one in (KeyboardInterrupt, SystemExit, GeneratorExit, Own)}


def raiser(kind: str) -> Callable[[], None]:
    """Raises it when it is called."""

    def fail() -> None:
        raise KINDS[kind]("enough")

    return fail


async def later(kind: str) -> None:
    """Raises it in a task."""
    raiser(kind)()


@hub.flow(on=shop.webhook("body", unverified=True))
async def body(order: dict[str, Any]) -> None:
    raiser(order["error"])()


@hub.flow(on=shop.webhook("step", unverified=True))
async def step(order: dict[str, Any], run: Run) -> None:
    await run.step("raises", raiser(order["error"]))


@hub.flow(on=shop.webhook("task", unverified=True))
async def task(order: dict[str, Any]) -> None:
    await asyncio.create_task(later(order["error"]))


@hub.flow(on=shop.webhook("orphan", unverified=True))
async def orphan(order: dict[str, Any]) -> None:
    """Leaves a task and a callback behind that raise it."""
    made = asyncio.create_task(later(order["error"]))
    asyncio.get_running_loop().call_soon(raiser(order["error"]))
    await asyncio.sleep(0.01)
    assert made.done()
