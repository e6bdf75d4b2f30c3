"""Supervisor: settings for several processes come in; they are kept at work until a signal ends it.

The addresses are opened here and handed on, so that whoever connects while a process is replaced
waits in its queue instead of being turned away.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from tieline.adapters.system.listening import SharedAddress
from tieline.compose.fleet.slot import FleetAddress, Slot, SlotParts
from tieline.model.base.errors import SettingsError
from tieline.model.fleet.role import ProcessRole
from tieline.ports.clock import Clock
from tieline.rules.store.name import is_postgres
from tieline.settings.settings import PREFIX, Settings
from tieline.surfaces.listening import CONSOLE as CONSOLE_NAMED
from tieline.surfaces.listening import DOOR as DOOR_NAMED

COMMAND = (sys.executable, "-m", "tieline", "serve")
BEYOND_S = 30.0
"""How long a process may take to stop beyond what its runs are given, before it is killed."""
DOOR, CONSOLE = f"{PREFIX}DOOR_SOCKET", f"{PREFIX}CONSOLE_SOCKET"
METRICS = f"{PREFIX}METRICS_SOCKET"
TOLD_TO_STOP = {0, -signal.SIGTERM}
"""Exit codes of a process that was told to stop: in good order, or before it had begun."""


def roles_of(settings: Settings) -> list[tuple[ProcessRole, ...]]:
    """The roles of each process: the console has one address, so the first alone serves it.

    Raises SettingsError for settings with which several processes cannot work.
    """
    if not is_postgres(settings.store):
        raise SettingsError(
            "processes",
            settings.processes,
            "a store that is a file has one process; use 1, or store = "
            '"postgresql://host/database"',
        )
    others = tuple(role for role in settings.roles if role is not ProcessRole.CONSOLE)
    if not others:
        wanted = "only one process can serve the console; use 1, or add roles"
        raise SettingsError("processes", settings.processes, wanted)
    return [settings.roles, *[others] * (settings.processes - 1)]


class Supervisor:
    """Keeps the processes of one hub on one machine."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        *,
        clock: Clock,
        chance: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        """*environment* is handed on; it holds what was given on the command line, too.

        Raises SettingsError, also when an address is taken.
        """
        self._settings = settings
        self._say = say
        self._stop = asyncio.Event()
        self._wants_renewal = asyncio.Event()
        roles = roles_of(settings)
        around = SlotParts(
            COMMAND,
            environment,
            clock,
            chance,
            say,
            self._stop,
            settings.shutdown_seconds + BEYOND_S,
        )
        self._shared: dict[str, SharedAddress] = {}
        if ProcessRole.INGEST in settings.roles:
            self._shared[DOOR] = SharedAddress(
                settings.host, settings.port, DOOR_NAMED.setting, DOOR_NAMED.wanted
            )
        if ProcessRole.CONSOLE in settings.roles:
            self._shared[CONSOLE] = SharedAddress(
                settings.console_host,
                settings.console_at,
                CONSOLE_NAMED.setting,
                CONSOLE_NAMED.wanted,
            )
        self._own: list[SharedAddress] = []
        self._slots = [self._slot(at + 1, around, of) for at, of in enumerate(roles)]
        for slot in self._slots:
            slot.anybody_was_ready = self._slots[0].anybody_was_ready

    def _slot(self, number: int, around: SlotParts, roles: tuple[ProcessRole, ...]) -> Slot:
        environment = {
            f"{PREFIX}PROCESSES": "1",
            f"{PREFIX}CHILD": str(number),
            f"{PREFIX}ROLES": ",".join(roles),
        }
        wanted = {DOOR: ProcessRole.INGEST, CONSOLE: ProcessRole.CONSOLE}
        addresses: dict[str, FleetAddress] = {
            name: address for name, address in self._shared.items() if wanted[name] in roles
        }
        port = self._settings.metrics_port
        if self._settings.metrics and port:  # each has its own, the same for all its lives
            own = SharedAddress(self._settings.metrics_host, port + number)
            self._own.append(own)
            addresses[METRICS] = own
        return Slot(number, around, environment, addresses)

    async def run(self) -> int:
        """Start all, keep all, and end all once told to; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told, number)
        loop.add_signal_handler(signal.SIGHUP, self._wants_renewal.set)
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._start(tasks)
            await self._stop.wait()
        finally:
            self._stop.set()
            while any(not task.done() for task in tasks):
                await asyncio.gather(*(slot.end() for slot in self._slots))
                await asyncio.wait(tasks, timeout=1.0)
            for address in (*self._shared.values(), *self._own):
                address.close()
        for task in tasks:
            task.result()
        self._say("stopped")
        return self._code()

    def _told(self, number: signal.Signals) -> None:
        if not self._stop.is_set():
            self._say(f"{number.name}: ending {len(self._slots)} processes")
        self._stop.set()

    async def _start(self, tasks: list[asyncio.Task[None]]) -> None:
        """The first process proves that the hub can start at all; then come the others."""
        for slots in (self._slots[:1], self._slots[1:]):
            tasks += [asyncio.create_task(self._keep(slot)) for slot in slots]
            for slot in slots:
                await self._first_of(slot.was_ready.wait(), self._stop.wait())
            if self._stop.is_set():
                return
        tasks.append(asyncio.create_task(self._renew_when_told()))
        self._say("ready")

    async def _keep(self, slot: Slot) -> None:
        try:
            await slot.keep()
        finally:
            self._stop.set()  # it was told to, or there is no hope for it: that ends all
        if slot.hopeless_code is not None:
            self._say(
                f"process {slot.number} cannot start as the hub is configured; fix what it said"
            )

    async def _renew_when_told(self) -> None:
        while not self._stop.is_set():
            await self._first_of(self._wants_renewal.wait(), self._stop.wait())
            if self._stop.is_set():
                return
            self._wants_renewal.clear()
            await self._renew_all()

    async def _renew_all(self) -> None:
        self._say("SIGHUP: replacing the processes one by one")
        for slot in self._slots:
            if self._stop.is_set():
                return
            if not await slot.renew():
                self._say(
                    f"the new process {slot.number} did not get ready; the old one and those "
                    "behind it go on as they are"
                )
                return
        self._say("replaced all processes")

    async def _first_of(self, *waits: Coroutine[Any, Any, Any]) -> None:
        tasks = [asyncio.create_task(wait) for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()

    def _code(self) -> int:
        hopeless = [slot.hopeless_code for slot in self._slots if slot.hopeless_code is not None]
        if hopeless:
            return hopeless[0]
        codes = {code for slot in self._slots for code in slot.codes}
        return 0 if codes <= TOLD_TO_STOP else 1
