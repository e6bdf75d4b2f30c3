"""Poison hub: flows that end or hang their process, and one that does not."""

import asyncio
import os
import time
from typing import Any

from tieline import Connector, Hub, NoAuth
from tieline.model.inbound.signature import EventShape, WebhookScheme

hub = Hub("poison")
EVENTS = WebhookScheme(
    name="shop",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="",
)
shop = hub.connect("shop", Connector("shop", auth=NoAuth(), webhook=EVENTS))


@hub.flow(on=shop.webhook("poison", unverified=True))
async def poison(order: dict[str, Any]) -> None:
    """Ends its process, as a crash of a library or a lack of memory would."""
    await asyncio.sleep(0.2)
    os._exit(7)


@hub.flow(on=shop.webhook("blocking", unverified=True))
async def blocking(order: dict[str, Any]) -> None:
    """Keeps the loop for as long as it is told."""
    time.sleep(order["seconds"])  # noqa: ASYNC251 - this is what it is about


@hub.flow(on=shop.webhook("beside", unverified=True))
async def beside(order: dict[str, Any]) -> None:
    """Takes longer than the poison needs."""
    await asyncio.sleep(0.6)
