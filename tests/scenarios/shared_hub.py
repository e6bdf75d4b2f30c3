"""Shared hub: one flow with one call; what its workers share can be counted where it ends."""

import os
from datetime import timedelta
from typing import Any

from tieline import Connector, Hub, NoAuth, Rate, RetryPolicy, Run
from tieline.model.inbound.signature import EventShape, WebhookScheme

hub = Hub("shared")
EVENTS = WebhookScheme(
    name="shop",
    schemes=(),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="",
)
A_SECOND = timedelta(seconds=1)
RATE = os.environ.get("SHARED_RATE")
"""Calls a second and burst, such as ``80/8``."""


def rate() -> Rate | None:
    if RATE is None:
        return None
    count, burst = RATE.split("/")
    return Rate(int(count), A_SECOND, burst=int(burst))


shop = hub.connect("shop", Connector("shop", webhook=EVENTS))
books = hub.connect(
    "books",
    Connector("books", auth=NoAuth(), idempotency_header="Idempotency-Key"),
    base_url=os.environ.get("SHARED_URL", "http://127.0.0.1:9"),
    allow=("127.0.0.1",),
    rate=rate(),
    at_once=int(os.environ.get("SHARED_AT_ONCE", "64")),
    retry=RetryPolicy(attempts=30, first=A_SECOND / 5, cap=A_SECOND),
)


@hub.flow(on=shop.webhook("work", unverified=True))
async def post(order: dict[str, Any], run: Run) -> None:
    """One call, that says who made it."""
    await books.post("/entries", json={"n": order["n"], "pid": os.getpid()})
