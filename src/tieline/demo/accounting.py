"""Accounting: a stage at work comes in; its account, made once a second, goes out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tieline.demo.parts import DemoParts
from tieline.model.base.errors import StoreError

EVERY_S = 1.0


@dataclass(slots=True)
class DemoAccounts:
    """How the account of a demo stood, second by second."""

    made: int = 0
    words: tuple[str, ...] = ()
    """The latest."""
    off: list[str] = field(default_factory=list)
    """Those in which something was lost or doubled."""

    async def make(self, stage: DemoParts) -> None:
        """One more, of everything since the curtain rose."""
        balanced, self.words = await stage.account(stage.views, stage.started_us)
        self.made += 1
        if not balanced:
            self.off.append(" · ".join(self.words))


@asynccontextmanager
async def accounting(stage: DemoParts) -> AsyncIterator[DemoAccounts]:
    """Make the account once a second while the block lasts."""
    accounts = DemoAccounts()
    task = asyncio.create_task(_again(stage, accounts))
    try:
        yield accounts
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again(stage: DemoParts, accounts: DemoAccounts) -> None:
    while True:
        with suppress(StoreError):  # while the hub is killed
            await accounts.make(stage)
        await asyncio.sleep(EVERY_S)
