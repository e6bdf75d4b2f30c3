"""Repeated: commands of runs that wait for somebody's lock are tried again, apart from all others.

What a run has done must be stored, however long that takes, and in order; and nothing else may
stand behind it. So it is out of every batch, and so is whatever the same run does after it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from tieline.model.command import Command
from tieline.model.commands import Remember, ReturnClaims, Settle

Waiting = tuple[Command[Any], "asyncio.Future[Any]"]
AGAIN_S = 0.5


class RepeatedCommands:
    """Commands that are tried again until they are stored."""

    def __init__(
        self, commit: Callable[[Waiting], Awaitable[None]], freed: Callable[[set[str]], None]
    ) -> None:
        """*commit* tries one, and puts it back here when it is kept waiting again; *freed* is told
        of runs of which nothing waits here any more."""
        self._commit = commit
        self._freed = freed
        self._items: list[Waiting] = []
        self.task: asyncio.Task[None] | None = None
        """Tries again; None: nothing is here."""

    @property
    def runs(self) -> set[str]:
        """Those of which something waits here."""
        return {run for command, _ in self._items for run in runs_of(command)}

    def put(self, item: Waiting) -> None:
        """Try it again later, behind what is here of the same run."""
        self._items.append(item)
        if self.task is None:
            self.task = asyncio.get_running_loop().create_task(self._again())

    async def _again(self) -> None:
        while self._items:
            await asyncio.sleep(AGAIN_S)
            before, items, self._items = self.runs, self._items, []
            for item in items:
                if self.runs.isdisjoint(runs_of(item[0])):
                    await self._commit(item)
                else:
                    self._items.append(item)
            self._freed(before - self.runs)
        self.task = None


def runs_of(command: Command[Any]) -> Collection[str]:
    """The runs whose later commands must wait for this one."""
    match command:
        case Remember(claim=claim) | Settle(claim=claim):
            return (claim.run_id,)
        case ReturnClaims(claims=claims):
            return [claim.run_id for claim in claims]
        case _:
            return ()
