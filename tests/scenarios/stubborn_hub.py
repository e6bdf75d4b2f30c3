"""Stubborn hub: flows that a stop cannot end; each leaves a file when it has begun."""

import asyncio
import time
from pathlib import Path
from typing import Any

from tieline import Connector, Hub, NoAuth, Run
from tieline.model.inbound.signature import EventShape, WebhookScheme

hub = Hub("stubborn")
EVENTS = WebhookScheme(
    name="shop",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="",
)
shop = hub.connect("shop", Connector("shop", auth=NoAuth(), webhook=EVENTS))


def note(number: int) -> None:
    Path(f"began-{number}").touch()


@hub.flow(on=shop.webhook("deaf", unverified=True))
async def deaf(order: dict[str, Any]) -> None:
    """Catches its cancellation, always."""
    note(order["n"])
    while True:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            continue


def sleep(number: int) -> None:
    note(number)
    time.sleep(3_600)


@hub.flow(on=shop.webhook("asleep", unverified=True))
async def asleep(order: dict[str, Any], run: Run) -> None:
    """A thread that nobody can wake, in a step."""
    await run.step("sleep", sleep, order["n"])


@hub.flow(on=shop.webhook("quick", unverified=True))
async def quick(order: dict[str, Any]) -> None:
    """Ends at once."""
    note(order["n"])
