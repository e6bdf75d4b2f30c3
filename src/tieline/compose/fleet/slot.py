"""Slot: the place of one process; whoever ends there is followed by another until told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tieline.adapters.system.child import BEAT_S, ChildProcess
from tieline.ports.clock import Clock
from tieline.rules.fleet.respawn import RespawnCount, after, is_hopeless, wait_s

START_S = 120.0
"""A process that is not ready by then is ended."""
NOT_STARTED = 1
SECOND_US = 1_000_000


class FleetAddress(Protocol):
    """What several processes listen on."""

    def listener(self) -> socket.socket: ...


@dataclass(frozen=True, slots=True)
class SlotParts:
    """What the slots of a supervisor work with."""

    command: Sequence[str]
    environment: Mapping[str, str]
    clock: Clock
    chance: Callable[[], float]
    say: Callable[[str], None]
    stop: asyncio.Event
    stop_s: float
    """How long a process may take to stop; then it is killed."""
    look_s: float = BEAT_S
    """How often a process has to be heard of."""


@dataclass(frozen=True, slots=True)
class SlotProcess:
    """One process in a slot."""

    child: ChildProcess
    ready_us: int | None
    """On the monotonic clock; None: it has ended before."""


class Slot:
    """Keeps one process of a hub."""

    def __init__(
        self,
        number: int,
        around: SlotParts,
        environment: Mapping[str, str],
        addresses: Mapping[str, FleetAddress],
    ) -> None:
        """*addresses* by the variable that tells the process the number of its socket."""
        self.number = number
        self.was_ready = asyncio.Event()
        self.anybody_was_ready = self.was_ready
        """That of the slot which was started first."""
        self.codes: list[int] = []
        """Of processes that were told to stop."""
        self.hopeless_code: int | None = None
        self._around = around
        self._environment = {**around.environment, **environment}
        self._addresses = addresses
        self._listeners: dict[str, socket.socket] = {}
        self._children: set[ChildProcess] = set()
        self._watches: dict[ChildProcess, asyncio.Task[None]] = {}
        self._life: SlotProcess | None = None
        self._changing = asyncio.Lock()
        self._past = RespawnCount()

    @property
    def pid(self) -> int | None:
        """Of the process at work; None: it is empty, or its process is not ready."""
        return None if self._life is None else self._life.child.pid

    async def keep(self) -> None:
        """One process after the other, until told to stop, or until starting it is hopeless."""
        around = self._around
        while not around.stop.is_set() and self.hopeless_code is None:
            try:
                code, lived_s = await self._live()
            except OSError as error:  # the system has no process or no socket left for us
                around.say(f"process {self.number} cannot be started: {error}")
                code, lived_s = NOT_STARTED, None
            if not around.stop.is_set():
                self._past = after(self._past, code=code, ready_s=lived_s)
                await self._rest(code)
        self._close_door()

    async def _live(self) -> tuple[int, float | None]:
        """One life: its exit code, and for how many seconds it was ready (None: never)."""
        life = await self._begin()
        if life.ready_us is None:
            (code,) = await self._ended([life.child])
            return code, None
        self._life = life
        code = await self._end_of(life)
        self._close_door()  # until somebody is behind it again, callers go to the other slots
        return code, (self._around.clock.monotonic_us() - life.ready_us) / SECOND_US

    async def renew(self) -> bool:
        """Put a new process in the place of the one at work, which is ended once the new is ready.

        False: the new one did not get ready, and the old one goes on.
        """
        async with self._changing:
            old = self._life
            if old is None:
                return True  # whoever comes next is new
            fresh = await self._begin()
            if fresh.ready_us is None:
                await self._ended([fresh.child])
                return self._around.stop.is_set()
            self._life = fresh
        await self._ended([old.child])
        return True

    async def end(self) -> None:
        """End what is in it, its door first; by force what does not end in time."""
        self._close_door()
        self.codes += await self._ended(list(self._children))

    # --- one life -------------------------------------------------------------------------------

    async def _begin(self) -> SlotProcess:
        for name, address in self._addresses.items():
            if name not in self._listeners:
                self._listeners[name] = address.listener()
        numbers = {name: str(one.fileno()) for name, one in self._listeners.items()}
        child = await ChildProcess.start(
            self._around.command,
            {**self._environment, **numbers},
            [one.fileno() for one in self._listeners.values()],
        )
        self._children.add(child)
        if self._around.stop.is_set():
            child.tell(signal.SIGTERM)
        is_ready = await child.is_ready(START_S)
        if not is_ready:
            return SlotProcess(child, None)
        self.was_ready.set()
        self._around.say(f"process {self.number} is ready (pid {child.pid})")
        self._watches[child] = asyncio.create_task(self._watch(child))
        return SlotProcess(child, self._around.clock.monotonic_us())

    async def _watch(self, child: ChildProcess) -> None:
        """A process whose loop turns no more has lost its runs to others, and keeps its door."""
        if await child.falls_silent(self._around.look_s):
            self._around.say(f"process {self.number} hangs (pid {child.pid}): killed")
            child.tell(signal.SIGKILL)

    async def _end_of(self, life: SlotProcess) -> int:
        """The exit code of *life*, or of the last of those that followed it by ``renew``."""
        while True:
            code = await self._gone(life.child)
            async with self._changing:
                if self._life is None or self._life is life:
                    self._life = None
                    return code
                life = self._life

    async def _gone(self, child: ChildProcess) -> int:
        code = await child.ended()
        self._children.discard(child)
        watch = self._watches.pop(child, None)
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch])
        child.hang_up()
        return code

    async def _ended(self, children: Sequence[ChildProcess]) -> list[int]:
        for child in children:
            child.tell(signal.SIGTERM)
        ends = [asyncio.create_task(self._gone(child)) for child in children]
        if not ends:
            return []
        _, late = await asyncio.wait(ends, timeout=self._around.stop_s)
        if late:
            self._around.say(f"process {self.number} did not stop in time: killed")
        for child in children:
            child.tell(signal.SIGKILL)
        return await asyncio.gather(*ends)

    # --- between two lives ----------------------------------------------------------------------

    async def _rest(self, code: int) -> None:
        anybody = self.anybody_was_ready.is_set()
        if is_hopeless(self._past, anybody_was_ready=anybody):
            self.hopeless_code = code
            return
        seconds = wait_s(self._past, self._around.chance())
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self._around.say(f"process {self.number} ended ({how}); again in {seconds:.1f} s")
        stopped = asyncio.create_task(self._around.stop.wait())
        await asyncio.wait([stopped], timeout=seconds)
        stopped.cancel()

    def _close_door(self) -> None:
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()
