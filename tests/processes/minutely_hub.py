"""Minutely hub: a schedule that fires every minute, and a flow that takes what it makes."""

from typing import Any

from tieline import Hub

hub = Hub("minutely")


@hub.flow(on=hub.schedule("* * * * *", name="minutely"))
async def tick(firing: dict[str, Any]) -> None:
    """Nothing to do but to be counted."""
