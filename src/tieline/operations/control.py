"""Control: what operators ordered comes in from the store; the running parts of a hub obey it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from tieline.model.command import OperatorCommand
from tieline.model.commands import (
    Cancel,
    DecideMany,
    EndPauses,
    StartReplay,
)
from tieline.model.fleet.hint import Hint
from tieline.model.hub.flow import HubSpec
from tieline.model.replays.operation import StartOperation
from tieline.model.views.views import ListPauses
from tieline.pipeline.back import Back
from tieline.pipeline.call import Calls
from tieline.ports.clock import Clock
from tieline.ports.journal import Journal
from tieline.ports.views import Views

Tell = Callable[[OperatorCommand[Any]], None]
"""Tells observers of a person's command that is on disk."""
LOOK_AGAIN_S = 5.0
"""Another process may have paused something; in this one, ``after`` tells at once."""


class PauseControl:
    """Keeps the pauses of the store in force in this process."""

    def __init__(  # noqa: PLR0913 - the parts that obey, and the store that says what
        self,
        hub: HubSpec,
        back: Back,
        calls: Calls,
        views: Views,
        tell: Tell,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.changed = asyncio.Event()
        self.replay_started = asyncio.Event()
        self.decisions_started = asyncio.Event()
        self._hub = hub
        self._back = back
        self._calls = calls
        self._views = views
        self._tell = tell
        self._journal = journal
        self._clock = clock
        self.on_pauses: Sequence[Callable[[], None]] = ()
        """Hooks of features (``pipeline/hooks.py``)."""

    def _look_at_pauses(self) -> None:
        self.changed.set()
        for hook in self.on_pauses:
            hook()

    def after(self, command: OperatorCommand[Any]) -> None:
        """An operator's *command* is on disk: react without waiting for the next look."""
        self._tell(command)
        if command.pauses:
            self._look_at_pauses()
        match command:
            case Cancel(run_id=run_id):
                self._back.lose(run_id)
            case DecideMany(action="cancel", run_ids=run_ids):
                for run_id in run_ids:
                    self._back.lose(run_id)
            case StartReplay():
                self.replay_started.set()
            case StartOperation():
                self.decisions_started.set()
            case _:
                pass
        self._back.look()

    def heard(self, hint: Hint) -> None:
        """Another process did something: look where this one would have looked later."""
        if hint.pauses:
            self._look_at_pauses()
        if hint.replays:
            self.replay_started.set()
        if hint.standings:
            self._calls.has_news.set()
        if hint.due_us is not None:
            self._back.expect(hint.due_us)
        for run_id in hint.lost:
            self._back.lose(run_id)
        if hint.look:
            self._back.look()

    async def pass_(self) -> float:
        """Read the pauses and apply them; a connection that is resumed wakes what waits for it."""
        rows = await self._views.read(ListPauses())
        ends = [row.until_us for row in rows if row.until_us is not None and row.kind != "tenant"]
        now_us = self._clock.now_us()
        if ends and min(ends) <= now_us:
            await self._journal.commit(EndPauses(now_us))
            return 0.0
        flows = frozenset(row.name for row in rows if row.kind == "flow")
        reasons = {row.name: row.reason for row in rows if row.kind == "connection"}
        if self._back.paused != flows:
            self._back.paused = flows
            self._back.look()
        for connection in self._hub.connections.values():
            self._calls.pause(connection, reasons.get(connection.name))
        return min([LOOK_AGAIN_S, *((end - now_us) / 1e6 for end in ends)])
