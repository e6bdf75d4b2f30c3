"""Held hub: a flow that wants a person's yes, and writes down what came of it; to be killed."""

import os
from pathlib import Path
from typing import Any

from tieline import Connector, Hub, Run
from tieline.model.inbound.signature import EventShape, WebhookScheme

hub = Hub("held")
shop = hub.connect(
    "shop",
    Connector(
        "shop",
        webhook=WebhookScheme(
            name="shop",
            schemes=(),
            shape=EventShape(type_path="type", id_path="id", data_path="data"),
            docs="",
        ),
    ),
)


def note(words: str) -> str:
    """One line of a book that outlives the process."""
    with Path(os.environ["TIELINE_TEST_BOOK"]).open("a", encoding="utf-8") as book:
        book.write(f"{words}\n")
    return words


@hub.flow(on=shop.webhook("order.placed", unverified=True))
async def approve(order: dict[str, Any], run: Run) -> None:
    """Two holds of the same words, and a line behind each."""
    for part in ("first", "second"):
        passed = await run.hold("amount above limit")
        await run.step("note", note, f"{part}: {passed.by}: {passed.words}")
