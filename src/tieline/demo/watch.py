"""Watch: a stage comes in; how it stands goes out to a screen, twice a second."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from tieline.demo.parts import DemoParts
from tieline.demo.vendors import Json
from tieline.model.base.errors import CommandRefused, StoreError
from tieline.model.views.rows import FlowCount
from tieline.model.views.views import CountWork

EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class DemoStatus:
    """One look at everything."""

    elapsed_s: float
    seconds: float
    vendors: Mapping[str, Json]
    """What each counted."""
    flows: tuple[FlowCount, ...]
    """What the hub has not finished."""
    notes: tuple[str, ...]


class DemoView(Protocol):
    """The role of whoever shows how a demo stands."""

    def show(self, standing: DemoStatus) -> None:
        """Show *standing*."""
        ...


@asynccontextmanager
async def watching(stage: DemoParts, screen: DemoView | None) -> AsyncIterator[None]:
    """Look and show while the block lasts, and once more at its end."""
    if screen is None:
        yield
        return
    looking = asyncio.create_task(_look_again(stage, screen))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
    await _look(stage, screen)


async def _look_again(stage: DemoParts, screen: DemoView) -> None:
    while True:
        await _look(stage, screen)
        await asyncio.sleep(EVERY_S)


async def _look(stage: DemoParts, screen: DemoView) -> None:
    """A look that fails, as while the hub is down, is left out."""
    with suppress(CommandRefused, StoreError, OSError):
        vendors = {name: await vendor.stats() for name, vendor in stage.vendors.items()}
        counted = await stage.views.read(CountWork())
        notes = tuple(stage.notes)
        seconds = stage.wishes.seconds
        screen.show(DemoStatus(stage.elapsed_s, seconds, vendors, counted.flows, notes))
