"""Behind: decisions about many runs go on while nobody waits for them."""

import asyncio

from tieline.model.facts import PassFailed
from tieline.operations.long_work import bulk_pass
from tieline.surfaces.web.parts import WebParts

BUSY_S = 0.05
"""Between two bites: other work goes first."""
IDLE_S = 1.0
TROUBLE_S = 5.0


class Behind:
    """Gives running operations their bites, until it is closed.

    Several consoles may do so at once: a bite counts for whoever notes it first, and a run that is
    decided already is refused a second decision.
    """

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin; what a stopped process left is gone on with."""
        self._task = asyncio.create_task(self._repeat(), name="bulk decisions")

    async def close(self) -> None:
        """Stop between two bites, or in one: what is decided is on disk."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _repeat(self) -> None:
        parts = self._parts
        while True:
            try:
                running = await bulk_pass(
                    parts.journal, parts.views, parts.after, parts.clock.now_us()
                )
                rest_s = BUSY_S if running else IDLE_S
            except Exception as error:  # noqa: BLE001 - it must outlive whatever one bite meets
                words = f"{type(error).__name__}: {error}"
                parts.observer.saw(PassFailed("bulk decisions", words))
                rest_s = TROUBLE_S
            await asyncio.sleep(rest_s)
